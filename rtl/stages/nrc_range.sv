// SPDX-License-Identifier: Apache-2.0
//
// Stage range: intervals of codes into the bits of a binary fraction (docs/bitstream.md, section
// 11). Golden model: nrc::RangeEncoder.
//
// Each code gives one word: the low length_o bits of bits_o are the payload's next ones, and bit
// length_o is a carry, to be added to the payload before them. The final bit of a payload is part
// of the word of the packet's last code, because the next packet's first code may follow at once.
//
// The loop. The range of a code depends on the one before: (range * frequency) >> 16, shifted to
// 32768..65535. The frequency is normalised ahead of the loop, to n = frequency << z with bit 15
// set, so that P = range * n lies in 2^30 .. 2^32 - 1 and the shift is z or z + 1 as P's top bit is
// set or not. What the specification discards, the bits of range * frequency = P >> z below bit 16,
// are the bits of P below 16 + z:
//
//   P[31] = 1: shift = z,      range = P[31:16] with the low z bits zero
//   P[31] = 0: shift = z + 1,  range = P[30:15] with the low z + 1 bits zero
//
// That leaves one multiplier and one selection in the loop. The second loop, of low, is an adder
// and a shifter, one clock later.
//
// The plain bits of a code are the number v of one of 2^plain equal parts, each as long as the
// range after the code: they move low on and add v * range to it. Codes of PlainWidth bits or fewer
// have none, nor the logic for them.
//
// An escape adds its code's top three bits to low, appends the others and moves on by 15 bits: the
// last of the code's bits is then low's first. A verbatim code, a channel's first one after a
// reset, is an escape without the 12 bits in front: low is 0 or half there, so that only low's
// first bit goes before the code's.
//
// flush_i ends a payload without a code, when none is under way: a word of the final bit alone.
//
// Pipeline:
//   1, 2  leading zeros and normalised frequency
//   3     mask of the discarded bits
//   4     range; share of the range below the interval; shift
//   5     low
//   6     word, and the final bit that low requires
//   7     final bit added
// Latency 7 clocks, one code per clock. In the shallow pipeline 1 and 2 are one, 3 needs no clock,
// and 5 to 7 are one as well: latency 3.

`timescale 1ns / 1ps

module nrc_range #(
  parameter int CodeWidth = -1,  // 4..16
  parameter int Pipeline  = -1
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,

  input  logic                 valid_i,
  input  logic [15:0]          low_i,        // cumulative frequency below the code
  input  logic [15:0]          frequency_i,  // at least MinFrequency, these two without escape_i
  input  logic                 escape_i,
  input  logic [3:0]           plain_i,      // from nrc_interval
  input  logic                 verbatim_i,   // only after verbatim codes or at a packet's start
  input  logic [CodeWidth-1:0] code_i,       // for an escape, a verbatim code and plain bits
  input  logic                 packet_end_i,
  input  logic                 flush_i,      // pulse: the payload ends

  output logic                 valid_o,
  output logic [29:0]          bits_o,       // right-aligned, the carry in bit length_o, then zeros
  output logic [4:0]           length_o      // 0..29
);

  localparam int RestBits     = CodeWidth - nrc_pkg::EscapeBits;  // of an escape, below low
  localparam int EscapeLength = RestBits + 15;
  localparam int StepBits     = 29;                               // longest word without final bit
  localparam bit Groups       = CodeWidth > nrc_pkg::PlainWidth;
  localparam int MaxPlain     = Groups ? CodeWidth - nrc_pkg::PlainOctave : 1;

  localparam bit IsDeep     = Pipeline == nrc_latency_pkg::PipelineDeep;
  localparam int Registered = IsDeep ? 1 : 0;  // what only the deep pipeline registers
  localparam int Latency    = IsDeep ? nrc_latency_pkg::RangeLatency
                                     : nrc_latency_pkg::ShallowRangeLatency;
  localparam int Ahead      = IsDeep ? 3 : 1;  // clocks before the loops

  // Bit n is clock n's. A flush comes after the loops.
  logic [Latency:1] valid_q, valid_d;
  logic [Ahead+1:1] packet_end_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else         valid_q <= valid_d;
  end

  always_comb begin
    valid_d          = {valid_q[Latency-1:1], valid_i};
    valid_d[Ahead+2] = valid_q[Ahead+1] || flush_i;
  end

  always_ff @(posedge clk_i) packet_end_q <= {packet_end_q[Ahead:1], packet_end_i};

  logic s3_packet_end, s4_packet_end, s6_packet_end;
  assign s3_packet_end = packet_end_q[Ahead];
  assign s4_packet_end = packet_end_q[Ahead+1];

  nrc_delay #(.Width(1), .Depth(2 * Registered)) u_packet_end (
    .clk_i, .d_i(s4_packet_end || flush_i), .q_o(s6_packet_end)
  );

  // What the loops need besides the frequency waits for it.
  logic [15:0]          s3_low;
  logic [CodeWidth-1:0] s3_code;
  logic                 s3_escape, s3_verbatim;
  logic [3:0]           s3_plain;

  nrc_delay #(.Width(18), .Depth(Ahead)) u_delay (
    .clk_i,
    .d_i({low_i, escape_i || verbatim_i, verbatim_i}),
    .q_o({s3_low, s3_escape, s3_verbatim})
  );

  if (IsDeep) begin : gen_code_delay
    nrc_delay #(.Width(CodeWidth), .Depth(Ahead)) u_code_delay (
      .clk_i, .d_i(code_i), .q_o(s3_code)
    );
  end else begin : gen_code_gate
    // Few codes have bits that follow as they are.
    always_ff @(posedge clk_i) begin
      if (escape_i || verbatim_i || (Groups && plain_i != '0)) s3_code <= code_i;
    end
  end

  if (Groups) begin : gen_plain_delay
    nrc_delay #(.Width(4), .Depth(Ahead)) u_plain_delay (.clk_i, .d_i(plain_i), .q_o(s3_plain));
  end else begin : gen_no_plain_delay
    logic unused_plain;
    assign unused_plain = ^plain_i;
    assign s3_plain     = '0;
  end

  // 1, 2: binary search for the leading one, in the shallow pipeline of a late difference.
  logic [15:0] frequency;

  if (IsDeep) begin : gen_frequency
    assign frequency = frequency_i;
  end else begin : gen_still_frequency
    nrc_still #(.Width(16)) u_still (.clk_i, .d_i(frequency_i), .q_o(frequency));
  end

  logic        zero_8, zero_4, zero_2, zero_1;
  logic [15:0] by_8, by_4, by_2, by_1;
  logic [15:0] s1_frequency, s2_frequency_q;
  logic [1:0]  s1_zeros;
  logic [3:0]  s2_zeros_q;

  assign zero_8 = (frequency[15:8] == '0);
  assign by_8   = zero_8 ? {frequency[7:0], 8'd0} : frequency;
  assign zero_4 = (by_8[15:12] == '0);
  assign by_4   = zero_4 ? {by_8[11:0], 4'd0} : by_8;
  assign zero_2 = (s1_frequency[15:14] == '0);
  assign by_2   = zero_2 ? {s1_frequency[13:0], 2'd0} : s1_frequency;
  assign zero_1 = !by_2[15];
  assign by_1   = zero_1 ? {by_2[14:0], 1'b0} : by_2;

  nrc_delay #(.Width(18), .Depth(Registered)) u_stage1 (
    .clk_i, .d_i({by_4, zero_8, zero_4}), .q_o({s1_frequency, s1_zeros})
  );

  always_ff @(posedge clk_i) begin
    s2_frequency_q <= by_1;
    s2_zeros_q     <= {s1_zeros, zero_2, zero_1};
  end

  // 3: mask.
  logic [15:0] s3_frequency, s3_mask;
  logic [3:0]  s3_zeros;

  nrc_delay #(.Width(36), .Depth(Registered)) u_stage3 (
    .clk_i,
    .d_i({s2_frequency_q, 16'hFFFF << s2_zeros_q, s2_zeros_q}),
    .q_o({s3_frequency, s3_mask, s3_zeros})
  );

  // 4: range. s4_range_q is what the code leaves, whether or not the packet goes on.
  logic [15:0]         range_q, range_d, range_new, next_range, s4_range_q;
  logic                range_move;
  /* verilator lint_off UNUSEDSIGNAL */  // the bits that are always cut off
  logic [31:0]         product, share;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [15:0]         s4_addend_q;
  logic [3:0]          s4_shift_q, s4_plain_q;
  logic                s4_escape_q, s4_verbatim_q;
  logic [RestBits-1:0] s4_rest_q;
  logic [MaxPlain-1:0] s4_value_q;

  if (IsDeep) begin : gen_products
    assign product = {16'd0, range_q} * {16'd0, s3_frequency};
    assign share   = {16'd0, range_q} * {16'd0, s3_low};
  end else begin : gen_booth_products
    // Booth's recoding saves energy only for the share: normalised frequencies end in zeros, which
    // keep rows of a plain multiplier still. The range is recoded before a register of its own,
    // since a late operand would make the product switch twice. The highest digit is one, as is the
    // range's highest bit.
    logic [26:0] digits;
    logic [23:0] digits_q;

    nrc_digits #(.Width(16)) u_digits (.number_i(range_new), .digits_o(digits));

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni)         digits_q <= {21'd0, 3'b101};  // of RangeReset
      else if (range_move) digits_q <= digits[23:0];
    end

    assign product = {16'd0, range_q} * {16'd0, s3_frequency};

    nrc_product #(.AWidth(16), .BWidth(16)) u_share (
      .a_i(s3_low), .digits_i({3'b001, digits_q}), .product_o(share)
    );

    logic unused_digit;
    assign unused_digit = ^digits[26:24];
  end

  assign next_range = product[31] ? (product[31:16] & s3_mask) :
                                    {product[30:16] & s3_mask[14:0], 1'b0};
  assign range_d    = s3_packet_end ? 16'(nrc_pkg::RangeReset) :
                      s3_escape     ? 16'h8000 : next_range;
  assign range_move = valid_q[Ahead] || flush_i;
  assign range_new  = valid_q[Ahead] ? range_d : 16'(nrc_pkg::RangeReset);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)         range_q <= 16'(nrc_pkg::RangeReset);
    else if (range_move) range_q <= range_new;
  end

  always_ff @(posedge clk_i) begin
    s4_addend_q <= s3_escape ? {13'd0, s3_code[CodeWidth-1-:3]} : share[31:16];
    s4_shift_q  <= s3_zeros + {3'd0, !product[31]};
    s4_escape_q <= s3_escape;
    s4_range_q  <= next_range;
    s4_plain_q  <= s3_plain;
    s4_value_q  <= s3_code[MaxPlain-1:0] & ~({MaxPlain{1'b1}} << s3_plain);

    s4_verbatim_q <= s3_verbatim;
    if (IsDeep || s3_escape) s4_rest_q <= s3_code[RestBits-1:0];
  end

  // 5: low. next_low is low for the final bit as well, which comes before the next packet's zero.
  // stepped is what lies above it, the word of a code without escape.
  logic [15:0]          low_q, low_d, next_low, s5_next_low;
  logic [16:0]          sum, s5_sum;
  logic [MaxPlain+15:0] part;
  logic [StepBits-1:0]  stepped;
  logic [4:0]           s5_shift;
  logic                 s5_escape, s5_verbatim;
  logic [RestBits-1:0]  s5_rest;

  // Two shifters follow, which would switch with every carry.
  logic [16:0] ripple;
  assign ripple = {1'b0, low_q} + {1'b0, s4_addend_q};

  if (IsDeep) begin : gen_sum
    assign sum = ripple;
  end else begin : gen_still_sum
    nrc_still #(.Width(17)) u_still (.clk_i, .d_i(ripple), .q_o(sum));
  end

  assign part = {{MaxPlain{1'b0}}, s4_range_q} * {16'd0, s4_value_q};

  if (Groups) begin : gen_plain
    localparam int MovedBits = 17 + 15 + MaxPlain;

    logic [MovedBits-1:0]  moved;
    logic [MovedBits-17:0] s5_stepped;

    assign moved = ((MovedBits'(sum) << s4_shift_q) << s4_plain_q) + MovedBits'(part);
    assign low_d = moved[15:0];

    nrc_delay #(.Width(MovedBits - 16), .Depth(Registered)) u_stepped (
      .clk_i,
      .d_i(moved[MovedBits-1:16] & {(MovedBits-16){!flush_i}}),
      .q_o(s5_stepped)
    );

    assign stepped = StepBits'(s5_stepped);
  end else begin : gen_no_plain
    logic [15:0] word;
    logic        unused_part;

    assign low_d       = sum[15:0] << s4_shift_q;
    assign word        = s5_sum[16:1] >> ~s5_shift[3:0];  // sum >> (16 - shift)
    assign stepped     = {13'd0, word};
    assign unused_part = ^part;
  end

  assign next_low = s4_escape_q ? {s4_rest_q[0], 15'd0} : low_d;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)         low_q <= '0;
    else if (valid_q[Ahead+1]) low_q <= s4_packet_end ? 16'd0 : next_low;
    else if (flush_i)    low_q <= '0;
  end

  nrc_delay #(.Width(16 + 17 + 5 + 2 + RestBits), .Depth(Registered)) u_stage5 (
    .clk_i,
    .d_i({flush_i ? low_q : next_low, flush_i ? 17'd0 : sum,
          flush_i ? 5'd0 : {1'b0, s4_shift_q} + {1'b0, s4_plain_q},
          s4_escape_q && !flush_i, s4_verbatim_q && !flush_i, s4_rest_q}),
    .q_o({s5_next_low, s5_sum, s5_shift, s5_escape, s5_verbatim, s5_rest})
  );

  // 6: word. Final bit: (low + 32767) >> 15.
  /* verilator lint_off UNUSEDSIGNAL */  // bit 0 stays in low
  logic [RestBits+16:0] escaped;
  logic [RestBits+3:0]  verbatim;
  /* verilator lint_on UNUSEDSIGNAL */
  logic                 low_tail;
  logic [StepBits-1:0]  word_bits, s6_bits;
  logic [4:0]           word_length, s6_length;
  logic [1:0]           final_bits, s6_final;

  assign escaped  = {s5_sum, s5_rest};
  assign verbatim = {s5_sum[15], s5_sum[2:0], s5_rest};
  assign low_tail = (s5_next_low[14:0] != '0);

  assign word_bits   = s5_verbatim ? StepBits'(verbatim[RestBits+3:1]) :
                       s5_escape   ? StepBits'(escaped[RestBits+16:1]) : stepped;
  assign word_length = s5_verbatim ? 5'(CodeWidth) :
                       s5_escape   ? 5'(EscapeLength) : s5_shift;
  assign final_bits  = {s5_next_low[15] && low_tail, s5_next_low[15] ^ low_tail};

  nrc_delay #(.Width(StepBits + 7), .Depth(Registered)) u_stage6 (
    .clk_i,
    .d_i({word_bits, word_length, final_bits}),
    .q_o({s6_bits, s6_length, s6_final})
  );

  // 7: final bit.
  always_ff @(posedge clk_i) begin
    bits_o   <= s6_packet_end ? ({s6_bits, 1'b0} + {28'd0, s6_final}) : {1'b0, s6_bits};
    length_o <= s6_length + {4'd0, s6_packet_end};
  end

  assign valid_o = valid_q[Latency];

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 4 && CodeWidth <= 16 && (Pipeline == 0 || Pipeline == 1),
               "nrc_range: CodeWidth is 4 to 16, Pipeline 0 or 1")

  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && valid_i && !escape_i) begin
      assert (32'(frequency_i) >= nrc_pkg::MinFrequency);
      assert (32'(low_i) >= nrc_pkg::EscapeFrequency);
      assert (32'(low_i) + 32'(frequency_i) <= nrc_pkg::TopFrequency);
    end
    if (checking_q && valid_i) assert (escape_i || 32'(plain_i) <= (Groups ? MaxPlain : 0));
    if (checking_q && flush_i) assert (valid_q == '0 && !valid_i);
    if (checking_q) assert (range_q[15]);
    // The code's interval ends inside the one before: at most one carry leaves low.
    if (checking_q && valid_o) assert ((bits_o >> length_o) <= 30'd1);
  end
`endif

endmodule
