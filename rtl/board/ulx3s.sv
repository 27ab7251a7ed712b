// SPDX-License-Identifier: Apache-2.0
//
// ULX3S with an ECP5-85F: 25 MHz oscillator, FT231X as the serial line, eight LEDs. The decoder is in
// the chip as well. Clock: 25 MHz * 5 / 6 = 20.83 MHz (625 MHz / 30).

module ulx3s #(
  parameter int Channels       = 1024,
  parameter int Profile        = nrc_pkg::ProfileHuffman,
  parameter int PacketFrames   = 20,
  parameter int BufferWords    = 16384,
  parameter int LoadableTables = 0
) (
  input  logic       clk_25m_i,
  input  logic       rx_i,
  output logic       tx_o,
  input  logic       button_ni,
  output logic [7:0] led_o,     // 0 blinks, 1 a stream runs, 2 error
  output logic       wifi_gpio0_o
);

  localparam int ClockHz = 20_833_333;

  logic clk, locked, rst_n, alive, running, error;

  (* FREQUENCY_PIN_CLKI = "25", FREQUENCY_PIN_CLKOP = "20.8333", ICP_CURRENT = "12",
     LPF_RESISTOR = "8", MFG_ENABLE_FILTEROPAMP = "1", MFG_GMCREF_SEL = "2" *)
  EHXPLLL #(
    .PLLRST_ENA      ("DISABLED"),
    .INTFB_WAKE      ("DISABLED"),
    .STDBY_ENABLE    ("DISABLED"),
    .DPHASE_SOURCE   ("DISABLED"),
    .OUTDIVIDER_MUXA ("DIVA"),
    .OUTDIVIDER_MUXB ("DIVB"),
    .OUTDIVIDER_MUXC ("DIVC"),
    .OUTDIVIDER_MUXD ("DIVD"),
    .CLKI_DIV        (6),
    .CLKOP_ENABLE    ("ENABLED"),
    .CLKOP_DIV       (30),
    .CLKOP_CPHASE    (15),
    .CLKOP_FPHASE    (0),
    .FEEDBK_PATH     ("CLKOP"),
    .CLKFB_DIV       (5)
  ) u_pll (
    .RST         (1'b0),
    .STDBY       (1'b0),
    .CLKI        (clk_25m_i),
    .CLKOP       (clk),
    .CLKFB       (clk),
    .CLKINTFB    (),
    .PHASESEL0   (1'b0),
    .PHASESEL1   (1'b0),
    .PHASEDIR    (1'b1),
    .PHASESTEP   (1'b1),
    .PHASELOADREG(1'b1),
    .PLLWAKESYNC (1'b0),
    .ENCLKOP     (1'b0),
    .LOCK        (locked)
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
    .Loopback      ((Profile == nrc_pkg::ProfileHuffman && LoadableTables == 0) ? 1 : 0)
  ) u_board (
    .clk_i    (clk),
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
