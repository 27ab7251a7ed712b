# SPDX-License-Identifier: Apache-2.0
#
# Timing of nrc_encoder as a block: one clock, and half of its period at the ports for whatever
# surrounds it. 20.48 MHz carries 1024 channels at 20,000 Hz, one sample per clock.
create_clock -name clk -period 48.828 [get_ports clk_i]
set_input_delay  24.4 -clock clk [remove_from_collection [all_inputs] [get_ports clk_i]]
set_output_delay 24.4 -clock clk [all_outputs]
# Asserted at any time; released by a synchroniser of the surrounding design.
set_false_path -from [get_ports rst_ni]
