// SPDX-License-Identifier: Apache-2.0
//
// Stand-in for Gowin's PLL in simulation: its output is its input, and it locks after 16 clocks.
// A bench drives the pin at the rate that the PLL would make.

`timescale 1ns / 1ps

module rPLL #(
  parameter     FCLKIN    = "27",
  parameter     DEVICE    = "GW1NR-9C",
  parameter int IDIV_SEL  = 0,
  parameter int FBDIV_SEL = 0,
  parameter int ODIV_SEL  = 8
) (
  input  logic       CLKIN,
  output logic       CLKOUT,
  output logic       CLKOUTP,
  output logic       CLKOUTD,
  output logic       CLKOUTD3,
  output logic       LOCK,
  input  logic       RESET,
  input  logic       RESET_P,
  input  logic       CLKFB,
  input  logic [5:0] FBDSEL,
  input  logic [5:0] IDSEL,
  input  logic [5:0] ODSEL,
  input  logic [3:0] PSDA,
  input  logic [3:0] DUTYDA,
  input  logic [3:0] FDLY
);

  logic [4:0] count_q = 5'd0;

  always_ff @(posedge CLKIN) begin
    if (RESET)            count_q <= 5'd0;
    else if (!count_q[4]) count_q <= count_q + 5'd1;
  end

  assign CLKOUT   = CLKIN;
  assign CLKOUTP  = CLKIN;
  assign CLKOUTD  = CLKIN;
  assign CLKOUTD3 = CLKIN;
  assign LOCK     = count_q[4];

  logic unused;
  assign unused = ^{RESET_P, CLKFB, FBDSEL, IDSEL, ODSEL, PSDA, DUTYDA, FDLY};

endmodule
