// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_clock_fifo with two clocks, of which each ticks in whichever steps it likes
// (ticks.v). No word is lost, repeated or overtaken, or changes while it waits at the output; the
// memory neither overflows nor underflows; a word shows in the third clock of the reader after its
// write at the latest, and room in the third clock of the writer after a read. The resets are active
// together, until both clocks have run, and are released in any order.
//
// A bit of a count that is sampled while it changes gives the old count, as if both clocks ticked in
// one step, or the new one, as if the reader's ticked in the next: other counts cannot be seen, since
// one bit changes at a time, which nrc_clock_fifo asserts.
//
// Order: one word, of an arbitrary write, is marked with its number.

`timescale 1ns / 1ps

module clock_fifo_formal #(
  parameter int Width = 1,
  parameter int Depth = 4,
  localparam int AddrWidth = $clog2(Depth)
) (
  input logic             step_i,  // always high: the clock of what ticks in each step
  input logic             write_clk_i,
  input logic             write_rst_ni,
  input logic             valid_i,
  input logic [Width-1:0] data_i,
  input logic             mark_i,
  input logic             read_clk_i,
  input logic             read_rst_ni,
  input logic             ready_i
);

  localparam int Count = AddrWidth + 2;  // bits: more than the words that can be inside

  logic             ready, valid;
  logic [Width-1:0] data;

  nrc_clock_fifo #(
    .Width(Width),
    .Depth(Depth)
  ) u_dut (
    .write_clk_i,
    .write_rst_ni,
    .valid_i,
    .ready_o(ready),
    .data_i,
    .read_clk_i,
    .read_rst_ni,
    .valid_o(valid),
    .ready_i,
    .data_o (data)
  );

  // Resets.
  logic begun_q, write_was_q, read_was_q;  // after the first step; the resets in the step before
  logic write_ran_q, read_ran_q;           // ticked since both resets became active

  initial begin
    begun_q     = 1'b0;
    write_was_q = 1'b0;
    read_was_q  = 1'b0;
    write_ran_q = 1'b0;
    read_ran_q  = 1'b0;
  end
  always_ff @(posedge step_i) begin
    begun_q     <= 1'b1;
    write_was_q <= write_rst_ni;
    read_was_q  <= read_rst_ni;
    write_ran_q <= !write_rst_ni && (read_rst_ni ? write_ran_q : write_ran_q || write_clk_i);
    read_ran_q  <= !read_rst_ni && (write_rst_ni ? read_ran_q : read_ran_q || read_clk_i);
  end

  always_comb begin
    assume (step_i);
    assume (begun_q || (!write_rst_ni && !read_rst_ni));
    // Both become active in one step.
    assume (!write_was_q || write_rst_ni || !read_rst_ni);
    assume (!read_was_q || read_rst_ni || !write_rst_ni);
    // Neither is released before both clocks have ticked.
    assume (write_was_q || !write_rst_ni || (write_ran_q && (read_ran_q || read_was_q)));
    assume (read_was_q || !read_rst_ni || (read_ran_q && (write_ran_q || write_was_q)));
  end

  // Words, by number: written, and taken from the output.
  logic [Count-1:0] written_q, taken_q, marked_number_q;
  logic             marked_q, done_q;
  logic [Width-1:0] marked_data_q;
  logic [Count-1:0] inside, waiting;  // all, and those in the memory
  logic [2:0]       wait_q, late_q;   // clocks that the writer, or the reader, waits for no reason

  assign inside  = written_q - taken_q;
  assign waiting = inside - {{(Count-1){1'b0}}, valid};

  always_ff @(posedge write_clk_i or negedge write_rst_ni) begin
    if (!write_rst_ni) begin
      written_q       <= '0;
      marked_q        <= 1'b0;
      marked_number_q <= '0;
      marked_data_q   <= '0;
      wait_q          <= '0;
    end else begin
      if (valid_i && ready) begin
        written_q <= written_q + 1'b1;
        if (!marked_q && mark_i) begin
          marked_q        <= 1'b1;
          marked_number_q <= written_q;
          marked_data_q   <= data_i;
        end
      end
      if (ready || waiting == Count'(Depth)) wait_q <= '0;
      else                                   wait_q <= wait_q + 1'b1;
    end
  end

  always_ff @(posedge read_clk_i or negedge read_rst_ni) begin
    if (!read_rst_ni) begin
      taken_q <= '0;
      done_q  <= 1'b0;
      late_q  <= '0;
    end else begin
      if (valid && ready_i) begin
        taken_q <= taken_q + 1'b1;
        if (marked_q && taken_q == marked_number_q) done_q <= 1'b1;
      end
      if (valid || inside == '0) late_q <= '0;
      else                       late_q <= late_q + 1'b1;
    end
  end

  always_comb begin
    assert (waiting <= Count'(Depth));
    assert (!valid || inside != '0);
    if (valid && marked_q && !done_q && taken_q == marked_number_q) assert (data == marked_data_q);
    assert (late_q <= 3'd3);
    assert (wait_q <= 3'd3);
  end

endmodule
