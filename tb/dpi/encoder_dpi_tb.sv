// SPDX-License-Identifier: Apache-2.0
//
// Example of a SystemVerilog bench of an encoder with nrc_encoder_checker bound to it: streams of
// noise with pauses on both sides, closed by their last sample and by a flush, key requests, and a
// reset in the middle of a frame. Two configurations; with +wrong_tables the checker of the first one
// has other tables, and must find it. dpi_test.sh runs it.

`timescale 1ns / 1ps

// A line for all encoders of a design, whose files are left as they are.
bind nrc_encoder nrc_encoder_checker #(
  .Channels(Channels), .CodeWidth(CodeWidth), .Profile(Profile), .Mapping(Mapping), .Taps(Taps),
  .Neighbour(Neighbour), .Narrow(Narrow), .PacketFrames(PacketFrames), .KeyInterval(KeyInterval),
  .RateMillihertz(RateMillihertz), .Tables("generic")
) u_checker (.*);

module encoder_driver #(
  parameter int Channels     = 12,
  parameter int Spare        = 0,   // channels that are not in use
  parameter int CodeWidth    = 10,
  parameter int Profile      = 0,
  parameter int Neighbour    = 0,
  parameter int PacketFrames = 8
) (
  output bit done
);

  logic        clk = 0;
  logic        rst_n = 1;
  logic        enable = 0, flush = 0, key_request = 0;
  logic        s_tvalid = 0, s_tready, s_tlast = 0;
  logic [15:0] s_tdata = 0;
  logic        m_tvalid, m_tready = 0, m_tlast;
  logic [31:0] m_tdata, dropped, off_grid, packets;
  logic [4:0]  status;

  always #5 clk = !clk;
  always @(posedge clk) m_tready <= $urandom_range(9) < 7;

  nrc_encoder #(
    .Channels(Channels + Spare), .VariableChannels((Spare != 0) ? 1 : 0), .CodeWidth(CodeWidth),
    .Profile(Profile), .Mapping(0), .Neighbour(Neighbour), .PacketFrames(PacketFrames), .KeyInterval(3)
  ) u_encoder (
    .clk_i(clk), .rst_ni(rst_n), .enable_i(enable), .flush_i(flush), .key_request_i(key_request),
    .stream_number_i(32'h1234_5678), .channels_i(17'(Channels)),
    .max_step_i(3'd0), .min_step_i(3'd0), .first_step_i(3'd0),
    .link_words_i(24'd0),
    .class_we_i(1'b0), .class_addr_i(16'd0), .class_wdata_i(2'd0), .event_threshold_i(6'd0),
    .events_only_i(1'b0), .s_axis_tvalid(s_tvalid), .s_axis_tready(s_tready), .s_axis_tdata(s_tdata),
    .s_axis_tlast(s_tlast), .m_axis_tvalid(m_tvalid), .m_axis_tready(m_tready),
    .m_axis_tdata(m_tdata), .m_axis_tlast(m_tlast), .table_we_i(1'b0), .table_addr_i(16'd0),
    .table_wdata_i(16'd0), .table_id_i(32'd0), .status_o(status), .packets_o(packets),
    .dropped_o(dropped), .framing_errors_o(), .off_grid_o(off_grid), .overflow_o(),
    .sample_packed_o(), .step_o(), .largest_step_o(), .waiting_o(), .fill_o(), .events_lost_o()
  );

  int level[Channels];

  task automatic send_frames(input int frames, input bit close);
    for (int f = 0; f < frames; f++) begin
      for (int c = 0; c < Channels; c++) begin
        int code;
        level[c] = level[c] - level[c] / 8 + int'($urandom_range(12)) - 6;
        code = level[c] + (($urandom_range(300) == 0) ? 1 << (CodeWidth - 2) : 0);
        while ($urandom_range(9) == 0) @(negedge clk);
        s_tvalid    = 1;
        s_tdata     = 16'(code);
        s_tlast     = c == Channels - 1;
        key_request = $urandom_range(40 * Channels) == 0;
        enable      = !(close && f == frames - 1 && c == Channels - 1);
        @(posedge clk);
        while (!s_tready) @(posedge clk);
        @(negedge clk);
        s_tvalid    = 0;
        key_request = 0;
      end
    end
  endtask

  task automatic wait_closed();
    while (status[1:0] != 2'd3) @(negedge clk);
  endtask

  task automatic reset();
    rst_n = 0;
    repeat (3) @(negedge clk);
    rst_n = 1;
    @(negedge clk);
  endtask

  initial begin
    foreach (level[c]) level[c] = 0;
    @(negedge clk);
    reset();
    send_frames(5 * PacketFrames + 3, 1);
    wait_closed();
    send_frames(2 * PacketFrames, 1);   // ends with a packet
    wait_closed();
    send_frames(PacketFrames + 2, 0);
    enable = 0;
    flush  = 1;
    @(negedge clk);
    flush  = 0;
    wait_closed();
    send_frames(PacketFrames + 1, 0);
    s_tvalid = 1;                       // inside a frame
    s_tlast  = 0;
    @(negedge clk);
    s_tvalid = 0;
    enable   = 0;
    reset();
    send_frames(3 * PacketFrames, 1);
    wait_closed();
    repeat (4) @(negedge clk);
    if (u_encoder.u_checker.words_checked < 100 || dropped != 0) $fatal(1, "words were not compared");
    done = 1;
  end

endmodule

module encoder_dpi_tb;

  bit narrow_done, wide_done, wrong_tables;

  encoder_driver #(.Spare(4)) u_narrow (.done(narrow_done));
  encoder_driver #(.Channels(3), .CodeWidth(14), .Profile(1), .Neighbour(1)) u_wide (.done(wide_done));

  nrc_encoder_checker #(
    .Channels(12), .CodeWidth(10), .Profile(0), .Mapping(0), .Taps(0), .Neighbour(0), .Narrow(0),
    .PacketFrames(8), .KeyInterval(3), .RateMillihertz(19531250), .Tables("default")
  ) u_wrong (
    .clk_i(u_narrow.clk), .rst_ni(u_narrow.rst_n && wrong_tables), .enable_i(u_narrow.enable),
    .flush_i(u_narrow.flush), .key_request_i(u_narrow.key_request), .stream_number_i(32'h1234_5678),
    .last_channel(4'd11),
    .s_axis_tvalid(u_narrow.s_tvalid), .s_axis_tready(u_narrow.s_tready),
    .s_axis_tdata(u_narrow.s_tdata), .s_axis_tlast(u_narrow.s_tlast),
    .m_axis_tvalid(u_narrow.m_tvalid), .m_axis_tready(u_narrow.m_tready),
    .m_axis_tdata(u_narrow.m_tdata), .m_axis_tlast(u_narrow.m_tlast),
    .dropped_o(u_narrow.dropped), .off_grid_o(u_narrow.off_grid)
  );

  initial begin
    wrong_tables = $test$plusargs("wrong_tables") != 0;
    wait (narrow_done && wide_done);
    $finish;
  end

endmodule
