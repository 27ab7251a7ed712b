// SPDX-License-Identifier: Apache-2.0
//
// Plays samples through the gate netlist of nrc_encoder, writes the stream that comes out, and counts
// the netlist's switching activity (activity.c) in a window of whole frames. The link always takes a
// word. A sample comes in each Gap-th clock at most; after a frame the encoder may ask for a pause.
//
//   vvp -M DIRECTORY -m activity asic_tb.vvp +samples=FILE +stream=FILE +list=FILE +activity=FILE
//
// With +resume=FILE it begins at frame Resume, in the state that another run saved there with +save=FILE
// before it ended: in Verilator, whose models have no delays, the frames before the window take a small part
// of the time. state.svh has the tasks that save and load the netlist's registers and memories.

`timescale 1ps/1ps

module asic_tb;

  parameter int Channels = 1024;
  parameter int Gap      = 1;      // clocks from one sample to the next
  parameter int Half     = 24414;  // half a clock, ps
  parameter int Warm     = 20;     // frames before the window
  parameter int Window   = 20;     // frames in it
  parameter int Frames   = 60;     // frames in all
  parameter int Resume   = 0;      // frames before the state is saved or loaded, fewer than Warm
  parameter int LinkWords = 0;     // of a link, with rate control

  localparam int Setup       = Half / 16;  // inputs change this long after the edge
  localparam int QuietClocks = 300;        // after which nothing more can come

  logic        clk, rst_n, enable;
  logic        s_valid, s_ready, s_last;
  logic [15:0] s_data;
  logic        m_valid, m_last;
  logic [31:0] m_data;
  logic [31:0] packets, dropped, framing_errors, off_grid;
  logic        overflow, sample_packed;
  logic [4:0]  status;

  nrc_encoder dut (
    .clk_i           (clk),
    .rst_ni          (rst_n),
    .enable_i        (enable),
    .flush_i         (1'b0),
    .key_request_i   (1'b0),
    .stream_number_i (32'd1),
    .channels_i      (17'd0),
    .max_step_i      (3'd7),
    .min_step_i      (3'd0),
    .first_step_i    (3'd6),
    .link_words_i    (24'(LinkWords)),
    .event_threshold_i(6'd0),
    .events_only_i   (1'b0),
    .class_we_i      (1'b0),
    .class_addr_i    (16'd0),
    .class_wdata_i   (2'd0),
    .s_axis_tvalid   (s_valid),
    .s_axis_tready   (s_ready),
    .s_axis_tdata    (s_data),
    .s_axis_tlast    (s_last),
    .m_axis_tvalid   (m_valid),
    .m_axis_tready   (1'b1),
    .m_axis_tdata    (m_data),
    .m_axis_tlast    (m_last),
    .table_we_i      (1'b0),
    .table_addr_i    (16'd0),
    .table_wdata_i   (16'd0),
    .table_id_i      (32'd0),
    .status_o        (status),
    .packets_o       (packets),
    .dropped_o       (dropped),
    .framing_errors_o(framing_errors),
    .off_grid_o      (off_grid),
    .overflow_o      (overflow),
    .sample_packed_o (sample_packed)
  );

  reg [8*512-1:0] samples_name, stream_name, list_name, activity_name, state_name;
  integer samples_file, stream_file, state_file, low, high, taken, quiet, wait_clocks, clocks, begin_clock;
  logic   saves, resumes;

  localparam int Total = Frames * Channels;

  `include "state.svh"

  task next_sample;
    begin
      low     = $fgetc(samples_file);
      high    = $fgetc(samples_file);
      s_valid = 1'b1;
      s_data  = {high[7:0], low[7:0]};
      s_last  = (taken + 1) % Channels == 0;
      enable  = taken + 1 != Total;
    end
  endtask

  initial begin
    saves   = $value$plusargs("save=%s", state_name) != 0;
    resumes = !saves && $value$plusargs("resume=%s", state_name) != 0;
    if (!$value$plusargs("samples=%s", samples_name) || !$value$plusargs("stream=%s", stream_name) ||
        !$value$plusargs("list=%s", list_name) || !$value$plusargs("activity=%s", activity_name)) begin
      $display("FAIL: give +samples= +stream= +list= +activity=");
      $finish(0);
    end
    samples_file = $fopen(samples_name, "rb");
    stream_file  = $fopen(stream_name, "wb");
    clk     = 1'b0;
    rst_n   = 1'b1;
    enable  = 1'b1;
    s_valid = 1'b0;
    s_data  = 16'd0;
    s_last  = 1'b0;
    taken   = 0;
    quiet   = 0;
    clocks  = 0;
    wait_clocks = 0;
    if (resumes) begin
      #(Half);
`ifndef VERILATOR
      state_file = $fopen(state_name, "r");
      low = $fscanf(state_file, "%d %d", wait_clocks, clocks);
      load_state(state_file);
      $fclose(state_file);
      taken = Resume * Channels;
      low   = $fseek(samples_file, 2 * taken, 0);
      next_sample();
`endif
    end else begin
      #(Half) rst_n = 1'b0;
      repeat (3) begin
        #(Half) clk = 1'b1;
        #(Half) clk = 1'b0;
      end
      rst_n = 1'b1;
    end
    while (quiet < QuietClocks && !(saves && taken == Resume * Channels && s_valid)) begin
      #(Half);
      if (^{s_ready, m_valid, overflow, dropped} === 1'bx || (m_valid && ^{m_last, m_data} === 1'bx)) begin
        $display("FAIL: an output is X in clock %0d", clocks);
        $finish(0);
      end
      if (m_valid) $fwrite(stream_file, "%u", m_data);
      quiet = (s_valid || m_valid || taken < Total) ? 0 : quiet + 1;
      if (wait_clocks != 0) wait_clocks = wait_clocks - 1;
      clk    = 1'b1;
      clocks = clocks + 1;
`ifndef VERILATOR
      if (taken == Warm * Channels && s_valid && s_ready) begin
        begin_clock = clocks;
        $nrc_activity_start(dut, clk, list_name);
      end
      if (taken == (Warm + Window) * Channels && s_valid && s_ready) begin
        $nrc_activity_stop(activity_name);
        $display("window %0d clocks", clocks - begin_clock);
      end
`endif
      // The next sample, or the same one again if it was not taken.
      if (!s_valid || s_ready) begin
        if (s_valid) taken = taken + 1;
        #(Setup);
        s_valid = 1'b0;
        if (wait_clocks == 0 && taken < Total) begin
          next_sample();
          wait_clocks = Gap;
        end
      end else begin
        #(Setup);
      end
      #(Half - Setup) clk = 1'b0;
    end
    if (saves) begin
      #(Half);
      state_file = $fopen(state_name, "w");
      $fwrite(state_file, "%0d %0d\n", wait_clocks, clocks);
      save_state(state_file);
      $fclose(state_file);
    end
    $fclose(stream_file);
    $display("done %0d samples %0d packets %0d dropped", taken, packets, dropped);
    $finish(0);
  end

endmodule
