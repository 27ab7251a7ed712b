// SPDX-License-Identifier: Apache-2.0
//
// Tang Nano 9K: GW1NR-9, 27 MHz oscillator, BL702 as the serial line, six LEDs that are lit by 0.
// Clock: 27 MHz * 4 / 5 = 21.6 MHz.

`timescale 1ns / 1ps

module tangnano9k #(  // board.json has the values
  parameter int Channels       = -1,
  parameter int Profile        = -1,
  parameter int PacketFrames   = -1,
  parameter int BufferWords    = -1,
  parameter int LoadableTables = -1,
  parameter int RateControl    = 0,
  parameter int Events         = 0,
  parameter int Classes        = 0
) (
  input  logic       clk_27m_i,
  input  logic       rx_i,
  output logic       tx_o,
  input  logic       button_ni,
  output logic [5:0] led_no     // 0 blinks, 1 a stream runs, 2 error
);

  localparam int ClockHz = 21_600_000;

  logic clk, locked, rst_n, alive, running, error;

  rPLL #(
    .FCLKIN   ("27"),
    .DEVICE   ("GW1NR-9C"),
    .IDIV_SEL (4),
    .FBDIV_SEL(3),
    .ODIV_SEL (32)
  ) u_pll (
    .CLKIN   (clk_27m_i),
    .CLKOUT  (clk),
    .CLKOUTP (),
    .CLKOUTD (),
    .CLKOUTD3(),
    .LOCK    (locked),
    .RESET   (1'b0),
    .RESET_P (1'b0),
    .CLKFB   (1'b0),
    .FBDSEL  (6'd0),
    .IDSEL   (6'd0),
    .ODSEL   (6'd0),
    .PSDA    (4'd0),
    .DUTYDA  (4'd0),
    .FDLY    (4'd0)
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

  assign led_no = {3'b111, !error, !running, !alive};

endmodule
