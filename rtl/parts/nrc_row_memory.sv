// SPDX-License-Identifier: Apache-2.0
//
// Words of state in rows of four, each row a word of a memory of one port: two accesses serve four
// words, and a macro of one port has half the area of one with two. Words come in order, those of
// a row one after the other, each as often as it is read and written.
//
// A row is read when its first word comes, and the other three wait in registers. New words gather
// in registers until there are four; the row is written a clock later, or two if another one is
// read in that clock. Its inputs change once for each row.
//
//   0  valid_i, first word of a row: row read
//   1  rdata_o
//   2  write_i, if the word of clock 0 gets a new value
//   3  row written, after its fourth word; or 4
//
// With eight words and more a row is written before it is read again.

`timescale 1ns / 1ps

module nrc_row_memory #(
  parameter int Words = -1,  // a multiple of 4, at least 8
  parameter int Width = -1,
  localparam int AddrWidth = $clog2(Words)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 valid_i,  // a word comes
  input  logic                 read_i,   // and its old value is needed
  input  logic [AddrWidth-1:0] word_i,
  output logic [Width-1:0]     rdata_o,  // in the next clock; without meaning without read_i

  input  logic                 write_i,  // two clocks after valid_i
  input  logic [1:0]           slot_i,   // the low bits of its word_i
  input  logic [Width-1:0]     wdata_i
);

  localparam int RowWidth = AddrWidth - 2;

  logic                first, reading, first_read_s1_q;
  logic [1:0]          slot_s1_q;
  logic [RowWidth-1:0] row_read_q, row_write_q;
  logic                pending_q, write;
  logic [4*Width-1:0]  row;        // as read, in the clock after
  logic [3*Width-1:0]  waiting_q;  // its second to fourth word
  logic [4*Width-1:0]  gathered_q;

  assign first   = valid_i && word_i[1:0] == 2'd0;
  assign reading = first && read_i;
  assign write   = pending_q && !reading;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) pending_q <= 1'b0;
    else         pending_q <= (write_i && slot_i == 2'd3) || (pending_q && reading);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) first_read_s1_q <= 1'b0;
    else         first_read_s1_q <= reading;
  end

  // A row's number waits until its first new word comes, and then until it is written.
  always_ff @(posedge clk_i) begin
    if (valid_i) slot_s1_q <= word_i[1:0];
    if (first) row_read_q <= word_i[AddrWidth-1:2];
    if (write_i && slot_i == 2'd0) row_write_q <= row_read_q;
  end

  nrc_ram_1rw #(.Words(Words / 4), .Width(4 * Width)) u_rows (
    .clk_i,
    .rst_ni,
    .en_i   (reading || write),
    .we_i   (write),
    .addr_i (reading ? word_i[AddrWidth-1:2] : row_write_q),
    .wdata_i(gathered_q),
    .rdata_o(row)
  );

  always_ff @(posedge clk_i) begin
    if (first_read_s1_q) waiting_q <= row[4*Width-1:Width];
  end

  always_comb begin
    case (slot_s1_q)
      2'd0:    rdata_o = row[Width-1:0];
      2'd1:    rdata_o = waiting_q[Width-1:0];
      2'd2:    rdata_o = waiting_q[2*Width-1:Width];
      default: rdata_o = waiting_q[3*Width-1:2*Width];
    endcase
  end

  for (genvar k = 0; k < 4; k++) begin : gen_slot
    always_ff @(posedge clk_i) begin
      if (write_i && slot_i == 2'(k)) gathered_q[k*Width+:Width] <= wdata_i;
    end
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Width >= 1 && Words >= 8 && Words % 4 == 0,
               "nrc_row_memory: Words is a multiple of 4, 8 or more, Width 1 or more")

  `NRC_AWAKE(clk_i, rst_ni)

  // What waits to be written stays, and is not read before.
  always @(posedge clk_i) begin
    if (checking_q) begin
      if (pending_q && reading) begin
        assert (!write_i);
        assert (word_i[AddrWidth-1:2] != row_write_q);
      end
      assert (!(pending_q && write_i && slot_i == 2'd3));
    end
  end
`endif

endmodule
