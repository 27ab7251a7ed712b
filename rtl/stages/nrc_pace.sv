// SPDX-License-Identifier: Apache-2.0
//
// How much faster than usual weight and scale adapt in the frames after a key packet began
// (docs/bitstream.md, section 3). Golden model: nrc::Pace. Part of nrc_predictor.
//
//   boost = max(PaceBits - floor(log2(n + PaceOffset)), 0)     n: frames since the key packet's first
//
// One counter for all channels: it holds n + PaceOffset and stops at 2^PaceBits.
//
// Latency: 1 clock, for any sample of a frame.

`timescale 1ns / 1ps

module nrc_pace (
  input  logic       clk_i,

  input  logic       frame_begin_i,  // first sample of a frame
  input  logic       reset_i,        // and of a key packet
  output logic [2:0] boost_o         // of the sample of the clock before; without meaning in a reset frame
);

  localparam int Bits = nrc_pkg::PaceBits;

  // Without a reset: the first frame of a stream is a reset frame.
  logic [Bits:0] count_q;

  always_ff @(posedge clk_i) begin
    if (frame_begin_i) begin
      if (reset_i)            count_q <= (Bits+1)'(nrc_pkg::PaceOffset);
      else if (!count_q[Bits]) count_q <= count_q + (Bits+1)'(1);
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

  `NRC_REQUIRE(Bits >= 3 && Bits <= 9 && nrc_pkg::PaceOffset == 3,
               "nrc_pace: boosts of 3 bits, the first one in the frame after the reset frame")
`endif

endmodule
