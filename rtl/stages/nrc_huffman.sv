// SPDX-License-Identifier: Apache-2.0
//
// Stage huffman: the codeword of a residual (docs/bitstream.md, section 5). Golden model:
// nrc::HuffmanEncoder.
//
// v = residual >> raw_bits gives the symbol v + S/2. Symbol 0 is the escape, for v
// outside the table, and v = -S/2, which would be symbol 0, is outside as well. The word of the
// table memory at {table, symbol} is the canonical code with a one in front of its first bit.
// After the code come the low raw_bits bits of the residual or, after an escape, the code itself.
// A verbatim code, a channel's first one after a reset, has no codeword before it.
//
// The tables are a ROM (nrc_huffman_rom, generated with the table set) or, with LoadableTables, a
// RAM that is written through the table port before the encoder is enabled; while a sample is in
// the pipeline the port must be idle.
//
// Pipeline:
//   1  residual
//   2  shift by raw_bits
//   3  symbol, table address, bits after the code
//   4  table memory
//   5  its word: memories of FPGAs give it late in the clock, and from many blocks
//   6  length and bits of the code
//   7  codeword
// Latency 7 clocks, one sample per clock. In the shallow pipeline only 4 ends at registers, latency
// 1.

`timescale 1ns / 1ps

module nrc_huffman #(
  parameter int CodeWidth      = -1,
  parameter int SymbolBits     = nrc_tables_pkg::SymbolBits,
  parameter int NumTables      = nrc_tables_pkg::NumTables,
  parameter int LoadableTables = -1,
  parameter int Pipeline       = -1,
  parameter int Rounding       = -1,  // 1: rounded_i, with SymbolBits of 6 and the deep pipeline
  localparam int OwnBits   = (NumTables > 1) ? $clog2(NumTables) : 1,
  localparam int TableBits = (Rounding != 0 && OwnBits < 4) ? 4 : OwnBits,
  localparam int AddrWidth = $clog2(NumTables) + SymbolBits
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  // Table port; unused without LoadableTables.
  input  logic                 table_we_i,
  input  logic [AddrWidth-1:0] table_addr_i,   // table * S + symbol
  input  logic [15:0]          table_wdata_i,

  input  logic                 valid_i,
  input  logic [CodeWidth-1:0] code_i,         // signed
  input  logic [CodeWidth-1:0] pred_code_i,    // signed
  input  logic [TableBits-1:0] table_i,
  input  logic [3:0]           raw_bits_i,     // 0..12, at most CodeWidth
  input  logic                 verbatim_i,
  input  logic                 rounded_i,      // numbers of multiples, with tables of their own

  output logic                 valid_o,
  output logic [30:0]          bits_o,         // right-aligned, zeros above
  output logic [4:0]           length_o        // 1..31
);

  localparam int MaxLength = nrc_pkg::MaxCodeLength;
  // Wide enough for the residual and for the symbol.
  localparam int ValueWidth = ((CodeWidth > SymbolBits) ? CodeWidth : SymbolBits) + 1;

  localparam int Registered   = (Pipeline == nrc_latency_pkg::PipelineDeep) ? 1 : 0;
  localparam int AddressClock = 3 * Registered;  // the table's address is ready
  localparam int LengthClock  = AddressClock + 1 + 2 * Registered;
  localparam int Latency      = (Registered != 0) ? nrc_latency_pkg::HuffmanLatency
                                                  : nrc_latency_pkg::ShallowHuffmanLatency;

  // Bit n is clock n's.
  logic [Latency:0] valid;
  logic [Latency:1] valid_q;

  assign valid = {valid_q, valid_i};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= valid[Latency-1:0];
  end

  // 1: residual, sign-extended by hand.
  logic [ValueWidth-1:0] residual, s1_residual;
  logic [CodeWidth-1:0]  s1_code;
  logic [TableBits-1:0]  s1_table;
  logic [3:0]            s1_raw_bits;
  logic                  s1_verbatim;

  assign residual = {{(ValueWidth - CodeWidth){code_i[CodeWidth-1]}}, code_i} -
                    {{(ValueWidth - CodeWidth){pred_code_i[CodeWidth-1]}}, pred_code_i};

  nrc_delay #(.Width(ValueWidth + CodeWidth + TableBits + 5), .Depth(Registered)) u_stage1 (
    .clk_i,
    .d_i({residual, code_i, table_i, raw_bits_i, verbatim_i}),
    .q_o({s1_residual, s1_code, s1_table, s1_raw_bits, s1_verbatim})
  );

  // 2: v, with the sign shifted in, and the residual's low bits.
  logic [ValueWidth-1:0] value, s2_value;
  logic [CodeWidth-1:0]  raw, s2_raw, s2_code;
  logic [TableBits-1:0]  s2_table;
  logic [3:0]            s2_raw_bits;
  logic                  s2_verbatim;

  // Most samples have no raw bits: the shifter rests at zero then.
  logic                  has_raw;
  logic [ValueWidth-1:0] shifted;

  assign has_raw = s1_raw_bits != 4'd0;
  assign shifted = s1_residual & {ValueWidth{has_raw}};
  assign value   = ValueWidth'({{16{shifted[ValueWidth-1]}}, shifted} >> s1_raw_bits) |
                   (s1_residual & {ValueWidth{!has_raw}});
  assign raw     = shifted[CodeWidth-1:0] & ~({CodeWidth{1'b1}} << s1_raw_bits);

  nrc_delay #(.Width(ValueWidth + 2 * CodeWidth + TableBits + 5), .Depth(Registered)) u_stage2 (
    .clk_i,
    .d_i({value, raw, s1_code, s1_table, s1_raw_bits, s1_verbatim}),
    .q_o({s2_value, s2_raw, s2_code, s2_table, s2_raw_bits, s2_verbatim})
  );

  // 3: symbol. v fits into SymbolBits bits if all bits from the symbol's sign bit up are equal.
  logic [SymbolBits-1:0] symbol;
  logic                  fits, escape;
  logic [SymbolBits-1:0] table_symbol, s3_symbol;
  logic [TableBits-1:0]  s3_table;
  logic [AddrWidth-1:0]  s3_addr;
  logic [CodeWidth-1:0]  extra, s3_extra;
  logic [4:0]            extra_length, s3_extra_length;
  logic                  s3_verbatim;

  assign fits   = (s2_value[ValueWidth-1:SymbolBits-1] == '0) ||
                  (&s2_value[ValueWidth-1:SymbolBits-1]);
  // Adding S/2 inverts the top bit.
  assign symbol = {~s2_value[SymbolBits-1], s2_value[SymbolBits-2:0]};
  assign escape = !fits || (symbol == '0);

  assign table_symbol = fits ? symbol : {SymbolBits{1'b0}};
  assign extra        = (escape || s2_verbatim) ? s2_code : s2_raw;
  assign extra_length = (escape || s2_verbatim) ? 5'(CodeWidth) : {1'b0, s2_raw_bits};

  nrc_delay #(.Width(TableBits + SymbolBits + CodeWidth + 6), .Depth(Registered)) u_stage3 (
    .clk_i,
    .d_i({s2_table, table_symbol, extra, extra_length, s2_verbatim}),
    .q_o({s3_table, s3_symbol, s3_extra, s3_extra_length, s3_verbatim})
  );

  assign s3_addr = AddrWidth'({s3_table, s3_symbol});

  // 4: table memory.
  logic [15:0]          s4_own_word;  // registered in the memory
  logic [15:0]          s4_word;
  logic [CodeWidth-1:0] s4_extra_q;
  logic [4:0]           s4_extra_length_q;
  logic                 s4_verbatim_q;

  logic                 s3_rounded;

  if (Rounding != 0) begin : gen_rounded_delay
    nrc_delay #(.Width(1), .Depth(AddressClock)) u_rounded_delay (
      .clk_i, .d_i(rounded_i), .q_o(s3_rounded)
    );
  end else begin : gen_never_rounded
    assign s3_rounded = 1'b0;
  end

  if (LoadableTables != 0) begin : gen_ram
    nrc_ram_1rw #(
      .Words(NumTables << SymbolBits),
      .Width(16)
    ) u_tables (
      .clk_i,
      .rst_ni,
      .en_i   (table_we_i || (valid[AddressClock] && !s3_rounded)),
      .we_i   (table_we_i),
      .addr_i (table_we_i ? table_addr_i : s3_addr),
      .wdata_i(table_wdata_i),
      .rdata_o(s4_own_word)
    );
  end else begin : gen_rom
    nrc_huffman_rom u_tables (
      .clk_i,
      .addr_i(s3_addr),
      .data_o(s4_own_word)
    );
    logic unused;
    assign unused = ^{table_we_i, table_addr_i, table_wdata_i};
  end

  if (Rounding != 0) begin : gen_rounded
    logic [9:0]  rounded_addr;
    logic [15:0] rounded_word;
    logic        s4_rounded_q;

    assign rounded_addr = {s3_table[3:0], s3_symbol};

    nrc_rounded_rom u_rounded_tables (
      .clk_i,
      .addr_i(rounded_addr),
      .data_o(rounded_word)
    );
    always_ff @(posedge clk_i) s4_rounded_q <= s3_rounded;

    assign s4_word = s4_rounded_q ? rounded_word : s4_own_word;
  end else begin : gen_own
    logic unused_rounded;
    assign unused_rounded = ^{rounded_i, s3_rounded, s3_table};
    assign s4_word        = s4_own_word;
  end

  // Most codes have no bits after the code: then these registers hold zeros and need no clock. What
  // comes without valid may be X, and would stay, as the registers would decide with it.
  logic extra_moves;
  assign extra_moves = Registered != 0 ||
                       (valid[AddressClock] &&
                        (s3_extra_length != 5'd0 || s4_extra_length_q != 5'd0));

  always_ff @(posedge clk_i) begin
    if (extra_moves) begin
      s4_extra_q        <= s3_extra;
      s4_extra_length_q <= s3_extra_length;
    end
    s4_verbatim_q <= s3_verbatim;
  end

  // 5: the word.
  logic [15:0]          s5_word;
  logic [CodeWidth-1:0] s5_extra;
  logic [4:0]           s5_extra_length;
  logic                 s5_verbatim;

  nrc_delay #(.Width(CodeWidth + 22), .Depth(Registered)) u_stage5 (
    .clk_i,
    .d_i({s4_word, s4_extra_q, s4_extra_length_q, s4_verbatim_q}),
    .q_o({s5_word, s5_extra, s5_extra_length, s5_verbatim})
  );

  // 6: the leading one gives the length of the code and is not part of it. It is never bit 0.
  logic [3:0]           length;
  logic [MaxLength-1:0] prefix;
  logic [3:0]           s6_length;
  logic [MaxLength-1:0] s6_prefix;
  logic [CodeWidth-1:0] s6_extra;
  logic [4:0]           s6_extra_length;

  // Binary search from the top. A verbatim code's word is a one, the length 0.
  logic       in_top_8, in_top_4, in_top_2;
  logic [15:1] word;
  logic [7:0] eight;
  /* verilator lint_off UNUSEDSIGNAL */  // bit 0
  logic [3:0] four;
  /* verilator lint_on UNUSEDSIGNAL */
  assign word     = s5_word[15:1] & {15{!s5_verbatim}};
  assign in_top_8 = (word[15:8] != '0);
  assign eight    = in_top_8 ? word[15:8] : {word[7:1], 1'b0};
  assign in_top_4 = (eight[7:4] != '0);
  assign four     = in_top_4 ? eight[7:4] : eight[3:0];
  assign in_top_2 = (four[3:2] != '0);
  assign length   = {in_top_8, in_top_4, in_top_2, in_top_2 ? four[3] : four[1]};
  assign prefix   = s5_word[MaxLength-1:0] & ~({MaxLength{1'b1}} << length);

  nrc_delay #(.Width(MaxLength + CodeWidth + 9), .Depth(Registered)) u_stage6 (
    .clk_i,
    .d_i({length, prefix, s5_extra, s5_extra_length}),
    .q_o({s6_length, s6_prefix, s6_extra, s6_extra_length})
  );

  // 7: code and the bits after it.
  logic [30:0] bits;
  logic [4:0]  bits_length;

  // As above.
  logic                 has_extra;
  logic [MaxLength-1:0] moved;

  assign has_extra   = s6_extra_length != 5'd0;
  assign moved       = s6_prefix & {MaxLength{has_extra}};
  assign bits        = ({{(31-MaxLength){1'b0}}, moved} << s6_extra_length) | 31'(s6_extra) |
                       {{(31-MaxLength){1'b0}}, s6_prefix & {MaxLength{!has_extra}}};
  assign bits_length = {1'b0, s6_length} + s6_extra_length;

  nrc_delay #(.Width(36), .Depth(Registered)) u_stage7 (
    .clk_i, .d_i({bits, bits_length}), .q_o({bits_o, length_o})
  );

  assign valid_o = valid_q[Latency];

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 2 && CodeWidth <= 16 && SymbolBits >= 2 && NumTables >= 1 &&
               Latency == AddressClock + 1 + 3 * Registered &&
               (Rounding == 0 || (Rounding == 1 && Registered == 1 && SymbolBits == 6)) &&
               (LoadableTables == 0 || LoadableTables == 1) && (Pipeline == 0 || Pipeline == 1),
               "nrc_huffman: a parameter is missing or out of its range")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && valid_i) begin
      assert (32'(raw_bits_i) <= CodeWidth && 32'(raw_bits_i) <= 12);
      assert (rounded_i || 32'(table_i) < NumTables);
    end
    if (checking_q && valid[LengthClock]) assert ({1'b0, s6_length} + s6_extra_length != 5'd0);
    if (checking_q && LoadableTables != 0 && table_we_i) assert (valid[Latency-1:0] == '0);
  end
`endif

endmodule
