// SPDX-License-Identifier: Apache-2.0
//
// Maps codes to int16 samples (docs/bitstream.md, section 1); the inverse of nrc_shift6. Golden
// model: nrc::sample_of.
//
// Mapping `code`: the sample is the code. Mapping `shift6`: with u = code + 512
//
//   trunc(u * 65535 / 1023 - 32768) = 64 * code + round_towards_zero(63 * u / 1023)
//
// as in nrc_shift6: the sample is the code with floor(63 * u / 1023) after it where it is not
// negative; a negative one is inverted before and after. For n < 2^20,
// n / 1023 = (n + (n >> 10) + 1) >> 10.
//
// Samples of raw packets (raw_i) stay as they are.
//
// Pipeline: 1 product, 2 quotient. Latency 2 clocks, one sample per clock.

`timescale 1ns / 1ps

module nrc_code_to_sample #(
  parameter int Mapping   = -1,
  parameter int CodeWidth = -1
) (
  input  logic                 clk_i,

  input  logic [CodeWidth-1:0] code_i,
  input  logic                 raw_i,
  input  logic [15:0]          raw_sample_i,

  output logic [15:0]          sample_o
);

  logic [15:0] sample_s1;  // of the code
  logic [15:0] raw_sample_s1_q;
  logic        raw_s1_q;

  always_ff @(posedge clk_i) begin
    raw_s1_q        <= raw_i;
    raw_sample_s1_q <= raw_sample_i;
    sample_o        <= raw_s1_q ? raw_sample_s1_q : sample_s1;
  end

  if (Mapping == nrc_pkg::MappingShift6) begin : gen_shift6
    logic [9:0]  code;
    logic [8:0]  folded, folded_s1_q;  // the code, inverted if it is negative
    logic [9:0]  u;                    // 512..1023
    logic [15:0] product_s1_q;         // 63 * u
    logic        negative_s1_q;

    assign code   = 10'($signed(code_i));
    assign folded = code[8:0] ^ {9{code[9]}};
    assign u      = {1'b1, folded};

    always_ff @(posedge clk_i) begin
      negative_s1_q <= code[9];
      folded_s1_q   <= folded;
      product_s1_q  <= {u, 6'b0} - {6'b0, u};
    end

    // verilator lint_off UNUSEDSIGNAL
    logic [15:0] quotient_s1;  // only the bits above 2^10 count
    // verilator lint_on UNUSEDSIGNAL
    assign quotient_s1 = product_s1_q + {10'b0, product_s1_q[15:10]} + 16'd1;
    assign sample_s1   = {1'b0, folded_s1_q, quotient_s1[15:10]} ^ {16{negative_s1_q}};
  end else begin : gen_code
    logic [15:0] sample_s1_q;

    always_ff @(posedge clk_i) sample_s1_q <= 16'($signed(code_i));
    assign sample_s1 = sample_s1_q;
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(CodeWidth >= 2 && CodeWidth <= 16 &&
               (Mapping == nrc_pkg::MappingCode ||
                (Mapping == nrc_pkg::MappingShift6 && CodeWidth == 10)),
               "nrc_code_to_sample: Mapping is 0 and CodeWidth 2 to 16, or 1 and 10")
`endif

endmodule
