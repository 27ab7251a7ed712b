// SPDX-License-Identifier: Apache-2.0
//
// Stand-in for the iCE40's PLL in simulation: its output is its input, and it locks after 16 clocks.
// A bench drives the pin at the rate that the PLL would make.

`timescale 1ns / 1ps

module SB_PLL40_CORE #(
  parameter              FEEDBACK_PATH = "SIMPLE",
  parameter logic [3:0]  DIVR          = 4'd0,
  parameter logic [6:0]  DIVF          = 7'd0,
  parameter logic [2:0]  DIVQ          = 3'd0,
  parameter logic [2:0]  FILTER_RANGE  = 3'd0
) (
  input  logic       REFERENCECLK,
  output logic       PLLOUTGLOBAL,
  output logic       PLLOUTCORE,
  output logic       LOCK,
  input  logic       RESETB,
  input  logic       BYPASS,
  input  logic       EXTFEEDBACK,
  input  logic [7:0] DYNAMICDELAY,
  input  logic       LATCHINPUTVALUE,
  input  logic       SDI,
  input  logic       SCLK,
  output logic       SDO
);

  logic [4:0] count_q = 5'd0;

  always_ff @(posedge REFERENCECLK) begin
    if (!RESETB)           count_q <= 5'd0;
    else if (!count_q[4])  count_q <= count_q + 5'd1;
  end

  assign PLLOUTGLOBAL = REFERENCECLK;
  assign PLLOUTCORE   = REFERENCECLK;
  assign LOCK         = count_q[4];
  assign SDO          = 1'b0;

  logic unused;
  assign unused = ^{BYPASS, EXTFEEDBACK, DYNAMICDELAY, LATCHINPUTVALUE, SDI, SCLK};

endmodule
