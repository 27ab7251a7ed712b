# SPDX-License-Identifier: Apache-2.0
#
# Tang Nano 9K: timing of tangnano9k.sv. scripts/synth.py takes the clock from here.
create_clock -name clk_27m -period 37.037 [get_ports clk_27m_i]
create_generated_clock -name clk -source [get_ports clk_27m_i] -multiply_by 4 -divide_by 5 [get_pins u_pll/CLKOUT]

# Two registers take in the serial line: its sender has a clock of its own.
set_false_path -from [get_ports rx_i]
# Two registers in nrc_board_reset take in the button, which is pressed at any time.
set_false_path -from [get_ports button_ni]
# The receiver of the serial line finds each bit by itself, 1/2,000,000 s long.
set_false_path -to [get_ports tx_o]
# Light-emitting diodes, for the eye.
set_false_path -to [get_ports {led_no[*]}]
