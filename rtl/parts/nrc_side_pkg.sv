// SPDX-License-Identifier: Apache-2.0
//
// The flags that travel with a sample, as bits of one vector of SideWidth bits: from nrc_framer
// with the sample, and from the packers with a packet's words. What does not look at them does not
// carry them: the paths delay them by the latency of the stages between. (A vector and bit numbers,
// because Icarus 11 takes no struct of a package in a port.)

`timescale 1ns / 1ps

package nrc_side_pkg;

  localparam int SideWidth     = 5;

  localparam int SideFrameEnd  = 4;  // last sample of its frame
  localparam int SidePacketEnd = 3;  // last sample, or last word, of its packet
  localparam int SideKey       = 2;  // of a key packet
  localparam int SideBad       = 1;  // with packet_end: a framing error cut the packet short
  localparam int SideLast      = 0;  // with packet_end: the packet closes its stream

endpackage
