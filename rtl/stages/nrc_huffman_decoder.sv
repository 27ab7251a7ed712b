// SPDX-License-Identifier: Apache-2.0
//
// Stage huffman of the decoder: the payload's next codeword to a code (docs/bitstream.md, section
// 5). Golden model: nrc::HuffmanDecoder. Inverse of nrc_huffman and nrc_bit_packer.
//
// A sample's table is known before its bits are: it depends on the channel's earlier frames. So the
// table's limits are ready in a register when the bits before a codeword have been taken, and the
// only loop is: window -> length of the code (it is longer than n bits if its first n bits are not
// below limit n) -> plus raw bits or escape -> position of the next codeword. The rest follows
// it:
//
//   rank   = code + rank word of {table, length}, symbol = symbol word of {table, rank}
//   code   = pred_code + ((symbol - S/2) << raw_bits) + raw bits; after an escape, its bits
//
// Verbatim codes, a channel's first after a reset, are an escape without a codeword. Samples of raw
// packets are 16 bits, low byte first, and bypass the tables.
//
// The tables are ROMs, generated with the table set. A code outside CodeWidth bits and what
// nrc_bit_window finds make a packet damaged: damaged_o stays high until drain_i. All samples that
// come out with it, and perhaps some correct ones before them, are marked.
//
// Pipeline:
//   1  limits of the table
//   2  the loop: bits taken, length of the code
//   3  rank word; raw bits
//   4  symbol
//   5  difference to the prediction
//   6  code
// Latency 6 clocks, one sample per clock, rigid.

`timescale 1ns / 1ps

module nrc_huffman_decoder #(
  parameter int CodeWidth = -1,
  localparam int NumTables  = nrc_tables_pkg::NumTables,
  localparam int TableBits  = (NumTables > 1) ? $clog2(NumTables) : 1
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  // Packet buffer; see nrc_bit_window.
  input  logic                 word_valid_i,
  input  logic [31:0]          word_i,
  input  logic                 word_last_i,
  output logic                 word_ready_o,

  input  logic                 valid_i,
  input  logic [CodeWidth-1:0] pred_code_i,   // signed
  input  logic [TableBits-1:0] table_i,
  input  logic [3:0]           raw_bits_i,    // 0..12, at most CodeWidth
  input  logic                 raw_i,         // sample of a raw packet
  input  logic                 verbatim_i,       // verbatim code, unless raw_i
  input  logic                 packet_end_i,

  output logic                 valid_o,
  output logic [CodeWidth-1:0] code_o,        // signed
  output logic                 raw_o,
  output logic [15:0]          raw_sample_o,
  output logic                 damaged_o,

  input  logic                 drain_i
);

  localparam int SymbolBits = nrc_tables_pkg::SymbolBits;
  localparam int MaxLength  = nrc_pkg::MaxCodeLength;
  localparam int LimitBits  = (MaxLength - 1) * (MaxLength + 2) / 2;
  localparam int LimitWidth = 4 + MaxLength + LimitBits;
  localparam int IndexBits  = $clog2(NumTables);  // none for a single table
  localparam int ValueWidth = ((CodeWidth > SymbolBits) ? CodeWidth : SymbolBits) + 14;

  logic [6:1] valid_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= {valid_q[5:1], valid_i};
  end

  // 1: limits of the table.
  logic [LimitWidth-1:0] s1_limits;
  logic [CodeWidth-1:0]  s1_pred_q;
  logic [TableBits-1:0]  s1_table_q;
  logic [3:0]            s1_raw_bits_q;
  logic                  s1_raw_q, s1_verbatim_q, s1_end_q;

  nrc_code_limit_rom u_limits (.clk_i, .addr_i(table_i), .data_o(s1_limits));

  always_ff @(posedge clk_i) begin
    s1_pred_q     <= pred_code_i;
    s1_table_q    <= table_i;
    s1_raw_bits_q <= raw_bits_i;
    s1_raw_q      <= raw_i;
    s1_verbatim_q    <= verbatim_i;
    s1_end_q      <= packet_end_i;
  end

  // 2: the loop.
  logic [30:0]          window;
  logic                 unused_bit, unused_ready;
  logic [MaxLength-1:0] head;        // left-aligned code and what follows
  logic [MaxLength-1:0] longer;      // bit n: the code is longer than n bits
  logic [MaxLength-1:0] escape_code, escape_mask;
  logic [3:0]           escape_length;
  logic                 escape;
  logic [3:0]           length;
  logic [4:0]           extra_length, taken;
  logic                 window_damaged;

  assign head = window[30-:MaxLength];
  assign {escape_length, escape_code} = s1_limits[LimitWidth-1-:4+MaxLength];
  assign escape_mask = ~({MaxLength{1'b1}} >> escape_length);
  assign escape      = s1_verbatim_q || (((head ^ escape_code) & escape_mask) == '0);

  assign longer[0] = 1'b1;
  for (genvar n = 1; n < MaxLength; n++) begin : gen_longer
    // Limit n has n + 1 bits, above those of limits 1 to n - 1.
    assign longer[n] = {1'b0, head[MaxLength-1-:n]} >= s1_limits[(n-1)*(n+2)/2 +: n+1];
  end

  always_comb begin
    length = '0;
    for (int n = 0; n < MaxLength; n++) begin
      // The longest n with longer[n]; the limits ascend.
      if (longer[n]) length = 4'(n + 1);
    end
    if (s1_verbatim_q) length = '0;
  end

  assign extra_length = escape ? 5'(CodeWidth) : {1'b0, s1_raw_bits_q};
  assign taken        = s1_raw_q ? 5'd16 : {1'b0, length} + extra_length;

  nrc_bit_window u_window (
    .clk_i,
    .rst_ni,
    .word_valid_i,
    .word_i,
    .word_last_i,
    .word_ready_o,
    .ready_o     (unused_ready),
    .window_o    ({window, unused_bit}),
    .take_i      (valid_q[1]),
    .length_i    (taken),
    .final_i     (1'b0),
    .more_i      (1'b0),
    .packet_end_i(s1_end_q),
    .drain_i,
    .damaged_o   (window_damaged)
  );

  logic [30:0]          s2_window_q;
  logic [3:0]           s2_length_q;
  logic                 s2_escape_q, s2_raw_q;
  logic [CodeWidth-1:0] s2_pred_q;
  logic [TableBits-1:0] s2_table_q;
  logic [3:0]           s2_raw_bits_q;

  always_ff @(posedge clk_i) begin
    s2_window_q   <= window;
    s2_length_q   <= length;
    s2_escape_q   <= escape;
    s2_raw_q      <= s1_raw_q;
    s2_pred_q     <= s1_pred_q;
    s2_table_q    <= s1_table_q;
    s2_raw_bits_q <= s1_raw_bits_q;
  end

  // 3: rank word, code, bits after it.
  logic [IndexBits+3:0]  rank_addr;
  logic [SymbolBits-1:0] s3_rank;       // registered in the memory
  logic [SymbolBits-1:0] s3_code_q;     // the code's low bits
  logic [15:0]           s3_extra_q, s3_raw_sample_q;  // left-aligned
  logic                  s3_escape_q, s3_raw_q;
  logic [CodeWidth-1:0]  s3_pred_q;
  logic [TableBits-1:0]  s3_table_q;
  logic [3:0]            s3_raw_bits_q;
  // verilator lint_off UNUSEDSIGNAL
  logic [30:0]           after_code;    // the window without the code
  logic [MaxLength-1:0]  aligned;       // the code
  // verilator lint_on UNUSEDSIGNAL

  assign rank_addr  = (IndexBits + 4)'({s2_table_q, s2_length_q});
  assign after_code = s2_window_q << s2_length_q;
  assign aligned    = s2_window_q[30-:MaxLength] >> (4'(MaxLength) - s2_length_q);

  nrc_code_rank_rom u_ranks (.clk_i, .addr_i(rank_addr), .data_o(s3_rank));

  always_ff @(posedge clk_i) begin
    s3_code_q       <= aligned[SymbolBits-1:0];
    s3_extra_q      <= after_code[30-:16];
    s3_raw_sample_q <= {s2_window_q[22:15], s2_window_q[30:23]};
    s3_escape_q     <= s2_escape_q;
    s3_raw_q        <= s2_raw_q;
    s3_pred_q       <= s2_pred_q;
    s3_table_q      <= s2_table_q;
    s3_raw_bits_q   <= s2_raw_bits_q;
  end

  // 4: symbol.
  logic [SymbolBits-1:0]           rank;
  logic [IndexBits+SymbolBits-1:0] symbol_addr;
  logic [SymbolBits-1:0]           s4_symbol;  // registered in the memory
  logic [15:0]                     s4_extra_q, s4_raw_sample_q;
  logic                            s4_escape_q, s4_raw_q;
  logic [CodeWidth-1:0]            s4_pred_q;
  logic [3:0]                      s4_raw_bits_q;

  assign rank        = s3_code_q + s3_rank;
  assign symbol_addr = (IndexBits + SymbolBits)'({s3_table_q, rank});

  nrc_symbol_rom u_symbols (.clk_i, .addr_i(symbol_addr), .data_o(s4_symbol));

  always_ff @(posedge clk_i) begin
    s4_extra_q      <= s3_extra_q;
    s4_raw_sample_q <= s3_raw_sample_q;
    s4_escape_q     <= s3_escape_q;
    s4_raw_q        <= s3_raw_q;
    s4_pred_q       <= s3_pred_q;
    s4_raw_bits_q   <= s3_raw_bits_q;
  end

  // 5: difference to the prediction. Subtracting S/2 inverts the top bit, which is then the sign.
  // The raw bits are shifted in from the right, after the value.
  logic [ValueWidth-1:0]    value;
  // verilator lint_off UNUSEDSIGNAL
  logic [ValueWidth+15:0]   joined;
  // verilator lint_on UNUSEDSIGNAL
  logic [ValueWidth-1:0]    s5_difference_q;
  logic [15:0]              s5_raw_sample_q;
  logic                     s5_escape_q, s5_raw_q;
  logic [CodeWidth-1:0]     s5_pred_q, s5_escaped_q;

  assign value  = {{(ValueWidth-SymbolBits+1){~s4_symbol[SymbolBits-1]}},
                   s4_symbol[SymbolBits-2:0]};
  assign joined = {value, s4_extra_q} << s4_raw_bits_q;

  always_ff @(posedge clk_i) begin
    s5_difference_q <= joined[ValueWidth+15:16];
    s5_escaped_q    <= s4_extra_q[15-:CodeWidth];
    s5_raw_sample_q <= s4_raw_sample_q;
    s5_escape_q     <= s4_escape_q;
    s5_raw_q        <= s4_raw_q;
    s5_pred_q       <= s4_pred_q;
  end

  // 6: code, and whether it is one.
  logic [ValueWidth-1:0] sum;
  logic                  outside_q, damaged_q;

  assign sum = s5_difference_q + {{(ValueWidth-CodeWidth){s5_pred_q[CodeWidth-1]}}, s5_pred_q};

  always_ff @(posedge clk_i) begin
    code_o       <= s5_escape_q ? s5_escaped_q : sum[CodeWidth-1:0];
    raw_o        <= s5_raw_q;
    raw_sample_o <= s5_raw_sample_q;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      outside_q <= 1'b0;
      damaged_q <= 1'b0;
    end else begin
      outside_q <= valid_q[5] && !s5_raw_q && !s5_escape_q &&
                   (sum[ValueWidth-1:CodeWidth-1] != {(ValueWidth-CodeWidth+1){sum[CodeWidth-1]}});
      damaged_q <= damaged_o && !drain_i;
    end
  end

  assign valid_o   = valid_q[6];
  assign damaged_o = damaged_q || outside_q || window_damaged;

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 2 && CodeWidth <= 16,
               "nrc_huffman_decoder: CodeWidth is 2 to 16")
`endif

endmodule
