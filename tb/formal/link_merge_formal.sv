// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_link_merge. One word is taken in a clock at most, and all words of a packet come
// from one input. Every word that is taken leaves once, in order, with its last and input; what is
// offered stays. An input that has a packet waits for one packet of each other input at most, and if the
// link takes words and an input has one, a word is taken within two clocks.
//
// Order: one word, of an arbitrary clock, is marked; `ahead_q` is the number of words before it.
// Of the data one bit, the same for all inputs, shows what happens to all of them.

`timescale 1ns / 1ps

module link_merge_formal #(
  parameter int Inputs = 3,
  localparam int IdWidth = $clog2(Inputs)
) (
  input logic              clk_i,
  input logic              rst_ni,
  input logic [Inputs-1:0] valid_i,
  input logic [Inputs-1:0] bit_i,
  input logic [Inputs-1:0] last_i,
  input logic              ready_i,
  input logic              mark_i
);

  logic [Inputs-1:0]    ready;
  logic [32*Inputs-1:0] data;
  logic                 valid, last;
  logic [31:0]          word;
  logic [IdWidth-1:0]   id;

  for (genvar i = 0; i < Inputs; i++) begin : gen_data
    assign data[32*i +: 32] = {31'd0, bit_i[i]};
  end

  nrc_link_merge #(.Inputs(Inputs)) u_dut (
    .clk_i,
    .rst_ni,
    .s_axis_tvalid(valid_i),
    .s_axis_tready(ready),
    .s_axis_tdata (data),
    .s_axis_tlast (last_i),
    .m_axis_tvalid(valid),
    .m_axis_tready(ready_i),
    .m_axis_tdata (word),
    .m_axis_tlast (last),
    .m_axis_tid   (id)
  );

  logic              begun_q;
  logic [Inputs-1:0] taken, held_q, bit_q, last_q;
  logic              take, take_last, take_bit;
  logic [IdWidth-1:0] take_id;
  logic [1:0]        inside_q;
  logic              marked_q, marked_last_q, marked_bit_q;
  logic [1:0]        ahead_q;
  logic [IdWidth-1:0] marked_id_q;
  logic              in_packet_q;
  logic [IdWidth-1:0] packet_id_q;
  logic [1:0]        idle_q;       // clocks without a word, though one could be taken
  logic              offered_q;
  logic [IdWidth+1:0] offer_q;

  assign taken     = valid_i & ready;
  assign take      = taken != '0;
  assign take_last = (taken & last_i) != '0;
  assign take_bit  = (taken & bit_i) != '0;

  function automatic logic [IdWidth-1:0] number_of(input logic [Inputs-1:0] one);
    number_of = '0;
    for (int i = 0; i < Inputs; i++) number_of = number_of | (one[i] ? IdWidth'(i) : '0);
  endfunction

  assign take_id = number_of(taken);

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      held_q      <= '0;
      inside_q    <= '0;
      marked_q    <= 1'b0;
      in_packet_q <= 1'b0;
      idle_q      <= '0;
      offered_q   <= 1'b0;
    end else begin
      held_q   <= valid_i & ~ready;
      inside_q <= inside_q + {1'b0, take} - {1'b0, valid && ready_i};
      if (!marked_q) begin
        marked_q <= take && mark_i;
        ahead_q  <= inside_q - {1'b0, valid && ready_i};
      end else if (valid && ready_i) begin
        marked_q <= ahead_q != '0;
        ahead_q  <= ahead_q - 1'b1;
      end
      if (take) in_packet_q <= !take_last;
      offered_q <= valid && !ready_i;
      if (take || !ready_i || (in_packet_q ? !valid_i[packet_id_q] : valid_i == '0)) idle_q <= '0;
      else                                                                           idle_q <= idle_q + 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    bit_q   <= bit_i;
    last_q  <= last_i;
    offer_q <= {id, last, word[0]};
    if (!marked_q) begin
      marked_last_q <= take_last;
      marked_bit_q  <= take_bit;
      marked_id_q   <= take_id;
    end
    if (take) packet_id_q <= take_id;
  end

  // Packets of others since an input has had one to send.
  logic [1:0] waited_q[0:Inputs-1];  // at most 3: Inputs is 3

  for (genvar i = 0; i < Inputs; i++) begin : gen_wait
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) waited_q[i] <= '0;
      else if (!valid_i[i] || taken[i] || (in_packet_q && packet_id_q == IdWidth'(i))) waited_q[i] <= '0;
      else if (take && take_last && waited_q[i] != '1) waited_q[i] <= waited_q[i] + 1'b1;
    end

    always_ff @(posedge clk_i) begin
      if (rst_ni && begun_q) assert (waited_q[i] <= 2'(Inputs - 1));
    end
  end

  // Inputs keep to AXI4-Stream.
  always_comb begin
    assume (begun_q || !rst_ni);
    assume ((held_q & ~valid_i) == '0);
    assume ((held_q & ((bit_i ^ bit_q) | (last_i ^ last_q))) == '0);
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && begun_q) begin
      assert ((taken & (taken - 1'b1)) == '0);
      if (in_packet_q && take) assert (take_id == packet_id_q);
      assert (inside_q <= 2'd2);
      assert (valid == (inside_q != '0));
      if (marked_q && valid && ahead_q == '0) begin
        assert ({id, last, word[0]} == {marked_id_q, marked_last_q, marked_bit_q});
      end
      if (offered_q) assert (valid && {id, last, word[0]} == offer_q);
      assert (idle_q < 2'd3);
    end
  end

endmodule
