// SPDX-License-Identifier: Apache-2.0
//
// Adders of cells whose carry ripples: at the clocks of an encoder they are fast enough, and they have
// fewer gates than those of techmap's parallel prefixes, which switch for every carry in flight.

(* techmap_celltype = "$alu" *)
module ripple_alu (A, B, CI, BI, X, Y, CO);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;

  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  input CI, BI;
  output [Y_WIDTH-1:0] X, Y, CO;

  wire [Y_WIDTH-1:0] a, b_plain;
  \$pos #(.A_SIGNED(A_SIGNED), .A_WIDTH(A_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_a (.A(A), .Y(a));
  \$pos #(.A_SIGNED(B_SIGNED), .A_WIDTH(B_WIDTH), .Y_WIDTH(Y_WIDTH)) extend_b (.A(B), .Y(b_plain));

  wire [Y_WIDTH-1:0] b = b_plain ^ {Y_WIDTH{BI}};
  wire [Y_WIDTH:0] carry;

  assign carry[0] = CI;
  assign X = a ^ b;
  assign Y = X ^ carry[Y_WIDTH-1:0];
  assign CO = carry[Y_WIDTH:1];

  genvar k;
  for (k = 0; k < Y_WIDTH; k = k + 1) begin : gen_bit
    assign carry[k+1] = (a[k] & b[k]) | (carry[k] & X[k]);
  end
endmodule
