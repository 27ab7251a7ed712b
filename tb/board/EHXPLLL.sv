// SPDX-License-Identifier: Apache-2.0
//
// Stand-in for the ECP5's PLL in simulation: its output is its input, and it locks after 16 clocks.
// A bench drives the pin at the rate that the PLL would make.

module EHXPLLL #(
  parameter     PLLRST_ENA      = "DISABLED",
  parameter     INTFB_WAKE      = "DISABLED",
  parameter     STDBY_ENABLE    = "DISABLED",
  parameter     DPHASE_SOURCE   = "DISABLED",
  parameter     OUTDIVIDER_MUXA = "DIVA",
  parameter     OUTDIVIDER_MUXB = "DIVB",
  parameter     OUTDIVIDER_MUXC = "DIVC",
  parameter     OUTDIVIDER_MUXD = "DIVD",
  parameter int CLKI_DIV        = 1,
  parameter     CLKOP_ENABLE    = "ENABLED",
  parameter int CLKOP_DIV       = 1,
  parameter int CLKOP_CPHASE    = 0,
  parameter int CLKOP_FPHASE    = 0,
  parameter     FEEDBK_PATH     = "CLKOP",
  parameter int CLKFB_DIV       = 1
) (
  input  logic RST,
  input  logic STDBY,
  input  logic CLKI,
  output logic CLKOP,
  input  logic CLKFB,
  output logic CLKINTFB,
  input  logic PHASESEL0,
  input  logic PHASESEL1,
  input  logic PHASEDIR,
  input  logic PHASESTEP,
  input  logic PHASELOADREG,
  input  logic PLLWAKESYNC,
  input  logic ENCLKOP,
  output logic LOCK
);

  logic [4:0] count_q = 5'd0;

  always_ff @(posedge CLKI) begin
    if (RST)              count_q <= 5'd0;
    else if (!count_q[4]) count_q <= count_q + 5'd1;
  end

  assign CLKOP    = CLKI;
  assign CLKINTFB = CLKI;
  assign LOCK     = count_q[4];

  logic unused;
  assign unused = ^{STDBY, CLKFB, PHASESEL0, PHASESEL1, PHASEDIR, PHASESTEP, PHASELOADREG,
                    PLLWAKESYNC, ENCLKOP};

endmodule
