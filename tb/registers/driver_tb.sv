// SPDX-License-Identifier: Apache-2.0
//
// nrc_encoder_axil, or nrc_encoder_apb with NRC_APB, with another program as the processor (driver_bench.c,
// driver_test.py, driver_bus.svh).
//
//   vvp driver_tb.vvp +requests=PIPE +answers=PIPE +samples=FILE +packets=FILE +lengths=FILE
//
// Requests besides those of driver_bus.svh, whose answer is 0:
//
//   s N        N more frames of the file of samples go in, with pauses
//   e          the next frame is a sample short
//   t LEVEL    1: packets are taken, with pauses, 0: not
//   x          counters are two below their largest value, framing errors at it, and half of it are off the grid
//
// Packets go to a file of words, and the words of each to a line of another file.

`timescale 1ns / 1ps

module driver_tb;

  parameter int Channels       = 4;
  parameter int VariableChannels = 0;
  parameter int ChannelMap     = 0;
  parameter int CodeWidth      = 12;
  parameter int Profile        = 0;
  parameter int RateControl    = 0;
  parameter int Events         = 0;
  parameter int Classes        = 0;
  parameter int Mapping        = 0;
  parameter int PacketFrames   = 20;
  parameter int KeyInterval    = 3;
  parameter int RateMillihertz = 20000000;
  parameter int BufferWords    = 256;
  parameter int LoadableTables = 0;
  parameter int Pipeline       = 0;
  parameter int SelfTest       = 1;

  // Samples of a frame, and what the firmware's map puts in the streams' place of them: channel p of the
  // port is sample Source[p] of the file's frame, if that has so many.
  localparam int Used = 4;
  localparam int Sent = (ChannelMap != 0) ? Channels : Used;
  localparam logic [4*6-1:0] Source = 24'h0_5_2_4_3_1;

  `include "driver_bus.svh"

  logic        s_valid = 1'b0, s_ready, s_last, m_valid, m_ready = 1'b0, m_last;
  logic [15:0] s_data;
  logic [31:0] m_data;

`ifdef NRC_APB
  nrc_encoder_apb #(
`else
  nrc_encoder_axil #(
`endif
    .Channels      (Channels),
    .VariableChannels(VariableChannels),
    .ChannelMap    (ChannelMap),
    .CodeWidth     (CodeWidth),
    .Profile       (Profile),
    .RateControl   (RateControl),
    .Events        (Events),
    .Classes       (Classes),
    .Mapping       (Mapping),
    .PacketFrames  (PacketFrames),
    .KeyInterval   (KeyInterval),
    .RateMillihertz(RateMillihertz),
    .BufferWords   (BufferWords),
    .LoadableTables(LoadableTables),
    .Pipeline      (Pipeline),
    .SelfTest      (SelfTest)
  ) u_dut (
    .clk_i         (clk),
    .rst_ni        (rst_n),
    `NRC_BUS_PORTS
    .irq_o         (irq),
    .s_axis_tvalid (s_valid),
    .s_axis_tready (s_ready),
    .s_axis_tdata  (s_data),
    .s_axis_tlast  (s_last),
    .m_axis_tvalid (m_valid),
    .m_axis_tready (m_ready),
    .m_axis_tdata  (m_data),
    .m_axis_tlast  (m_last)
  );

  // Samples.
  integer samples_file, frames, channel, low, high, i, source;
  logic [15:0] frame [0:Used-1];
  logic   short_frame;

  initial begin
    frames      = 0;
    short_frame = 1'b0;
    channel     = 0;
    forever begin
      @(posedge clk);
      #1 s_valid = 1'b0;
      {s_data, s_last} = 'x;
      if (awake && frames != 0 && $urandom % 8 != 0) begin
        // A frame of the file, of which one that is cut short by the port takes a sample less.
        if (channel == 0) begin
          for (i = 0; i < Used - ((short_frame && ChannelMap == 0) ? 1 : 0); i = i + 1) begin
            low  = $fgetc(samples_file);
            high = $fgetc(samples_file);
            if (high == -1) $display("FAIL: no more samples");
            frame[i] = {high[7:0], low[7:0]};
          end
        end
        source  = (ChannelMap != 0) ? {28'd0, Source[4*channel +: 4]} : channel;
        s_valid = 1'b1;
        s_data  = (source < Used) ? frame[source] : $urandom;
        s_last  = channel == Sent - (short_frame ? 2 : 1);
        channel = s_last ? 0 : channel + 1;
        #8;
        while (!s_ready) #10;
        if (s_last) begin
          frames      = frames - 1;
          short_frame = 1'b0;
        end
      end
    end
  end

  // Packets.
  integer packets_file, lengths_file, words;
  logic   taking;

  initial begin
    words  = 0;
    taking = 1'b1;
    forever begin
      @(posedge clk);
      #1 m_ready = taking && $urandom % 4 != 0;
      #8;
      if (awake && m_valid && m_ready) begin
        if (^{m_data, m_last} === 1'bx) $display("FAIL: X in a packet");
        $fwrite(packets_file, "%u", m_data);
        words = words + 1;
        if (m_last) begin
          $fdisplay(lengths_file, "%0d", words);
          words = 0;
        end
      end
    end
  end

  task other;
    case (kind)
      "s": frames = frames + first;
      "e": short_frame = 1'b1;
      "t": taking = first[0];
      "x": begin
          u_dut.u_control.u_samples.count_q = 49'h0_ffff_ffff_fffd;
          u_dut.u_control.u_coded.count_q = 49'h0_ffff_ffff_fffd;
          u_dut.u_control.u_words.count_q = 49'h0_ffff_ffff_fffd;
          u_dut.u_control.u_frames.count_q = 33'h0_ffff_fffd;
          u_dut.u_control.u_encoder.framing_errors_o = 32'hffff_ffff;
          u_dut.u_control.u_encoder.off_grid_o = 32'h8000_0000;
      end
      default: $display("FAIL: request %s", kind);
    endcase
  endtask

  initial begin
    samples_file = open_file($value$plusargs("samples=%s", name), "rb");
    packets_file = open_file($value$plusargs("packets=%s", name), "wb");
    lengths_file = open_file($value$plusargs("lengths=%s", name), "w");
    serve;
    $fclose(packets_file);
    $fclose(lengths_file);
    $finish(0);
  end

endmodule
