// SPDX-License-Identifier: Apache-2.0
//
// Techmap for Yosys: multiplication in a part without multipliers.
//
// One operand is read in digits of two bits with a carry, from -1 to 2, so that every second partial
// product falls away and the others are a, 2a or -a, one LUT4 a bit. They are added in a row of carry
// chains, from the lowest digit on; each sum gives two bits of the product. Without it Yosys makes an
// array of a full adder, two LUT4, for each pair of bits.

(* techmap_celltype = "$mul" *)
module radix4_multiplier (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH  = 1;
  parameter B_WIDTH  = 1;
  parameter Y_WIDTH  = 1;

  input  [A_WIDTH-1:0] A;
  input  [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;

  // The narrower operand has the digits. It is extended until no carry is left.
  localparam Swap    = A_WIDTH < B_WIDTH;
  localparam Wide    = (Swap ? B_WIDTH : A_WIDTH) + (A_SIGNED ? 0 : 1);
  localparam Digits  = ((Swap ? A_WIDTH : B_WIDTH) + 2) / 2;
  localparam Sum     = Wide + 2;  // 8/3 of the wide operand
  localparam Product = 2 * Digits + Sum - 2;

  wire [Wide-1:0]     a;
  wire [2*Digits-1:0] b;
  generate
    if (Swap) begin
      assign a = {A_SIGNED ? B[B_WIDTH-1] : 1'b0, B};
      assign b = {{2{A_SIGNED ? A[A_WIDTH-1] : 1'b0}}, A};
    end else begin
      assign a = {A_SIGNED ? A[A_WIDTH-1] : 1'b0, A};
      assign b = {{2{A_SIGNED ? B[B_WIDTH-1] : 1'b0}}, B};
    end
  endgenerate

  wire [Digits:0]           carry;
  wire [Sum*(Digits+1)-1:0] sums;
  wire [Product-1:0]        product;
  wire [Sum-1:0]            one = {{2{a[Wide-1]}}, a};
  wire [Sum-1:0]            two = {a[Wide-1], a, 1'b0};
  assign carry[0]      = 1'b0;
  assign sums[Sum-1:0] = {Sum{1'b0}};

  genvar k;
  generate
    for (k = 0; k < Digits; k = k + 1) begin : digits
      wire [1:0]     digit = b[2*k+:2] + {1'b0, carry[k]};  // 3 is -1
      wire [Sum-1:0] part  = digit == 2'd0 ? {Sum{1'b0}} :
                             digit == 2'd1 ? one :
                             digit == 2'd2 ? two : ~one;
      wire [Sum-1:0] last  = sums[Sum*k+:Sum];
      wire [Sum-1:0] x, co;

      assign carry[k+1] = b[2*k+1] & (b[2*k] | carry[k]);
      \$alu #(
        .A_SIGNED(0), .B_SIGNED(0), .A_WIDTH(Sum), .B_WIDTH(Sum), .Y_WIDTH(Sum)
      ) add (
        .A({{2{last[Sum-1]}}, last[Sum-1:2]}), .B(part), .CI(digit == 2'd3), .BI(1'b0),
        .X(x), .Y(sums[Sum*(k+1)+:Sum]), .CO(co)
      );
      assign product[2*k+:2] = sums[Sum*(k+1)+:2];
    end
  endgenerate

  assign product[2*Digits+:Sum-2] = sums[Sum*Digits+2+:Sum-2];
  assign Y = {{Y_WIDTH{product[Product-1]}}, product};
endmodule
