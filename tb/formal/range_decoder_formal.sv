// SPDX-License-Identifier: Apache-2.0
//
// Formal proofs of nrc_range_decoder, whatever the windows and the payload.
//
// Arithmetic = 0, the samples' way: each sample that entered comes to the loop in order and leaves it
// once; the token of a packet comes directly before the packet's first sample, once, and no other
// does; nothing comes to the loop while it is busy; each sample that left gives one code.
// Arithmetic = 1, the loop: after each code range is 32768 to 65535 and offset below it, or damaged_o is high.
//
// Assumed of the user: no more samples than Room; packets begin after packets; raw and coded samples
// are not in one packet; drain_i when nothing is under way. Of the windows: cumulative frequencies are 16 at least and do not
// fall from the first place to the last one, so that at most one place is chosen, and none for an escape; the shift of each place is
// the number of zeros above its code's frequency, so that a range of 32768 and more that is multiplied by the frequency has its
// highest one at the shift's place or the one below; range_decoder_tb tries that. The second proof takes for granted what the first one shows.
//
// nrc_window and nrc_bit_window are replaced by anything, with the number of plain bits as promised, and the products are cut.

`timescale 1ns / 1ps

// Undriven outputs are arbitrary in each clock.
module nrc_window #(
  parameter int CodeWidth     = -1,
  parameter int EdgeCodeWidth = 0,
  localparam int PlaceBits  = (CodeWidth < 5) ? CodeWidth : 5,
  localparam int Edges      = 1 << PlaceBits,
  localparam int ValueWidth = CodeWidth + nrc_pkg::FracBits
) (
  input  logic                  clk_i,
  input  logic [ValueWidth-1:0] pred_value_i,
  input  logic [8:0]            index_i,
  input  logic                  other_i,
  input  logic                  up_i,
  input  logic [CodeWidth-1:0]  begin_i,
  output logic [3:0]            next_plain_o,
  output logic [16*Edges-1:0]   cumulative_o,
  output logic [4*Edges-1:0]    shift_o,
  output logic [Edges-1:0]      last_o,
  output logic [CodeWidth-1:0]  begin_o,
  output logic [3:0]            plain_o,
  output logic                  highest_o
);
  // Those of a group are known from the sample's index.
  assign next_plain_o = (CodeWidth > nrc_pkg::PlainWidth) ? {2'b00, index_i[1:0]} : 4'd0;
  nrc_delay #(.Width(4), .Depth(3)) u_delay (.clk_i, .d_i(next_plain_o), .q_o(plain_o));
endmodule

module nrc_bit_window (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        word_valid_i,
  input  logic [31:0] word_i,
  input  logic        word_last_i,
  output logic        word_ready_o,
  output logic        ready_o,
  output logic [31:0] window_o,
  input  logic        take_i,
  input  logic [4:0]  length_i,
  input  logic        final_i,
  input  logic        more_i,
  input  logic        packet_end_i,
  input  logic        drain_i,
  output logic        damaged_o
);
  logic found;  // arbitrary

  assign ready_o = 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) damaged_o <= 1'b0;
    else         damaged_o <= (damaged_o || (take_i && found)) && !drain_i;
  end
endmodule

module range_decoder_formal #(
  parameter int CodeWidth  = 4,
  parameter int Room       = 4,
  parameter int Arithmetic = 0
) (
  input logic                               clk_i,
  input logic                               rst_ni,
  input logic                               valid_i,
  input logic [CodeWidth+nrc_pkg::FracBits-1:0] pred_value_i,
  input logic [8:0]                         index_i,
  input logic                               raw_i,
  input logic                               verbatim_i,
  input logic                               packet_begin_i,
  input logic                               packet_end_i,
  input logic                               drain_i
);

  localparam int Edges     = (CodeWidth < 5) ? 16 : 32;
  localparam int AddrWidth = $clog2(Room);

  // A queue of 4 samples.
  localparam int EntryWidth = CodeWidth + nrc_pkg::FracBits + 9 + 4;
  localparam int BeginBit   = EntryWidth - 2;

  logic                 valid, raw, damaged, word_ready;
  logic [CodeWidth-1:0] code;
  logic [15:0]          raw_sample;

  nrc_range_decoder #(
    .CodeWidth(CodeWidth),
    .Room     (Room)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .word_valid_i(1'b0),
    .word_i      (32'd0),
    .word_last_i (1'b0),
    .word_ready_o(word_ready),
    .valid_i,
    .pred_value_i,
    .index_i,
    .raw_i,
    .verbatim_i,
    .packet_begin_i,
    .packet_end_i,
    .valid_o     (valid),
    .code_o      (code),
    .raw_o       (raw),
    .raw_sample_o(raw_sample),
    .damaged_o   (damaged),
    .drain_i
  );

  (* hierconn *) logic [AddrWidth:0] \u_dut.wptr_q ;
  (* hierconn *) logic [AddrWidth:0] \u_dut.head_q ;
  (* hierconn *) logic [AddrWidth:0] \u_dut.done_q ;
  (* hierconn *) logic [3:1]         \u_dut.valid_q ;
  (* hierconn *) logic [3:1]         \u_dut.token_q ;
  (* hierconn *) logic               \u_dut.flush_q ;
  (* hierconn *) logic               \u_dut.run ;
  (* hierconn *) logic               \u_dut.leaves ;
  (* hierconn *) logic               \u_dut.coded ;
  (* hierconn *) logic               \u_dut.escape ;
  (* hierconn *) logic               \u_dut.found ;
  (* hierconn *) logic [Edges-1:0]   \u_dut.chosen ;
  (* hierconn *) logic               \u_dut.s0_begin ;
  (* hierconn *) logic               \u_dut.s0_coded ;
  (* hierconn *) logic [3:0]         \u_dut.s0_plain ;
  (* hierconn *) logic [3:0]         \u_dut.s3_plain ;
  (* hierconn *) logic [11:0]        \u_dut.u_side_delay.gen_registers.stages_q ;
  (* hierconn *) logic [11:0]        \u_dut.u_window.u_delay.gen_registers.stages_q ;
  (* hierconn *) logic               \u_dut.head_valid_q ;
  (* hierconn *) logic               \u_dut.begun_q ;
  (* hierconn *) logic               \u_dut.repeat_q ;
  (* hierconn *) logic               \u_dut.damaged ;
  (* hierconn *) logic [3:0]         \u_dut.free_q ;
  (* hierconn *) logic [3:0]         \u_dut.plain_left_q ;
  (* hierconn *) logic [EntryWidth-1:0] \u_dut.u_queue.mem[0] ;
  (* hierconn *) logic [EntryWidth-1:0] \u_dut.u_queue.mem[1] ;
  (* hierconn *) logic [EntryWidth-1:0] \u_dut.u_queue.mem[2] ;
  (* hierconn *) logic [EntryWidth-1:0] \u_dut.u_queue.mem[3] ;
  (* hierconn *) logic               \u_dut.s3_raw ;
  (* hierconn *) logic               \u_dut.s3_coded ;
  (* hierconn *) logic               \u_dut.s3_verbatim ;
  (* hierconn *) logic [1:0]         \u_dut.state_q ;
  (* hierconn *) logic               \u_dut.s4_done_q ;
  (* hierconn *) logic [15:0]        \u_dut.range_q ;
  (* hierconn *) logic [15:0]        \u_dut.offset_q ;
  (* hierconn *) logic [15:0]        \u_dut.code_range ;
  (* hierconn *) logic [3:0]         \u_dut.shift ;

  logic waiting, empty, token;

  logic [30:0] scaled;  // range after the code, shifted
  assign scaled = {15'd0, \u_dut.code_range } << \u_dut.shift ;

  assign waiting = \u_dut.wptr_q != \u_dut.done_q ;
  assign empty   = !waiting && \u_dut.state_q == 2'd0 && !\u_dut.s4_done_q && !\u_dut.flush_q ;
  assign token   = \u_dut.token_q [3] && !\u_dut.flush_q ;

  logic begun_q;  // after the first clock
  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  // The user.
  logic between_q;  // packets
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      between_q <= 1'b1;
    else if (valid_i) between_q <= packet_end_i;
  end

  always_comb begin
    assume (begun_q || !rst_ni);
    if (valid_i) begin
      assume (\u_dut.wptr_q - \u_dut.done_q != (AddrWidth+1)'(Room));
      assume (packet_begin_i == between_q);
    end
    if (drain_i) assume (empty);
    // The windows.
    assume ((\u_dut.chosen & (\u_dut.chosen - 1'b1)) == '0);
    assume (!(\u_dut.escape && \u_dut.found ));
    if (\u_dut.range_q [15]) begin
      assume (\u_dut.code_range == '0 || (scaled >= 31'h4000 && scaled < 31'h10000));
    end
  end

  if (Arithmetic == 0) begin : gen_way
    // What is in each stage of the way, the queue itself as stage 0: the sample's place in the queue and what it needs.
    logic [AddrWidth:0] tag1_q, tag2_q, tag3_q;
    logic [3:0]         plain1_q, plain2_q, plain3_q;
    logic               coded1_q, coded2_q, coded3_q;

    always_ff @(posedge clk_i) begin
      {tag3_q, tag2_q, tag1_q}       <= {tag2_q, tag1_q, \u_dut.head_q };
      {plain3_q, plain2_q, plain1_q} <= {plain2_q, plain1_q, \u_dut.s0_plain };
      {coded3_q, coded2_q, coded1_q} <= {coded2_q, coded1_q, \u_dut.s0_coded };
    end

    logic       fresh_q;  // the last one in the loop was the token
    logic [2:0] owed_q;   // samples that left the loop without a code so far

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        fresh_q <= 1'b0;
        owed_q  <= '0;
      end else begin
        if (token)               fresh_q <= 1'b1;
        else if (\u_dut.leaves ) fresh_q <= 1'b0;
        owed_q <= owed_q + 3'(\u_dut.leaves ) - 3'(valid);
      end
    end

    // Which samples in the queue begin a packet.
    logic [3:0] begins;
    assign begins = {\u_dut.u_queue.mem[3] [BeginBit], \u_dut.u_queue.mem[2] [BeginBit],
                     \u_dut.u_queue.mem[1] [BeginBit], \u_dut.u_queue.mem[0] [BeginBit]};

    // Whether the last one before a stage, up to the loop, is the token.
    logic [3:1] v, t;
    logic       after3, after2, after1, after0, shown;
    assign v      = \u_dut.valid_q ;
    assign t      = \u_dut.token_q ;
    assign after3 = fresh_q;
    assign after2 = t[3] || (!v[3] && after3);
    assign after1 = t[2] || (!v[2] && after2);
    assign after0 = t[1] || (!v[1] && after1);
    assign shown  = \u_dut.head_q != \u_dut.wptr_q ;

    always_comb begin
      if (rst_ni && begun_q) begin
        if (\u_dut.run ) begin
          assert (waiting);
          assert (tag3_q == \u_dut.done_q );
          assert (begins[tag3_q[1:0]] == fresh_q);
        end
        if (token) assert (!fresh_q);
        if (valid) assert (owed_q != '0);

        // What makes that inductive: the queue,
        assert (\u_dut.wptr_q - \u_dut.done_q <= (AddrWidth+1)'(Room));
        if (\u_dut.head_valid_q ) assert (shown);
        if (\u_dut.head_valid_q ) assert (\u_dut.s0_begin == begins[\u_dut.head_q [1:0]]);
        // the way,
        assert ((v & t) == '0);
        if (!\u_dut.flush_q ) begin
          assert (\u_dut.head_q == \u_dut.done_q + (AddrWidth+1)'(v[1]) + (AddrWidth+1)'(v[2]) +
                                   (AddrWidth+1)'(v[3]));
          assert (\u_dut.wptr_q - \u_dut.head_q <= \u_dut.wptr_q - \u_dut.done_q );
          if (v[3]) assert (tag3_q == \u_dut.done_q );
          if (v[2]) assert (tag2_q == \u_dut.done_q + (AddrWidth+1)'(v[3]));
          if (v[1]) assert (tag1_q == \u_dut.done_q + (AddrWidth+1)'(v[3]) + (AddrWidth+1)'(v[2]));
          // tokens,
          if (v[3]) assert (begins[tag3_q[1:0]] == after3);
          if (v[2]) assert (begins[tag2_q[1:0]] == after2);
          if (v[1]) assert (begins[tag1_q[1:0]] == after1);
          assert (!(t[3] && after3) && !(t[2] && after2) && !(t[1] && after1));
          if (!shown) assert (!after0 && !\u_dut.begun_q );
          else if (begins[\u_dut.head_q [1:0]]) assert (\u_dut.begun_q == after0);
          else assert (!after0);
        end else begin
          if (\u_dut.repeat_q ) assert (waiting && begins[\u_dut.done_q [1:0]] == fresh_q);
          else                  assert (!fresh_q);
        end
        // the loop's states, and free clocks after a sample with plain bits,
        assert ((\u_dut.state_q == 2'd1) == (\u_dut.flush_q && !\u_dut.repeat_q ));
        if (\u_dut.repeat_q ) assert (\u_dut.flush_q && \u_dut.state_q == 2'd0);
        if (\u_dut.state_q == 2'd2) assert (v == '0 && t == '0);
        if (\u_dut.state_q == 2'd3) begin
          assert (!\u_dut.flush_q && !v[3] && !t[3]);
          if (\u_dut.plain_left_q >= 4'd1) assert (!v[2] && !t[2]);
          if (\u_dut.plain_left_q >= 4'd2) assert (!v[1] && !t[1]);
          assert ({1'b0, \u_dut.free_q } + 5'd2 >= {1'b0, \u_dut.plain_left_q });
        end
        if (!\u_dut.flush_q && !\u_dut.damaged ) begin
          if (v[1] && coded1_q) assert (\u_dut.free_q == plain1_q);
          if (v[2] && coded2_q) begin
            if (plain2_q >= 4'd1) assert (!v[1] && !t[1]);
            assert ({1'b0, \u_dut.free_q } + 5'd1 >= {1'b0, plain2_q});
          end
          if (v[3] && coded3_q) begin
            if (plain3_q >= 4'd1) assert (!v[2] && !t[2]);
            if (plain3_q >= 4'd2) assert (!v[1] && !t[1]);
            assert ({1'b0, \u_dut.free_q } + 5'd2 >= {1'b0, plain3_q});
          end
        end
        if (v[3]) assert (coded3_q == \u_dut.s3_coded && plain3_q == \u_dut.s3_plain );
        if (v[2]) begin
          assert (coded2_q == \u_dut.u_side_delay.gen_registers.stages_q [7]);
          assert (plain2_q == \u_dut.u_window.u_delay.gen_registers.stages_q [7:4]);
        end
        if (v[1]) begin
          assert (coded1_q == \u_dut.u_side_delay.gen_registers.stages_q [3]);
          assert (plain1_q == \u_dut.u_window.u_delay.gen_registers.stages_q [3:0]);
        end
        // and the codes.
        assert (owed_q == 3'(\u_dut.s4_done_q ) + 3'(valid) + 3'(\u_dut.state_q != 2'd0));
      end
    end
  end else begin : gen_loop
    // What the loop did last: nothing since the reset or a drain, a token, a raw sample, another.
    typedef enum logic [1:0] {DidNothing, DidToken, DidRaw, DidCode} did_t;
    did_t did_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)              did_q <= DidNothing;
      else if (drain_i)         did_q <= DidNothing;
      else if (token)           did_q <= DidToken;
      else if (\u_dut.leaves )  did_q <= \u_dut.s3_raw ? DidRaw : DidCode;
    end

    always_comb begin
      // The other proof: nothing comes while the loop is busy, the queue's places, the token comes first.
      if ((\u_dut.valid_q [3] || \u_dut.token_q [3]) && !\u_dut.flush_q ) begin
        assume (\u_dut.state_q == 2'd0);
      end
      assume (!(\u_dut.valid_q [3] && \u_dut.token_q [3]));
      if (drain_i) assume (!\u_dut.run );
      assume (\u_dut.wptr_q - \u_dut.done_q <= (AddrWidth+1)'(Room));
      assume (\u_dut.wptr_q - \u_dut.head_q <= \u_dut.wptr_q - \u_dut.done_q );
      if (\u_dut.run && !\u_dut.s3_raw ) assume (did_q == DidToken || did_q == DidCode);
      assume (!(\u_dut.s3_coded && (\u_dut.s3_raw || \u_dut.s3_verbatim )));
      assume (\u_dut.s3_coded || \u_dut.s3_raw || \u_dut.s3_verbatim );
      if (rst_ni && begun_q) begin
        if (did_q == DidToken) begin
          assert (\u_dut.range_q == 16'(nrc_pkg::RangeReset) && \u_dut.state_q == 2'd0);
        end
        if (did_q == DidCode && !damaged) begin
          assert (\u_dut.range_q [15]);
          assert (\u_dut.offset_q < \u_dut.range_q || \u_dut.state_q == 2'd1 ||
                  \u_dut.state_q == 2'd2);
        end
      end
    end
  end

endmodule
