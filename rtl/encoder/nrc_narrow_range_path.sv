// SPDX-License-Identifier: Apache-2.0
//
// Joins the stages of the range profile with the narrow state, from codes to payload words:
// narrow_range with pace, narrow_interval, narrow_coder, carry_packer (docs/bitstream.md, sections
// 11 and 16). Golden model: the range half of nrc::PayloadEncoder. The ports are those of
// nrc_range_path, without a table port.
//
// Stages, in clocks: 1 input register, 1 narrow_range, 2 narrow_interval, 3 narrow_coder,
// 1 carry_packer. The input register is for the memory of edges, whose banks need their address by
// the middle of the clock (scripts/asic).
//
// Latency 8 clocks from a code until its last bit is packed. One code per clock, rigid.

`timescale 1ns / 1ps

module nrc_narrow_range_path #(
  parameter int Channels  = -1,
  parameter int CodeWidth = -1,  // 8..10
  localparam int ChannelWidth = $clog2(Channels),
  localparam int SideWidth    = nrc_side_pkg::SideWidth
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  input  logic                    valid_i,
  input  logic [CodeWidth-1:0]    code_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    first_i,
  input  logic [SideWidth-1:0]    side_i,

  // Pulse: the packet ends; no code is under way, side_i rests.
  input  logic                    flush_i,

  // As of nrc_bit_packer.
  output logic                    word_valid_o,
  output logic [31:0]             word_o,
  output logic [SideWidth-1:0]    side_o,

  output logic                    sample_packed_o  // pulse: the last bit of a code is packed
);

  localparam int ValueWidth    = CodeWidth + nrc_pkg::NarrowValueFrac;
  localparam int PlaceWidth    = CodeWidth + nrc_pkg::NarrowEdgeFrac;
  localparam int IndexWidth    = 8;
  localparam int FrequencyBits = nrc_pkg::NarrowFrequencyBits;
  localparam int Interval      = nrc_latency_pkg::NarrowIntervalLatency;
  localparam int Before        = 1 + nrc_latency_pkg::NarrowRangeLatency + Interval;
  localparam int Coder         = nrc_latency_pkg::NarrowCoderLatency;
  localparam int Ahead         = 2;  // clocks of nrc_narrow_coder before a flush joins

  logic                    valid_s1_q, first_s1_q;
  logic [CodeWidth-1:0]    code_s1_q;
  logic [ChannelWidth-1:0] channel_s1_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_s1_q <= 1'b0;
    else         valid_s1_q <= valid_i;
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      code_s1_q    <= code_i;
      channel_s1_q <= channel_i;
      first_s1_q   <= first_i;
    end
  end

  logic                  pred_valid;
  logic [PlaceWidth-1:0] pred_value;
  logic [IndexWidth-1:0] index;
  logic [ValueWidth-1:0] value;

  nrc_narrow_range #(
    .Channels (Channels),
    .CodeWidth(CodeWidth)
  ) u_narrow_range (
    .clk_i,
    .rst_ni,
    .valid_i     (valid_s1_q),
    .channel_i   (channel_s1_q),
    .reset_i     (first_s1_q),
    .valid_o     (pred_valid),
    .pred_value_o(pred_value),
    .index_o     (index),
    .value_i     (value)
  );

  logic [FrequencyBits-1:0] low, frequency;

  nrc_narrow_interval #(.CodeWidth(CodeWidth)) u_narrow_interval (
    .clk_i,
    .code_i      (code_s1_q),
    .value_o     (value),
    .pred_value_i(pred_value),
    .index_i     (index),
    .low_o       (low),
    .frequency_o (frequency)
  );

  logic [Interval-1:0]  valid_q;
  logic [CodeWidth-1:0] code_at_coder;
  logic [SideWidth-1:0] side_at_coder, side_at_packer;
  logic                 verbatim;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[Interval-2:0], pred_valid};
  end

  nrc_ring_delay #(.Width(CodeWidth), .Depth(Before - 1)) u_code_delay (
    .clk_i, .rst_ni, .d_i(code_s1_q), .q_o(code_at_coder)
  );
  nrc_ring_delay #(.Width(SideWidth + 1), .Depth(Before)) u_side_delay (
    .clk_i, .rst_ni, .d_i({side_i, first_i}), .q_o({side_at_coder, verbatim})
  );
  nrc_ring_delay #(.Width(SideWidth), .Depth(Coder)) u_coder_side_delay (
    .clk_i, .rst_ni, .d_i(side_at_coder), .q_o(side_at_packer)
  );

  logic        coder_valid;
  logic [29:0] coder_bits;
  logic [4:0]  coder_length;

  nrc_narrow_coder #(.CodeWidth(CodeWidth)) u_narrow_coder (
    .clk_i,
    .rst_ni,
    .valid_i     (valid_q[Interval-1]),
    .low_i       (low),
    .frequency_i (frequency),
    .verbatim_i  (verbatim),
    .code_i      (code_at_coder),
    .packet_end_i(side_at_coder[nrc_side_pkg::SidePacketEnd]),
    .flush_i,
    .valid_o     (coder_valid),
    .bits_o      (coder_bits),
    .length_o    (coder_length)
  );

  nrc_carry_packer #(
    .Held     (3),
    .MaxLength(nrc_bound_pkg::max_code_bits(nrc_pkg::ProfileRange, CodeWidth)),
    .Pipeline (nrc_latency_pkg::PipelineShallow)
  ) u_carry_packer (
    .clk_i,
    .rst_ni,
    .valid_i (coder_valid),
    .bits_i  (coder_bits),
    .length_i(coder_length),
    .side_i  (side_at_packer),
    .word_valid_o,
    .word_o,
    .side_o
  );

  logic [Coder-Ahead-1:0] flush_q;  // the word of a flush belongs to no sample

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sample_packed_o <= 1'b0;
      flush_q         <= '0;
    end else begin
      sample_packed_o <= coder_valid && !flush_q[Coder-Ahead-1];
      flush_q         <= (Coder - Ahead)'({flush_q, flush_i});
    end
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(nrc_latency_pkg::ShallowCarryPackerLatency == 1,
               "nrc_narrow_range_path: samples are packed a clock after their word")
`endif

endmodule
