// SPDX-License-Identifier: Apache-2.0
//
// The rounding steps of rate control, by number: 1, 2, 3, 4, 6, 8, 12 and 16 codes
// (docs/bitstream.md, section 14; nrc::lossy_step). A step is Factor << Shift, Factor 1 or 3.

`timescale 1ns / 1ps

package nrc_step_pkg;

  localparam int StepBits = 3;  // of a number

  function automatic logic [2:0] shift_of(input logic [2:0] number);
    case (number)
      3'd1:    shift_of = 3'd1;
      3'd3:    shift_of = 3'd2;
      3'd4:    shift_of = 3'd1;
      3'd5:    shift_of = 3'd3;
      3'd6:    shift_of = 3'd2;
      3'd7:    shift_of = 3'd4;
      default: shift_of = 3'd0;  // 1 and 3 codes
    endcase
  endfunction

  function automatic logic three_of(input logic [2:0] number);
    three_of = !number[0] && (number != 3'd0);
  endfunction

  // Half a step, rounded down.
  function automatic logic [3:0] half_of(input logic [2:0] number);
    case (number)
      3'd0:    half_of = 4'd0;
      3'd1:    half_of = 4'd1;
      3'd2:    half_of = 4'd1;
      3'd3:    half_of = 4'd2;
      3'd4:    half_of = 4'd3;
      3'd5:    half_of = 4'd4;
      3'd6:    half_of = 4'd6;
      default: half_of = 4'd8;
    endcase
  endfunction

endpackage
