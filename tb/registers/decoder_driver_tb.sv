// SPDX-License-Identifier: Apache-2.0
//
// nrc_decoder_axil, or nrc_decoder_apb with NRC_APB, with another program as the processor
// (decoder_driver_bench.c, decoder_driver_test.py, driver_bus.svh).
//
//   vvp tb.vvp +requests=PIPE +answers=PIPE +words=FILE +lengths=FILE +samples=FILE
//
// Requests besides those of driver_bus.svh, whose answer is 0 where nothing else is said:
//
//   s N        N more packets go in, with pauses
//   d N        N packets are left out, when those before have gone in; answer: 1
//   f          one bit of the last word but one of the next packet is flipped
//   m LEVEL    1: the next packet stops in its middle until 0
//   l          answer: packets wait that have not gone in
//   t LEVEL    1: samples are taken, with pauses, 0: not
//   x          counters are at their largest value, or three below it
//
// The words of the packets come from a file, 8 digits a line, and how many each has from another one. A sample that
// leaves is a line of the file of samples: frame, whether it may be wrong, sample.

`timescale 1ns / 1ps

module decoder_driver_tb;

  parameter int Channels     = 4;
  parameter int CodeWidth    = 12;
  parameter int Mapping      = 0;
  parameter int PacketFrames = 20;
  parameter int BufferWords  = 256;

  `include "driver_bus.svh"

  logic        s_valid = 1'b0, s_ready, s_last, m_valid, m_ready = 1'b0, m_last;
  logic [15:0] m_data;
  logic [31:0] s_data;
  logic [32:0] m_user;

`ifdef NRC_APB
  nrc_decoder_apb #(
`else
  nrc_decoder_axil #(
`endif
    .Channels    (Channels),
    .VariableChannels(1),
    .CodeWidth   (CodeWidth),
    .Mapping     (Mapping),
    .PacketFrames(PacketFrames),
    .BufferWords (BufferWords)
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
    .m_axis_tlast  (m_last),
    .m_axis_tuser  (m_user)
  );

  // Packets.
  integer words_file, lengths_file, packets, left, got;
  logic   flip, stop;

  initial begin
    stop    = 1'b0;
    packets = 0;
    left    = 0;
    flip    = 1'b0;
    forever begin
      @(posedge clk);
      #1 s_valid = 1'b0;
      {s_data, s_last} = 'x;
      if (awake && packets != 0 && $urandom % 8 != 0) begin
        if (left == 0) got = $fscanf(lengths_file, "%d", left);
        while (stop && left == 4) #10;
        got = $fscanf(words_file, "%h", s_data);
        if (got != 1) $display("FAIL: no more packets");
        if (flip && left == 2) begin
          s_data[9] = !s_data[9];
          flip      = 1'b0;
        end
        s_valid = 1'b1;
        s_last  = left == 1;
        #8;
        while (!s_ready) #10;
        left = left - 1;
        if (left == 0) packets = packets - 1;
      end
    end
  end

  // Samples.
  integer samples_file;
  logic   taking, held;

  initial begin
    taking = 1'b1;
    held   = 1'b0;
    forever begin
      @(posedge clk);
      #1 m_ready = taking && $urandom % 4 != 0;
      #8;
      if (held && !m_valid) $display("FAIL: a sample was withdrawn");
      held = awake && m_valid && !m_ready;
      if (awake && m_valid && m_ready) begin
        if (^{m_data, m_user, m_last} === 1'bx) $display("FAIL: X in a sample");
        $fdisplay(samples_file, "%0d %b %0d %b", m_user[31:0], m_user[32], $signed(m_data), m_last);
      end
    end
  end

  task other;
    case (kind)
      "s": packets = packets + first;
      "d": begin
        while (packets != 0) #10;
        repeat (first) begin
          got = $fscanf(lengths_file, "%d", third);
          repeat (third) got = $fscanf(words_file, "%h", second);
        end
        error = 1'b1;
      end
      "f": flip = 1'b1;
      "m": stop = first[0];
      "l": error = packets != 0;
      "t": taking = first[0];
      "x": begin
        u_dut.u_control.u_words.count_q     = 49'h0_ffff_ffff_fffd;
        u_dut.u_control.u_discarded.count_q = 49'h0_ffff_ffff_fffd;
        u_dut.u_control.u_samples.count_q   = 49'h0_ffff_ffff_fffd;
        u_dut.u_control.u_frames.count_q    = 33'h0_ffff_fffd;
        u_dut.u_control.u_suspect.count_q   = 33'h0_ffff_fffd;
        u_dut.u_control.u_decoder.packets_o = 32'hffff_ffff;
        u_dut.u_control.u_decoder.skipped_o = 32'h8000_0000;
      end
      default: $display("FAIL: request %s", kind);
    endcase
  endtask

  initial begin
    words_file   = open_file($value$plusargs("words=%s", name), "r");
    lengths_file = open_file($value$plusargs("lengths=%s", name), "r");
    samples_file = open_file($value$plusargs("samples=%s", name), "w");
    serve;
    $fclose(samples_file);
    $finish(0);
  end

endmodule
