// SPDX-License-Identifier: Apache-2.0
//
// iCEBreaker: iCE40 UP5K, 12 MHz oscillator, FT2232H whose second port is the serial line.
// Clock: 12 MHz * 55 / 32 = 20.625 MHz.

`timescale 1ns / 1ps

module icebreaker #(  // board.json has the values
  parameter int Channels       = -1,
  parameter int Profile        = -1,
  parameter int PacketFrames   = -1,
  parameter int BufferWords    = -1,
  parameter int LoadableTables = -1,
  parameter int RateControl    = 0,
  parameter int Events         = 0,
  parameter int Classes        = 0
) (
  input  logic clk_12m_i,
  input  logic rx_i,
  output logic tx_o,
  input  logic button_ni,
  output logic led_red_no,    // error
  output logic led_green_no,  // blinks
  output logic led1_o,        // blinks
  output logic led2_o,        // a stream runs
  output logic led3_o         // error
);

  localparam int ClockHz = 20_625_000;

  logic clk, locked, rst_n, alive, running, error;

  SB_PLL40_PAD #(
    .FEEDBACK_PATH("SIMPLE"),
    .DIVR         (4'd0),
    .DIVF         (7'd54),
    .DIVQ         (3'd5),
    .FILTER_RANGE (3'd1)
  ) u_pll (
    .PACKAGEPIN     (clk_12m_i),
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
    .button_ni(button_ni),
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

  assign led_red_no   = !error;
  assign led_green_no = !alive;
  assign led1_o       = alive;
  assign led2_o       = running;
  assign led3_o       = error;

endmodule
