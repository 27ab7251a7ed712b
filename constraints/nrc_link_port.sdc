# SPDX-License-Identifier: Apache-2.0
#
# Timing of nrc_link_port with OwnClock, as a block: the encoder's clock, the link's, and what crosses
# between them in nrc_clock_fifo. A design that has these clocks takes `crossing` and the commands
# with it, and, if other paths cross between the clocks too, adds -through the instance's pins.
set encoder_period 48.828
set link_period    20.000
create_clock -name clk      -period $encoder_period [get_ports clk_i]
create_clock -name link_clk -period $link_period    [get_ports link_clk_i]

# write_gray_q to write_seen_q and read_gray_q to read_seen_q: the bits of a count arrive within a clock
# of their source of each other, so that no count is seen that never was. mem to data_o: a word has
# rested for two clocks of the link when it is read. By clocks, as each tool names registers its own
# way. The delays are those of data: where clocks have latencies, add -ignore_clock_latency, or
# -datapath_only in Vivado. Asynchronous clock groups, or a false path between the clocks, would win.
set crossing [expr {$encoder_period < $link_period ? $encoder_period : $link_period}]
set_max_delay $crossing -from [get_clocks clk] -to [get_clocks link_clk]
set_max_delay $crossing -from [get_clocks link_clk] -to [get_clocks clk]
# A bit that changes while it is sampled is what the synchronisers are for.
set_false_path -hold -from [get_clocks clk] -to [get_clocks link_clk]
set_false_path -hold -from [get_clocks link_clk] -to [get_clocks clk]

# Half of the period at the ports for whatever surrounds the block.
set_input_delay  [expr {$encoder_period / 2}] -clock clk [get_ports {s_axis_tvalid s_axis_tdata* s_axis_tlast}]
set_output_delay [expr {$encoder_period / 2}] -clock clk [get_ports s_axis_tready]
set_input_delay  [expr {$link_period / 2}] -clock link_clk [get_ports m_axis_tready]
set_output_delay [expr {$link_period / 2}] -clock link_clk [get_ports {m_axis_tvalid m_axis_tdata* m_axis_tkeep* m_axis_tlast}]
# Active together, at any time; each is released by a synchroniser of its own clock.
set_false_path -from [get_ports {rst_ni link_rst_ni}]
