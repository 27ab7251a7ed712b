// SPDX-License-Identifier: Apache-2.0
//
// Code -> the interval of the ADC's input that produces it, and its midpoint (docs/bitstream.md,
// section 10). Golden model: nrc::Linearizer. All in 1/64 code, signed.
//
//   even codes:     low = 64 code - 32, high = 64 code + 32, value = 64 code
//   trained edges:  low from a ROM, high = low + width, value = (low + width / 2) & ~15;
//                   of the outermost codes value = 64 code
//
// Trained edges are a ROM (nrc_edge_rom, generated with the table set) or, with LoadableTables, two
// RAMs that are written through the table port while no code is under way.
//
// The lowest code has no lower edge and the highest no upper one: low_o or high_o is then
// meaningless. Every other edge is within the code range, so it has as many bits as a value.
//
// Stages:
//   0  code_i
//   1  the memory's word
//   2  sums: low_o, high_o, value_o, lowest_o, highest_o
// Latency 2 clocks, one code per clock.

`timescale 1ns / 1ps

module nrc_linearizer #(
  parameter int CodeWidth      = -1,  // 4..16
  parameter int EdgeCodeWidth  = nrc_range_tables_pkg::EdgeCodeWidth,  // CodeWidth; 0: even codes
  parameter int LoadableTables = -1,
  localparam int ValueWidth    = CodeWidth + nrc_pkg::FracBits
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,     // of the assertions alone

  // Table port; unused without LoadableTables and without trained edges.
  input  logic                  low_we_i,      // the lower edge
  input  logic                  width_we_i,    // the code's width
  input  logic [CodeWidth-1:0]  table_addr_i,  // the code
  input  logic [15:0]           table_wdata_i,
  input  logic                  read_i,        // there is a code

  input  logic [CodeWidth-1:0]  code_i,     // signed

  output logic [ValueWidth-1:0] low_o,      // signed
  output logic [ValueWidth-1:0] high_o,     // signed
  output logic [ValueWidth-1:0] value_o,    // signed, a multiple of ValueStep
  output logic                  lowest_o,   // it is the lowest code
  output logic                  highest_o   // it is the highest code
);

  localparam int FracBits = nrc_pkg::FracBits;

  // Stage 1.
  logic [CodeWidth-1:0] code_q;
  logic                 lowest;
  logic                 highest;

  always_ff @(posedge clk_i) code_q <= code_i;

  assign lowest  = code_q[CodeWidth-1] && !(|code_q[CodeWidth-2:0]);
  assign highest = !code_q[CodeWidth-1] && (&code_q[CodeWidth-2:0]);

  // Stage 2.
  always_ff @(posedge clk_i) begin
    lowest_o  <= lowest;
    highest_o <= highest;
  end

  if (EdgeCodeWidth == 0) begin : gen_even
    // 64 code - 32 has the bits of code - 1 and a half.
    localparam logic [FracBits-1:0] Half = {1'b1, {(FracBits-1){1'b0}}};

    logic unused_table;
    assign unused_table = ^{rst_ni, low_we_i, width_we_i, table_addr_i, table_wdata_i, read_i};

    always_ff @(posedge clk_i) begin
      low_o   <= {code_q - CodeWidth'(1), Half};
      high_o  <= {code_q, Half};
      value_o <= {code_q, {FracBits{1'b0}}};
    end
  end else begin : gen_edges
    localparam int LowBits  = 16;  // of the ROM's word
    localparam int StepBits = $clog2(nrc_pkg::ValueStep);

    // verilator lint_off UNUSEDSIGNAL
    logic [LowBits+7:0]    word;    // codes of fewer than 10 bits leave the top of low
    logic [ValueWidth-1:0] middle;  // its low bits are cut off
    // verilator lint_on UNUSEDSIGNAL
    logic [ValueWidth-1:0] low;
    logic [7:0]            width;

    if (LoadableTables != 0) begin : gen_ram
      logic                 write;
      logic [CodeWidth-1:0] addr;
      assign write = low_we_i || width_we_i;
      assign addr  = write ? table_addr_i : code_i;

      nrc_ram_1rw #(
        .Words(1 << CodeWidth),
        .Width(LowBits)
      ) u_lows (
        .clk_i,
        .rst_ni,
        .en_i   (low_we_i || (read_i && !write)),
        .we_i   (low_we_i),
        .addr_i (addr),
        .wdata_i(table_wdata_i),
        .rdata_o(word[LowBits+7:8])
      );
      nrc_ram_1rw #(
        .Words(1 << CodeWidth),
        .Width(8)
      ) u_widths (
        .clk_i,
        .rst_ni,
        .en_i   (width_we_i || (read_i && !write)),
        .we_i   (width_we_i),
        .addr_i (addr),
        .wdata_i(table_wdata_i[7:0]),
        .rdata_o(word[7:0])
      );
    end else begin : gen_rom
      nrc_edge_rom u_edges (
        .clk_i,
        .addr_i(code_i),
        .data_o(word)
      );
      logic unused_table;
      assign unused_table = ^{rst_ni, low_we_i, width_we_i, table_addr_i, table_wdata_i, read_i};
    end

    assign low    = word[8+:ValueWidth];
    assign width  = word[7:0];
    assign middle = low + {{(ValueWidth-7){1'b0}}, width[7:1]};

    always_ff @(posedge clk_i) begin
      low_o   <= low;
      high_o  <= low + {{(ValueWidth-8){1'b0}}, width};
      value_o <= (lowest || highest) ? {code_q, {FracBits{1'b0}}}
                                     : {middle[ValueWidth-1:StepBits], {StepBits{1'b0}}};
    end
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 4 && CodeWidth <= 16 && (LoadableTables == 0 || LoadableTables == 1) &&
               (EdgeCodeWidth == 0 || (EdgeCodeWidth == CodeWidth && CodeWidth <= 10)),
               "nrc_linearizer: CodeWidth is 4 to 16, with edges that of their tables and up to 10")
`endif

endmodule
