// SPDX-License-Identifier: Apache-2.0
//
// Selects the Huffman table of a code from its class and the predicted code (docs/bitstream.md,
// section 4). Golden model: nrc::Context::of_class. Part of nrc_context and nrc_narrow.
//
//   table = first_table + (q mod 2^modulus_bits), + 2^modulus_bits for large |q| if split
//
// Stages:
//   1  the class's fields
//   2  pred_code_i; phase of q
//   3  table
// In the shallow pipeline there is no register.

`timescale 1ns / 1ps

module nrc_select #(
  parameter int CodeWidth  = -1,
  parameter int Pipeline   = -1,
  parameter int NumClasses = nrc_tables_pkg::NumClasses,
  parameter int NumTables  = nrc_tables_pkg::NumTables,
  // 16 bits for each class.
  parameter logic [16*NumClasses-1:0] ClassFirstTable  = nrc_tables_pkg::ClassFirstTable,
  parameter logic [16*NumClasses-1:0] ClassModulusBits = nrc_tables_pkg::ClassModulusBits,
  parameter logic [16*NumClasses-1:0] ClassSplit       = nrc_tables_pkg::ClassSplit,
  parameter logic [16*NumClasses-1:0] ClassRawBits     = nrc_tables_pkg::ClassRawBits,
  localparam int TableWidth = (NumTables > 1) ? $clog2(NumTables) : 1
) (
  input  logic                  clk_i,
  input  logic [NumClasses-1:0] selected_i,   // one bit set: the class
  input  logic [CodeWidth-1:0]  pred_code_i,  // a clock later in the deep pipeline
  output logic [TableWidth-1:0] table_o,
  output logic [3:0]            raw_bits_o
);

  localparam int Registered = (Pipeline == nrc_latency_pkg::PipelineDeep) ? 1 : 0;

  // 1: the fields of the class. The mask has modulus_bits ones.
  logic [TableWidth-1:0] first_table_d, first_table_s1, first_table_s2;
  logic [7:0]            mask_d,        mask_s1;
  logic                  split_d,       split_s1;
  logic [3:0]            raw_bits_d,    raw_bits_s1, raw_bits_s2;

  always_comb begin
    first_table_d = '0;
    mask_d        = '0;
    split_d       = 1'b0;
    raw_bits_d    = '0;
    for (int k = 0; k < NumClasses; k++) begin
      first_table_d = first_table_d |
                      (ClassFirstTable[16*k+:TableWidth] & {TableWidth{selected_i[k]}});
      mask_d        = mask_d | (~(8'hFF << ClassModulusBits[16*k+:4]) & {8{selected_i[k]}});
      split_d       = split_d | (ClassSplit[16*k] & selected_i[k]);
      raw_bits_d    = raw_bits_d | (ClassRawBits[16*k+:4] & {4{selected_i[k]}});
    end
  end

  nrc_delay #(.Width(TableWidth + 13), .Depth(Registered)) u_fields (
    .clk_i,
    .d_i({first_table_d, mask_d, split_d, raw_bits_d}),
    .q_o({first_table_s1, mask_s1, split_s1, raw_bits_s1})
  );

  // 2: phase. q is outside -2^(m-1) .. 2^(m-1)-1 if a bit from m-1 up differs from the sign.
  logic [15:0]           q;
  logic [15:0]           outside_mask;
  logic                  outside;
  // verilator lint_off UNUSEDSIGNAL
  logic [8:0]            phase, phase_s2;  // as many bits as the largest class needs
  // verilator lint_on UNUSEDSIGNAL

  assign q            = 16'($signed(pred_code_i));
  assign outside_mask = {9'h1FF, ~mask_s1[7:1]};
  assign outside      = split_s1 && (|((q ^ {16{q[15]}}) & outside_mask));

  assign phase        = {1'b0, q[7:0] & mask_s1} |
                        ({mask_s1, 1'b1} & ~{1'b0, mask_s1} & {9{outside}});

  nrc_delay #(.Width(TableWidth + 13), .Depth(Registered)) u_phase (
    .clk_i,
    .d_i({phase, first_table_s1, raw_bits_s1}),
    .q_o({phase_s2, first_table_s2, raw_bits_s2})
  );

  // 3: table.
  logic [TableWidth-1:0] table_s2;

  assign table_s2 = first_table_s2 + TableWidth'(phase_s2);

  nrc_delay #(.Width(TableWidth + 4), .Depth(Registered)) u_table (
    .clk_i, .d_i({table_s2, raw_bits_s2}), .q_o({table_o, raw_bits_o})
  );

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 2 && CodeWidth <= 16 && NumClasses >= 1 && NumClasses <= 16 &&
               NumTables >= 1 && (Pipeline == 0 || Pipeline == 1),
               "nrc_select: a parameter is missing or out of its range")
`endif

endmodule
