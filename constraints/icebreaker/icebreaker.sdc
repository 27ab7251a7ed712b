# SPDX-License-Identifier: Apache-2.0
#
# iCEBreaker: timing of icebreaker.sv. scripts/synth.py takes the clock from here.
create_clock -name clk_12m -period 83.333 [get_ports clk_12m_i]
create_generated_clock -name clk -source [get_ports clk_12m_i] -multiply_by 55 -divide_by 32 [get_pins u_pll/PLLOUTGLOBAL]

# Two registers take in the serial line: its sender has a clock of its own.
set_false_path -from [get_ports rx_i]
# Two registers in nrc_board_reset take in the button, which is pressed at any time.
set_false_path -from [get_ports button_ni]
# The receiver of the serial line finds each bit by itself, 1/2,000,000 s long.
set_false_path -to [get_ports tx_o]
# Light-emitting diodes, for the eye.
set_false_path -to [get_ports {led_red_no led_green_no led1_o led2_o led3_o}]
