// SPDX-License-Identifier: Apache-2.0
//
// docs/examples/many_encoders.sv with a file of samples for each encoder, and a link that takes a word in
// Ready of 8 clocks on average.
//
//   vvp tb.vvp +frames=N +samples=DIRECTORY +link=FILE
//
// The samples of encoder i are DIRECTORY/i.i16. All samples come as fast as the encoders take them; the last
// frame closes the stream. The words of the link go to a file. A line says how the link was used.

`timescale 1ns / 1ps

module many_encoders_tb;

  parameter int Encoders     = 4;
  parameter int Channels     = 32;
  parameter int CodeWidth    = 10;
  parameter int PacketFrames = 5;
  parameter int BufferWords  = 256;
  parameter int Ready        = 7;

  logic                   clk = 1'b0, rst_n = 1'b1, enable = 1'b0, m_valid, m_ready = 1'b0, m_last;
  logic [Encoders-1:0]    s_valid = '0, s_ready, s_last, dropped, done = '0, closing = '0;
  logic [16*Encoders-1:0] s_data;
  logic [31:0]            m_data;
  reg [8*256-1:0]         directory, name;
  integer                 frames, link, words, taken, offered, clocks, closed;

  always #5 clk = !clk;

  many_encoders #(
    .Encoders    (Encoders),
    .Channels    (Channels),
    .CodeWidth   (CodeWidth),
    .PacketFrames(PacketFrames),
    .BufferWords (BufferWords)
  ) u_dut (
    .clk,
    .rst_n,
    .enable     (enable && closing == '0),
    .start_count(16'h0001),
    .s_tvalid   (s_valid),
    .s_tready   (s_ready),
    .s_tdata    (s_data),
    .s_tlast    (s_last),
    .m_tvalid   (m_valid),
    .m_tready   (m_ready),
    .m_tdata    (m_data),
    .m_tlast    (m_last),
    .dropped
  );

  for (genvar i = 0; i < Encoders; i++) begin : gen_source
    integer file, low, high, frame, channel;
    reg [8*256-1:0] path;

    initial begin
      wait (enable);
      $sformat(path, "%0s/%0d.i16", directory, i);
      file = $fopen(path, "rb");
      if (file == 0) $display("FAIL: no samples in %0s", path);
      for (frame = 0; frame < frames; frame = frame + 1) begin
        // All sources are at the last frame before the first one ends it, as enable is that of all.
        if (frame == frames - 1) begin
          done[i] = 1'b1;
          while (done != '1) #10;
          closing[i] = 1'b1;
        end
        for (channel = 0; channel < Channels; channel = channel + 1) begin
          low            = $fgetc(file);
          high           = $fgetc(file);
          s_valid[i]     = 1'b1;
          s_data[16*i +: 16] = {high[7:0], low[7:0]};
          s_last[i]      = channel == Channels - 1;
          #8;
          while (!s_ready[i]) #10;
          @(posedge clk);
          #1 s_valid[i] = 1'b0;
        end
      end
    end
  end

  // A packet with `last` of each encoder ends it.
  logic first;

  initial begin
    if ($value$plusargs("frames=%d", frames) == 0 || $value$plusargs("samples=%s", directory) == 0 ||
        $value$plusargs("link=%s", name) == 0) begin
      $display("FAIL: the head of the bench says what is to be given");
      $finish(0);
    end
    link = $fopen(name, "wb");
    repeat (4) @(posedge clk);
    #1 rst_n = 1'b0;
    repeat (3) @(posedge clk);
    #1 rst_n = 1'b1;
    @(posedge clk);
    #1 enable = 1'b1;
    words   = 0;
    offered = 0;
    clocks  = 0;
    closed  = 0;
    first   = 1'b1;
    while (closed != Encoders) begin
      @(posedge clk);
      #1 m_ready = $urandom % 8 < Ready;
      #8;
      clocks = clocks + 1;
      if (m_valid) offered = offered + 1;
      if (m_valid && m_ready) begin
        if (^{m_data, m_last} === 1'bx) $display("FAIL: X on the link");
        $fwrite(link, "%u", m_data);
        words = words + 1;
        if (first && m_data[21]) closed = closed + 1;
        first = m_last;
      end
      if (clocks > 100 * frames * Channels + 100000) begin
        $display("FAIL: the streams do not close");
        closed = Encoders;
      end
    end
    // The rest of the last packet.
    while (!first) begin
      @(posedge clk);
      #1 m_ready = 1'b1;
      #8;
      if (m_valid) begin
        $fwrite(link, "%u", m_data);
        words = words + 1;
        first = m_last;
      end
    end
    $fclose(link);
    $display("many encoders: %0d clocks, %0d words, something waited for the link in %0d clocks, dropped %b", clocks,
             words, offered - words, dropped);
    $finish(0);
  end

endmodule
