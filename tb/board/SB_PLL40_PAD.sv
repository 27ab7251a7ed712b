// SPDX-License-Identifier: Apache-2.0
//
// Stand-in in simulation for the iCE40's PLL that sits at a pin: as SB_PLL40_CORE.

`timescale 1ns / 1ps

module SB_PLL40_PAD #(
  parameter              FEEDBACK_PATH = "SIMPLE",
  parameter logic [3:0]  DIVR          = 4'd0,
  parameter logic [6:0]  DIVF          = 7'd0,
  parameter logic [2:0]  DIVQ          = 3'd0,
  parameter logic [2:0]  FILTER_RANGE  = 3'd0
) (
  input  logic       PACKAGEPIN,
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

  SB_PLL40_CORE #(
    .FEEDBACK_PATH(FEEDBACK_PATH),
    .DIVR         (DIVR),
    .DIVF         (DIVF),
    .DIVQ         (DIVQ),
    .FILTER_RANGE (FILTER_RANGE)
  ) u_core (
    .REFERENCECLK(PACKAGEPIN),
    .PLLOUTGLOBAL,
    .PLLOUTCORE,
    .LOCK,
    .RESETB,
    .BYPASS,
    .EXTFEEDBACK,
    .DYNAMICDELAY,
    .LATCHINPUTVALUE,
    .SDI,
    .SCLK,
    .SDO
  );

endmodule
