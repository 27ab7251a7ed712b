// SPDX-License-Identifier: Apache-2.0
//
// Plays a golden stream (tb/golden/*.nrc) through nrc_decoder in a four-state simulator and writes
// the samples that come out, for a comparison with the golden recording. All state is X until
// something sets it, and so is tdata without tvalid. After the reset no output may be X, but for
// tdata, tlast and tuser without tvalid. The input has gaps and no tlast, and the output stalls.
//
//   vvp golden_samples_tb.vvp +stream=FILE +samples=FILE

`timescale 1ns / 1ps

module golden_samples_tb;

  parameter int Channels     = 8;
  parameter int VariableChannels = 0;
  parameter int CodeWidth    = 10;
  parameter int Profile      = 0;
  parameter int Mapping      = 1;
  parameter int PacketFrames = 100;

  localparam int QuietClocks = 500;  // after which nothing more can come

  logic        clk, rst_n;
  logic        s_valid, s_ready;
  logic [31:0] s_data;
  logic        m_valid, m_ready, m_last;
  logic [15:0] m_data;
  logic [32:0] m_user;
  logic [31:0] packets, damaged, lost, skipped;
  logic        mismatch, synchronised;
  logic [16:0] channels;

  nrc_decoder #(
    .Channels    (Channels),
    .VariableChannels(VariableChannels),
    .CodeWidth   (CodeWidth),
    .Profile     (Profile),
    .Mapping     (Mapping),
    .PacketFrames(PacketFrames)
  ) u_decoder (
    .clk_i         (clk),
    .rst_ni        (rst_n),
    .s_axis_tvalid (s_valid),
    .s_axis_tready (s_ready),
    .s_axis_tdata  (s_data),
    .s_axis_tlast  (1'b0),
    .m_axis_tvalid (m_valid),
    .m_axis_tready (m_ready),
    .m_axis_tdata  (m_data),
    .m_axis_tlast  (m_last),
    .m_axis_tuser  (m_user),
    .packets_o     (packets),
    .damaged_o     (damaged),
    .lost_o        (lost),
    .skipped_o     (skipped),
    .mismatch_o    (mismatch),
    .synchronised_o(synchronised),
    .channels_o    (channels)
  );

  reg [8*256-1:0] samples_name, stream_name;
  integer samples_file, stream_file, samples, clocks, quiet, i;
  integer bytes [4];
  logic   waits;

  // Inputs change after the rising edge, as registers' outputs do.
  task next_word;
    begin
      s_valid = 1'b0;
      s_data  = 'x;
      if ($urandom % 4 != 0) begin
        for (i = 0; i < 4; i = i + 1) bytes[i] = $fgetc(stream_file);
        if (bytes[3] != -1) begin
          s_valid = 1'b1;
          s_data  = {bytes[3][7:0], bytes[2][7:0], bytes[1][7:0], bytes[0][7:0]};
        end
      end
    end
  endtask

  task check_known;
    begin
      if (^{s_ready, m_valid, packets, damaged, lost, skipped, mismatch, synchronised, channels} === 1'bx ||
          (m_valid && ^{m_last, m_data, m_user} === 1'bx)) begin
        $display("FAIL: an output is X in clock %0d after the reset", clocks);
        $finish(0);
      end
    end
  endtask

  initial begin
    if (!$value$plusargs("samples=%s", samples_name) ||
        !$value$plusargs("stream=%s", stream_name)) begin
      $display("FAIL: give +samples=FILE and +stream=FILE");
      $finish(0);
    end
    stream_file  = $fopen(stream_name, "rb");
    samples_file = $fopen(samples_name, "wb");

    clk   = 1'b0;
    rst_n = 1'b1;
    // Clocks before the first reset: nothing is defined, and no assertion may speak.
    repeat (8) begin
      #5 clk = 1'b1;
      #5 clk = 1'b0;
    end
    #1 rst_n = 1'b0;
    repeat (3) begin
      #5 clk = 1'b1;
      #5 clk = 1'b0;
    end
    m_ready = 1'b0;
    next_word;
    rst_n   = 1'b1;
    samples = 0;
    clocks  = 0;
    quiet   = 0;
    while (quiet < QuietClocks) begin
      #5 check_known;
      if (m_valid && m_ready) begin
        $fwrite(samples_file, "%c%c", m_data[7:0], m_data[15:8]);
        samples = samples + 1;
        if (m_user != 33'((samples - 1) / channels) || m_last != (samples % channels == 0)) begin
          $display("FAIL: sample %0d has tuser %0d, tlast %0d", samples - 1, m_user, m_last);
          $finish(0);
        end
      end
      quiet  = (s_valid || m_valid) ? 0 : quiet + 1;
      waits  = s_valid && !s_ready;
      clocks = clocks + 1;
      clk    = 1'b1;
      #1;
      if (!waits) next_word;
      m_ready = $urandom % 4 != 0;
      #4 clk = 1'b0;
    end
    $fclose(samples_file);
    $display("%0d samples, %0d packets, %0d damaged", samples, packets, damaged);
    $finish(0);
  end

endmodule
