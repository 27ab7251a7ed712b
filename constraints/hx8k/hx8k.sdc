# SPDX-License-Identifier: Apache-2.0
#
# iCE40-HX8K breakout board: timing of hx8k.sv. scripts/synth.py takes the clock from here.
create_clock -name clk_12m -period 83.333 [get_ports clk_12m_i]
create_generated_clock -name clk -source [get_ports clk_12m_i] -multiply_by 55 -divide_by 32 [get_pins u_pll/PLLOUTGLOBAL]

# Two registers take in the serial line: its sender has a clock of its own.
set_false_path -from [get_ports rx_i]
# The receiver of the serial line finds each bit by itself, 1/2,000,000 s long.
set_false_path -to [get_ports tx_o]
# Light-emitting diodes, for the eye.
set_false_path -to [get_ports {led_o[*]}]
