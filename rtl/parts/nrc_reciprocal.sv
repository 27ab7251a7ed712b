// SPDX-License-Identifier: Apache-2.0
//
// 1024 parts of an octave's reciprocal at a mantissa of the dispersion index (docs/bitstream.md,
// section 10): M[j] = 1024 * 32 / (33 + 2 j), rounded to the nearest integer. Combinational.

`timescale 1ns / 1ps

module nrc_reciprocal (
  input  logic [nrc_pkg::ScaleMantissaBits-1:0] mantissa_i,
  output logic [9:0]                            factor_o
);

  always_comb begin
    factor_o = '0;
    for (int j = 0; j < (1 << nrc_pkg::ScaleMantissaBits); j++) begin
      if (mantissa_i == nrc_pkg::ScaleMantissaBits'(j)) begin
        factor_o = 10'((2 * 1024 * 32 / (33 + 2 * j) + 1) / 2);
      end
    end
  end

endmodule
