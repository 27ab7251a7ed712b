// SPDX-License-Identifier: Apache-2.0
//
// Plays a golden recording (tb/golden/*.i16) through nrc_encoder in a four-state simulator and
// writes the stream that comes out, and compares it with the golden one if that is given. All state is X until something
// sets it, and so are the inputs as long as nobody may look at them: before the end of the reset,
// and tdata and tlast without tvalid. After the reset no output may be X, but for tdata and tlast
// without tvalid. The input has gaps and the output stalls.
//
//   vvp golden_stream_tb.vvp +samples=FILE +stream=FILE [+golden=FILE]
//
// With LoadableTables also +words=FILE of `nrc tables`, the words that it loads, and +table_id=NUMBER.

`timescale 1ns / 1ps

module golden_stream_tb;

  parameter int Channels     = 8;
  parameter int CodeWidth    = 10;
  parameter int Profile      = 0;
  parameter int Narrow       = 0;
  parameter int Taps         = 0;
  parameter int Neighbour    = 0;
  parameter int Mapping      = 1;
  parameter int PacketFrames = 100;
  parameter int KeyInterval  = 0;
  parameter int Pipeline     = 0;
  parameter int LoadableTables = 0;

  localparam int QuietClocks = 300;  // after which nothing more can come

  logic        clk, rst_n, enable, flush, key_request;
  logic        s_valid, s_ready, s_last;
  logic [15:0] s_data;
  logic        m_valid, m_ready, m_last;
  logic [31:0] m_data;
  logic        table_we;
  logic [15:0] table_addr, table_wdata;
  logic [31:0] table_id;
  logic [31:0] packets, dropped, framing_errors, off_grid;
  logic        overflow, sample_packed;
  logic [2:0]  step, largest_step;
  logic [31:0] waiting, fill, events_lost;
  logic [4:0]  status;

  // A netlist has its parameters inside.
`ifdef NRC_NETLIST
  nrc_encoder u_encoder (
`else
  nrc_encoder #(
    .Channels    (Channels),
    .CodeWidth   (CodeWidth),
    .Profile     (Profile),
    .Narrow      (Narrow),
    .Taps        (Taps),
    .Neighbour   (Neighbour),
    .Mapping     (Mapping),
    .PacketFrames(PacketFrames),
    .KeyInterval (KeyInterval),
    .Pipeline    (Pipeline),
    .LoadableTables(LoadableTables)
  ) u_encoder (
`endif
    .clk_i           (clk),
    .rst_ni          (rst_n),
    .enable_i        (enable),
    .flush_i         (flush),
    .key_request_i   (key_request),
    .stream_number_i (32'h12345678),
    .channels_i      (17'd0),
    .max_step_i      (3'd0),
    .min_step_i      (3'd0),
    .first_step_i    (3'd0),
    .link_words_i    (24'd0),
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
    .m_axis_tready   (m_ready),
    .m_axis_tdata    (m_data),
    .m_axis_tlast    (m_last),
    .table_we_i      (table_we),
    .table_addr_i    (table_addr),
    .table_wdata_i   (table_wdata),
    .table_id_i      (table_id),
    .status_o        (status),
    .packets_o       (packets),
    .dropped_o       (dropped),
    .framing_errors_o(framing_errors),
    .off_grid_o      (off_grid),
    .overflow_o      (overflow),
    .sample_packed_o (sample_packed),
    .step_o          (step),
    .largest_step_o  (largest_step),
    .waiting_o       (waiting),
    .fill_o          (fill),
    .events_lost_o   (events_lost)
  );

  reg [8*256-1:0] samples_name, stream_name, golden_name;
  integer samples_file, stream_file, golden_file, low, high, samples, taken, clocks, quiet;
  logic   waits;

  // Inputs change after the rising edge, as registers' outputs do.
  task next_sample;
    begin
      s_valid = 1'b0;
      s_data  = 'x;
      s_last  = 1'bx;
      if (taken < samples && $urandom % 4 != 0) begin
        low     = $fgetc(samples_file);
        high    = $fgetc(samples_file);
        s_valid = 1'b1;
        s_data  = {high[7:0], low[7:0]};
        s_last  = (taken + 1) % Channels == 0;
        enable  = taken + 1 != samples;
      end
    end
  endtask

`ifndef NRC_NETLIST
  // The table port, and nothing is to be seen at the outputs meanwhile.
  localparam int Words = (Profile == nrc_pkg::ProfileRange)
                         ? nrc_range_tables_pkg::TableWords
                         : nrc_tables_pkg::NumTables << nrc_tables_pkg::SymbolBits;
  reg [15:0] words [0:Words-1];
  reg [8*256-1:0] words_name;

  task load_tables;
    begin
      if (!$value$plusargs("words=%s", words_name) || !$value$plusargs("table_id=%d", table_id)) begin
        $display("FAIL: give +words=FILE and +table_id=NUMBER");
        $finish(0);
      end
      $readmemh(words_name, words);
      for (low = 0; low < Words; low = low + 1) begin
        if (low != 0 && !status[nrc_status_pkg::StatusNoTables]) begin
          $display("FAIL: status_o says that there are tables before word %0d", low);
        end
        table_we    = 1'b1;
        table_addr  = 16'(low);
        table_wdata = words[low];
        #5 clk = 1'b1;
        #5 clk = 1'b0;
      end
      table_we = 1'b0;
      #5 clk = 1'b1;  // until the status says so
      #5 clk = 1'b0;
      if (status[nrc_status_pkg::StatusNoTables]) $display("FAIL: status_o says that there are no tables");
    end
  endtask
`endif

  task check_known;
    begin
      if (^{s_ready, m_valid, packets, dropped, framing_errors, off_grid} === 1'bx ||
          ^{overflow, sample_packed, status} === 1'bx || (m_valid && ^{m_last, m_data} === 1'bx)) begin
        $display("FAIL: an output is X in clock %0d after the reset", clocks);
        $finish(0);
      end
    end
  endtask

  task compare;
    begin
      stream_file = $fopen(stream_name, "rb");
      golden_file = $fopen(golden_name, "rb");
      low  = 0;
      high = 0;
      while (low != -1 && low == high) begin
        low  = $fgetc(stream_file);
        high = $fgetc(golden_file);
      end
      if (low != high) $fatal(1, "FAIL: the stream differs from the golden one");
      $display("the stream is the golden one");
    end
  endtask

  initial begin
    if (!$value$plusargs("samples=%s", samples_name) ||
        !$value$plusargs("stream=%s", stream_name)) begin
      $display("FAIL: give +samples=FILE and +stream=FILE");
      $finish(0);
    end
    samples_file = $fopen(samples_name, "rb");
    samples      = 0;
    while ($fgetc(samples_file) != -1) samples = samples + 1;
    samples = samples / 2;
    $fclose(samples_file);
    samples_file = $fopen(samples_name, "rb");
    stream_file  = $fopen(stream_name, "wb");

    table_we = 1'b0;
    clk      = 1'b0;
    rst_n    = 1'b1;
    // Clocks before the first reset: nothing is defined, and no assertion may speak.
    repeat (8) begin
      #5 clk = 1'b1;
      #5 clk = 1'b0;
    end
    #1 rst_n = 1'b0;
    repeat (3) begin
      #5 clk = 1'b1;
      #5 clk = 1'b0;
    end
    key_request = 1'b0;
    flush       = 1'b0;
    enable      = 1'b1;
    m_ready     = 1'b0;
    taken       = 0;
    rst_n = 1'b1;
    s_valid = 1'b0;
`ifndef NRC_NETLIST
    if (LoadableTables != 0) load_tables;
`endif
    next_sample;
    clocks = 0;
    quiet  = 0;
    while (quiet < QuietClocks) begin
      #5 check_known;
      if (m_valid && m_ready) $fwrite(stream_file, "%u", m_data);
      quiet  = (s_valid || m_valid) ? 0 : quiet + 1;
      waits  = s_valid && !s_ready;
      taken  = (s_valid && s_ready) ? taken + 1 : taken;
      clocks = clocks + 1;
      clk    = 1'b1;
      #1;
      if (!waits) next_sample;
      m_ready = $urandom % 4 != 0;
      #4 clk = 1'b0;
    end
    $fclose(stream_file);
    $display("%0d samples, %0d packets, %0d dropped", taken, packets, dropped);
    if ($value$plusargs("golden=%s", golden_name)) compare;
    $finish(0);
  end

endmodule
