// SPDX-License-Identifier: Apache-2.0
//
// The class of each channel (docs/bitstream.md, section 18): lossless, rounded, off, events only. A
// table of those to come is written by a port at any time; the first frame of a key packet takes
// each channel's class over. Golden model: the classes of nrc::PayloadEncoder.
//
// A table that was never written has any classes in it.
//
// Stages:
//   0  valid_i, channel_i, first_i; both tables are read
//   1  class_o; the class in use is written in a first frame

`timescale 1ns / 1ps

module nrc_channel_class #(
  parameter int Channels = -1,
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,

  // Table port.
  input  logic                    we_i,
  input  logic [ChannelWidth-1:0] waddr_i,
  input  logic [1:0]              wdata_i,

  input  logic                    valid_i,
  input  logic [ChannelWidth-1:0] channel_i,
  input  logic                    first_i,   // of the first frame of a key packet
  output logic [1:0]              class_o
);

  // What is written in the clock in which it is taken over counts already.
  logic                    meets, meets_q;
  logic [1:0]              written_q;
  logic                    take_q;
  logic [ChannelWidth-1:0] channel_q;
  logic [1:0]              next_read, next, now;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) take_q <= 1'b0;
    else         take_q <= valid_i && first_i;
  end

  always_ff @(posedge clk_i) begin
    channel_q <= channel_i;
    meets_q   <= meets;
    written_q <= wdata_i;
  end

  assign meets = we_i && waddr_i == channel_i;

  nrc_ram_1r1w #(.Width(2), .Depth(Channels)) u_next (
    .clk_i,
    .rst_ni,
    .we_i,
    .waddr_i,
    .wdata_i,
    .re_i   (valid_i && first_i && !meets),
    .raddr_i(channel_i),
    .rdata_o(next_read)
  );

  assign next = meets_q ? written_q : next_read;

  nrc_ram_1r1w #(.Width(2), .Depth(Channels)) u_now (
    .clk_i,
    .rst_ni,
    .we_i   (take_q),
    .waddr_i(channel_q),
    .wdata_i(next),
    .re_i   (valid_i && !first_i),
    .raddr_i(channel_i),
    .rdata_o(now)
  );

  assign class_o = take_q ? next : now;

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 1, "nrc_channel_class: Channels is 1 or more")
`endif

endmodule
