// SPDX-License-Identifier: Apache-2.0
//
// Between the packets of an encoder and a link of another width, or with a clock of its own: any
// AXI4-Stream of 8, 16, 32 or 64 bits. It takes m_axis of the encoder, and is not part of it.
//
// With OwnClock the link's side has link_clk_i and link_rst_ni, and words cross in nrc_clock_fifo;
// without, both are ignored. tkeep is all ones but in the last transfer of a packet of 64 bits.
// With 32 bits and one clock there is nothing to do, and m_axis_tready reaches s_axis_tready; with
// any other parameters all outputs come from registers.

`timescale 1ns / 1ps

module nrc_link_port #(
  parameter int Bits     = 32,  // 8, 16, 32 or 64
  parameter int OwnClock = 0,   // 1: the link has a clock of its own
  parameter int Depth    = 16,  // with OwnClock: words that cross; a power of two, at least 4
  localparam int Bytes = (Bits >= 8) ? Bits / 8 : 1
) (
  input  logic               clk_i,        // of the encoder
  input  logic               rst_ni,

  input  logic               s_axis_tvalid,
  output logic               s_axis_tready,
  input  logic [31:0]        s_axis_tdata,
  input  logic               s_axis_tlast,

  input  logic               link_clk_i,
  input  logic               link_rst_ni,  // active together with rst_ni

  output logic               m_axis_tvalid,
  input  logic               m_axis_tready,
  output logic [8*Bytes-1:0] m_axis_tdata,
  output logic [Bytes-1:0]   m_axis_tkeep,
  output logic               m_axis_tlast
);

  logic        clk, rst_n;  // of the link's side
  logic        valid, ready, last;
  logic [31:0] data;

  if (OwnClock != 0) begin : gen_own_clock
    assign clk   = link_clk_i;
    assign rst_n = link_rst_ni;

    nrc_clock_fifo #(.Width(33), .Depth(Depth)) u_fifo (
      .write_clk_i (clk_i),
      .write_rst_ni(rst_ni),
      .valid_i     (s_axis_tvalid),
      .ready_o     (s_axis_tready),
      .data_i      ({s_axis_tlast, s_axis_tdata}),
      .read_clk_i  (clk),
      .read_rst_ni (rst_n),
      .valid_o     (valid),
      .ready_i     (ready),
      .data_o      ({last, data})
    );
  end else begin : gen_one_clock
    assign clk           = clk_i;
    assign rst_n         = rst_ni;
    assign valid         = s_axis_tvalid;
    assign s_axis_tready = ready;
    assign data          = s_axis_tdata;
    assign last          = s_axis_tlast;

    logic unused_link;
    assign unused_link = ^{link_clk_i, link_rst_ni};
  end

  if (Bits == 32) begin : gen_same_width
    assign m_axis_tvalid = valid;
    assign ready         = m_axis_tready;
    assign m_axis_tdata  = data;
    assign m_axis_tkeep  = '1;
    assign m_axis_tlast  = last;

    logic unused_clock;
    assign unused_clock = ^{clk, rst_n};
  end else begin : gen_width
    nrc_stream_width #(.Bits(Bits)) u_width (
      .clk_i        (clk),
      .rst_ni       (rst_n),
      .s_axis_tvalid(valid),
      .s_axis_tready(ready),
      .s_axis_tdata (data),
      .s_axis_tlast (last),
      .m_axis_tvalid,
      .m_axis_tready,
      .m_axis_tdata,
      .m_axis_tkeep,
      .m_axis_tlast
    );
  end

  // Synthesis, which has no messages that all tools know, ends at a module that does not exist.
  `include "nrc_assert.svh"

  if (Bits != 8 && Bits != 16 && Bits != 32 && Bits != 64) begin : gen_bits
    `NRC_REFUSE(nrc_link_port_Bits_give_8_16_32_or_64,
                "nrc_link_port: Bits is %0d; give 8, 16, 32 or 64", Bits)
  end
  if (OwnClock != 0 && OwnClock != 1) begin : gen_own
    `NRC_REFUSE(nrc_link_port_OwnClock_give_0_or_1,
                "nrc_link_port: OwnClock is %0d; give 0 or 1", OwnClock)
  end
  if (OwnClock != 0 && (Depth < 4 || Depth > 65536 || (Depth & (Depth - 1)) != 0))
  begin : gen_depth
    `NRC_REFUSE(nrc_link_port_Depth_give_a_power_of_two_4_to_65536,
                "nrc_link_port: Depth is %0d; give a power of two, 4 to 65536", Depth)
  end

endmodule
