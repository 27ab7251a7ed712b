// SPDX-License-Identifier: Apache-2.0
//
// iCE40-HX8K breakout board: 12 MHz oscillator, FT2232H whose second port is the serial line, eight
// LEDs. Clock: 12 MHz * 55 / 32 = 20.625 MHz. No button: the reset is the configuration.

`timescale 1ns / 1ps

module hx8k #(  // board.json has the values
  parameter int Channels       = -1,
  parameter int Profile        = -1,
  parameter int PacketFrames   = -1,
  parameter int BufferWords    = -1,
  parameter int LoadableTables = -1,
  parameter int RateControl    = 0,
  parameter int Events         = 0,
  parameter int Classes        = 0
) (
  input  logic       clk_12m_i,
  input  logic       rx_i,
  output logic       tx_o,
  output logic [7:0] led_o     // 0 blinks, 1 a stream runs, 2 error
);

  localparam int ClockHz = 20_625_000;

  logic clk, locked, rst_n, alive, running, error;

  SB_PLL40_CORE #(
    .FEEDBACK_PATH("SIMPLE"),
    .DIVR         (4'd0),
    .DIVF         (7'd54),
    .DIVQ         (3'd5),
    .FILTER_RANGE (3'd1)
  ) u_pll (
    .REFERENCECLK   (clk_12m_i),
    .PLLOUTGLOBAL   (clk),
    .PLLOUTCORE     (),
    .LOCK           (locked),
    .RESETB         (1'b1),
    .BYPASS         (1'b0),
    .EXTFEEDBACK    (1'b0),
    .DYNAMICDELAY   (8'd0),
    .LATCHINPUTVALUE(1'b0),
    .SDI            (1'b0),
    .SCLK           (1'b0),
    .SDO            ()
  );

  nrc_board_reset u_reset (
    .clk_i    (clk),
    .locked_i (locked),
    .button_ni(1'b1),
    .rst_no   (rst_n)
  );

  nrc_board #(
    .ClockHz       (ClockHz),
    .Channels      (Channels),
    .Profile       (Profile),
    .PacketFrames  (PacketFrames),
    .BufferWords   (BufferWords),
    .LoadableTables(LoadableTables),
    .RateControl   (RateControl),
    .Events        (Events),
    .Classes       (Classes),
    .Loopback      (0)
  ) u_board (
    .clk_i    (clk),
    .rst_ni   (rst_n),
    .rx_i     (rx_i),
    .tx_o     (tx_o),
    .alive_o  (alive),
    .running_o(running),
    .error_o  (error)
  );

  assign led_o = {5'd0, error, running, alive};

endmodule
