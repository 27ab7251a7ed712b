// SPDX-License-Identifier: Apache-2.0
//
// Reset of a board: from configuration until the clock is stable and 1024 clocks more (an iCE40's
// block memories read 0 for about 36), and while the button is pressed. Released in step with the
// clock.
//
// The counter relies on registers that begin with 0 or their initial value, as those of FPGAs do.

`timescale 1ns / 1ps

module nrc_board_reset (
  input  logic clk_i,
  input  logic locked_i,    // the clock is stable; any time
  input  logic button_ni,   // any time
  output logic rst_no
);

  logic [10:0] count_q = 11'd0;
  logic [1:0]  good_q  = 2'd0;

  always_ff @(posedge clk_i or negedge locked_i) begin
    if (!locked_i) good_q <= 2'd0;
    else           good_q <= {good_q[0], button_ni};
  end

  always_ff @(posedge clk_i) begin
    if (!good_q[1])       count_q <= 11'd0;
    else if (!count_q[10]) count_q <= count_q + 11'd1;
  end

  assign rst_no = count_q[10];

endmodule
