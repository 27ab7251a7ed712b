// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_rounding: a code is never further off than half the step that its packet states, nor
// than half its own step, which is never above that; its number says what it becomes. With a ceiling of
// 1, number 0, every code is exactly as it was, as in an encoder without rate control, and so it is in an
// excursion.

`timescale 1ns / 1ps

module rounding_formal #(
  parameter int CodeWidth = 10,
  localparam int ScaleWidth = CodeWidth + 6
) (
  input logic                  clk_i,
  input logic [ScaleWidth-1:0] scale_i,
  input logic [ScaleWidth:0]   deviation_i,
  input logic [2:0]            max_step_i,
  input logic [CodeWidth-1:0]  code_i
);

  logic [2:0]           s3_step, step;
  logic [CodeWidth-1:0] code, number;

  nrc_rounding #(
    .CodeWidth(CodeWidth)
  ) u_dut (
    .clk_i,
    .scale_i,
    .deviation_i,
    .max_step_i,
    .code_i,
    .s3_step_o(s3_step),
    .code_o   (code),
    .number_o (number),
    .step_o   (step)
  );

  // Whether the inputs of stages 1 to 6 were there, and what they were.
  logic [4:0]           age_q;
  logic [CodeWidth-1:0] code1_q, code2_q, code3_q;
  logic [2:0]           most1_q, most2_q, most3_q, most4_q, most5_q;
  logic                 exact, exact1_q, exact2_q, exact3_q, exact4_q, exact5_q;
  logic [ScaleWidth:0]  size;

  initial age_q = '0;
  always_ff @(posedge clk_i) age_q <= {age_q[3:0], 1'b1};

  assign size  = deviation_i[ScaleWidth] ? -deviation_i : deviation_i;
  assign exact = (ScaleWidth + 6)'(size) * 32 >= (ScaleWidth + 6)'(scale_i) * 7;

  // No deviation is -2^ScaleWidth.
  always_comb assume (!(deviation_i[ScaleWidth] && deviation_i[ScaleWidth-1:0] == '0));

  always_ff @(posedge clk_i) begin
    code1_q  <= code_i;
    code2_q  <= code1_q;
    code3_q  <= code2_q;
    most1_q  <= max_step_i;
    most2_q  <= most1_q;
    most3_q  <= most2_q;
    most4_q  <= most3_q;
    most5_q  <= most4_q;
    exact1_q <= exact;
    exact2_q <= exact1_q;
    exact3_q <= exact2_q;
    exact4_q <= exact3_q;
    exact5_q <= exact4_q;
  end

  // In codes; a packet says the number of its step.
  function automatic logic [4:0] codes_of(input logic [2:0] n);
    case (n)
      3'd0:    codes_of = 5'd1;
      3'd1:    codes_of = 5'd2;
      3'd2:    codes_of = 5'd3;
      3'd3:    codes_of = 5'd4;
      3'd4:    codes_of = 5'd6;
      3'd5:    codes_of = 5'd8;
      3'd6:    codes_of = 5'd12;
      default: codes_of = 5'd16;
    endcase
  endfunction

  localparam int Wide = CodeWidth + 7;

  logic [Wide-1:0] was, is, off, multiple;
  logic            too_high, too_low;

  assign was      = {{7{code3_q[CodeWidth-1]}}, code3_q};
  assign is       = {{7{code[CodeWidth-1]}}, code};
  assign off      = is - was;
  assign multiple = {{7{number[CodeWidth-1]}}, number} * Wide'(codes_of(step));
  assign too_high = !multiple[Wide-1] && (multiple[Wide-2:CodeWidth-1] != '0);
  assign too_low  = multiple[Wide-1] && !(&multiple[Wide-2:CodeWidth-1]);

  // Twice a magnitude.
  logic [Wide-1:0] twice;
  assign twice = (off[Wide-1] ? -off : off) << 1;

  always_ff @(posedge clk_i) begin
    if (age_q[4]) begin
      ceiling: assert (step <= most5_q);
      stated:  assert (twice <= Wide'(codes_of(most5_q)));
      own:     assert (twice <= Wide'(codes_of(step)));
      says:    assert (is == (too_high ? {8'd0, {(CodeWidth - 1){1'b1}}} :
                              too_low  ? {8'hFF, {(CodeWidth - 1){1'b0}}} : multiple));
      if (most5_q == 3'd0 || exact5_q) begin
        lossless: assert (step == 3'd0 && code == code3_q && number == code3_q);
      end
    end
  end

endmodule
