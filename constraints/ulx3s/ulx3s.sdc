# SPDX-License-Identifier: Apache-2.0
#
# ULX3S: timing of ulx3s.sv, whose clock is the oscillator. scripts/synth.py takes it from here.
create_clock -name clk_25m -period 40.000 [get_ports clk_25m_i]

# Two registers take in the serial line: its sender has a clock of its own.
set_false_path -from [get_ports rx_i]
# Two registers in nrc_board_reset take in the button, which is pressed at any time.
set_false_path -from [get_ports button_ni]
# The receiver of the serial line finds each bit by itself, 1/2,000,000 s long.
set_false_path -to [get_ports tx_o]
# Light-emitting diodes, for the eye, and a constant.
set_false_path -to [get_ports {led_o[*] wifi_gpio0_o}]
