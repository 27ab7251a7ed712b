// SPDX-License-Identifier: Apache-2.0
//
// Merges the packets of several encoders onto one link. Packets stay whole and are never
// interleaved; their stream numbers identify the encoder (docs/rtl.md, "Several encoders on one
// link").
//
// Arbitration is round robin by packet: an input with a packet waits for at most one packet of each
// other input. The next input is selected with the last word of a packet, so that packets of
// different inputs follow each other without a pause; two packets of the same input are a clock
// apart if no other input has one.
//
// Stages: the output register, and a spare register for the word that is accepted while the output
// is blocked. Outputs depend on registers only: no path leads from m_axis_tready to s_axis_tready.
// Latency 1 clock, one word per clock.

`timescale 1ns / 1ps

module nrc_link_merge #(
  parameter int Inputs = 4,  // 1 to 256
  localparam int IdWidth = (Inputs > 1) ? $clog2(Inputs) : 1
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  // Bits i and 32 * i .. 32 * i + 31 are of input i.
  input  logic [Inputs-1:0]    s_axis_tvalid,
  output logic [Inputs-1:0]    s_axis_tready,
  input  logic [32*Inputs-1:0] s_axis_tdata,
  input  logic [Inputs-1:0]    s_axis_tlast,

  output logic                 m_axis_tvalid,
  input  logic                 m_axis_tready,
  output logic [31:0]          m_axis_tdata,
  output logic                 m_axis_tlast,
  output logic [IdWidth-1:0]   m_axis_tid     // number of the input
);

  logic                busy_q;             // an input is chosen
  logic [IdWidth-1:0]  chosen_q;           // that input, or the previous one while idle
  logic [Inputs-1:0]   grant_q;            // the same, one-hot; none while idle
  logic [Inputs-1:0]   after, others, next_grant;
  logic [IdWidth-1:0]  next;
  logic                any, take, last;
  logic [31:0]         word;

  // The first input after the chosen one that has a packet, or else the first of all that has one.
  // The chosen input is masked: with its last word tvalid is still high for the packet that ends.
  assign after[0] = 1'b0;

  for (genvar i = 1; i < Inputs; i++) begin : gen_input
    assign after[i] = s_axis_tvalid[i] && IdWidth'(i) > chosen_q;
  end

  assign others     = (after != '0) ? after : s_axis_tvalid & ~grant_q;
  assign next_grant = others & (~others + 1'b1);
  assign any        = others != '0;

  function automatic logic [IdWidth-1:0] number_of(input logic [Inputs-1:0] one);
    number_of = '0;
    for (int i = 0; i < Inputs; i++) number_of = number_of | (one[i] ? IdWidth'(i) : '0);
  endfunction

  function automatic logic [31:0] word_of(input logic [Inputs-1:0] one,
                                          input logic [32*Inputs-1:0] words);
    word_of = '0;
    for (int i = 0; i < Inputs; i++) word_of = word_of | (one[i] ? words[32*i +: 32] : '0);
  endfunction

  assign next = number_of(next_grant);
  assign word = word_of(grant_q, s_axis_tdata);

  // The output register, and the spare one.
  logic               spare_valid_q, spare_last_q;
  logic [31:0]        spare_q;
  logic [IdWidth-1:0] spare_id_q;

  assign s_axis_tready = spare_valid_q ? '0 : grant_q;
  assign take          = !spare_valid_q && (s_axis_tvalid & grant_q) != '0;
  assign last          = (s_axis_tlast & grant_q) != '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_q   <= 1'b0;
      chosen_q <= '0;
      grant_q  <= '0;
    end else if (!busy_q || (take && last)) begin
      busy_q  <= any;
      grant_q <= next_grant;
      if (any) chosen_q <= next;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      m_axis_tvalid <= 1'b0;
      spare_valid_q <= 1'b0;
    end else begin
      if (!m_axis_tvalid || m_axis_tready) m_axis_tvalid <= take || spare_valid_q;
      spare_valid_q <= m_axis_tvalid && !m_axis_tready && (take || spare_valid_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!m_axis_tvalid || m_axis_tready) begin
      m_axis_tdata <= spare_valid_q ? spare_q : word;
      m_axis_tlast <= spare_valid_q ? spare_last_q : last;
      m_axis_tid   <= spare_valid_q ? spare_id_q : chosen_q;
    end
    if (take) begin
      spare_q      <= word;
      spare_last_q <= last;
      spare_id_q   <= chosen_q;
    end
  end

  `include "nrc_assert.svh"

  if (Inputs < 1 || Inputs > 256) begin : gen_refused
    `NRC_REFUSE(nrc_link_merge_Inputs_give_1_to_256,
                "nrc_link_merge: Inputs is %0d; give 1 to 256", Inputs)
  end

`ifndef SYNTHESIS
  `NRC_AWAKE(clk_i, rst_ni)

  // AXI4-Stream: what is offered stays until it is taken.
  logic                offered_q;
  logic [32+IdWidth:0] offer_q;

  always @(posedge clk_i) begin
    offered_q <= checking_q && m_axis_tvalid && !m_axis_tready;
    offer_q   <= {m_axis_tid, m_axis_tlast, m_axis_tdata};
    if (checking_q && offered_q) begin
      assert (m_axis_tvalid && offer_q == {m_axis_tid, m_axis_tlast, m_axis_tdata});
    end
  end
`endif

endmodule
