// SPDX-License-Identifier: Apache-2.0
//
// ULX3S with an ECP5-85F: 25 MHz oscillator, FT231X as the serial line, eight LEDs. The decoder is in
// the chip as well. The oscillator is the clock: 25 MHz, 1024 channels of 24 kHz.

`timescale 1ns / 1ps

module ulx3s #(  // board.json has the values
  parameter int Channels       = -1,
  parameter int Profile        = -1,
  parameter int PacketFrames   = -1,
  parameter int BufferWords    = -1,
  parameter int LoadableTables = -1,
  parameter int RateControl    = 0,
  parameter int Events         = 0,
  parameter int Classes        = 0
) (
  input  logic       clk_25m_i,
  input  logic       rx_i,
  output logic       tx_o,
  input  logic       button_ni,
  output logic [7:0] led_o,     // 0 blinks, 1 a stream runs, 2 error
  output logic       wifi_gpio0_o
);

  localparam int ClockHz = 25_000_000;

  logic rst_n, alive, running, error;

  nrc_board_reset u_reset (
    .clk_i    (clk_25m_i),
    .locked_i (1'b1),
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
    .Loopback      ((Profile == nrc_pkg::ProfileHuffman && LoadableTables == 0) ? 1 : 0)
  ) u_board (
    .clk_i    (clk_25m_i),
    .rst_ni   (rst_n),
    .rx_i     (rx_i),
    .tx_o     (tx_o),
    .alive_o  (alive),
    .running_o(running),
    .error_o  (error)
  );

  assign led_o        = {5'd0, error, running, alive};
  assign wifi_gpio0_o = 1'b1;  // else the ESP32 may take the board over

endmodule
