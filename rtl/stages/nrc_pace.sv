// SPDX-License-Identifier: Apache-2.0
//
// How much faster than usual weight and scale adapt in the frames after a key packet began
// (docs/bitstream.md, section 3), and in which frames the slow part of the narrow state moves
// (section 16). Golden model: nrc::Pace. Part of nrc_predictor and nrc_narrow.
//
//   boost = max(PaceBits - floor(log2(n + PaceOffset)), 0)     n: frames since the key packet's first
//   slow  = boost > 0, or n + PaceOffset is a multiple of NarrowPeriod
//
// One counter for all channels: it holds n + PaceOffset, and from 2^PaceBits on only its low bits
// count.
//
// Latency of boost: 1 clock, for any sample of a frame.

`timescale 1ns / 1ps

module nrc_pace (
  input  logic       clk_i,

  input  logic       frame_begin_i,  // first sample of a frame
  input  logic       reset_i,        // and of a key packet
  output logic       slow_o,         // of the sample of this clock
  // Of the sample of the clock before; without meaning in a reset frame.
  output logic [2:0] boost_o
);

  localparam int Bits = nrc_pkg::PaceBits;

  localparam int PeriodBits = $clog2(nrc_pkg::NarrowPeriod);

  // Without a reset: the first frame of a stream is a reset frame.
  logic [Bits:0] count_q, count_d;
  logic          slow_d, slow_q;

  always_comb begin
    count_d = count_q + (Bits+1)'(1);
    if (count_q[Bits]) count_d[Bits:PeriodBits] = count_q[Bits:PeriodBits];
  end

  assign slow_d = !count_d[Bits] || count_d[PeriodBits-1:0] == '0;
  assign slow_o = frame_begin_i ? slow_d : slow_q;

  always_ff @(posedge clk_i) begin
    if (frame_begin_i) begin
      count_q <= reset_i ? (Bits+1)'(nrc_pkg::PaceOffset) : count_d;
      slow_q  <= slow_d;
    end
  end

  // Bits to shift: how far the leading one is from its last place.
  always_comb begin
    boost_o = '0;
    for (int k = 2; k < Bits; k++) if (count_q[k]) boost_o = 3'(Bits - k);
    if (count_q[Bits]) boost_o = '0;
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Bits >= 3 && Bits <= 9 && nrc_pkg::PaceOffset == 3 &&
               nrc_pkg::NarrowPeriod == (1 << PeriodBits),
               "nrc_pace: boosts of 3 bits, the first one in the frame after the reset frame")
`endif

endmodule
