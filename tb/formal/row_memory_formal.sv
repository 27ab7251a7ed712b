// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_row_memory. The user keeps to its rules: words come in order, round and round,
// at any distance, a run over all words has one kind of access, and its words get their new values
// two clocks later. A run may also be cut short, if the next one reads nothing. Then a word that is
// read has the value that was written last, for an arbitrary word.

`timescale 1ns / 1ps

module row_memory_formal #(
  parameter int Words = 8,
  parameter int Width = 1,
  localparam int AddrWidth = $clog2(Words)
) (
  input logic             clk_i,
  input logic             rst_ni,
  input logic             valid_i,
  input logic             read_i,   // of a run
  input logic             update_i,
  input logic             cut_i,
  input logic [Width-1:0] wdata_i,
  input logic [AddrWidth-1:0] marked_i
);

  logic [AddrWidth-1:0] word_q, word, marked_q;
  logic                 reads_q, updates_q, reads, updates, must_write_q;
  logic                 begun_q, starts;
  logic                 s1_q, s2_q;
  logic [AddrWidth-1:0] word_s1_q, word_s2_q;
  logic                 read_s1_q;
  logic [Width-1:0]     rdata, value_q;
  logic                 known_q;

  nrc_row_memory #(
    .Words(Words),
    .Width(Width)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .valid_i,
    .read_i (reads),
    .word_i (word),
    .rdata_o(rdata),
    .write_i(s2_q),
    .slot_i (word_s2_q[1:0]),
    .wdata_i
  );

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  // A cut begins the next run, which reads nothing and writes all.
  assign word    = cut_i ? '0 : word_q;
  assign starts  = word == '0;
  assign reads   = starts ? (read_i && !cut_i && !must_write_q) : reads_q;
  assign updates = starts ? (update_i || cut_i || must_write_q) : updates_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      word_q       <= '0;
      must_write_q <= 1'b1;  // nothing was written yet
      {s1_q, s2_q} <= 2'b00;
      known_q      <= 1'b0;
      reads_q      <= 1'b0;
      updates_q    <= 1'b0;
      read_s1_q    <= 1'b0;
      word_s1_q    <= '0;
      word_s2_q    <= '0;
      value_q      <= '0;
      marked_q     <= marked_i;
    end else begin
      s1_q      <= valid_i && updates;
      s2_q      <= s1_q;
      word_s1_q <= word;
      word_s2_q <= word_s1_q;
      read_s1_q <= valid_i && reads;
      if (valid_i) begin
        must_write_q <= 1'b0;
        reads_q      <= reads;
        updates_q    <= updates;
        word_q       <= (word == AddrWidth'(Words - 1)) ? '0 : word + 1'b1;
      end
      if (s2_q && word_s2_q == marked_q) begin
        value_q <= wdata_i;
        known_q <= 1'b1;
      end
    end
  end

  always_comb begin
    assume (begun_q || !rst_ni);
    assume (!cut_i || valid_i);
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni && read_s1_q && word_s1_q == marked_q && known_q) assert (rdata == value_q);
  end

endmodule
