// SPDX-License-Identifier: Apache-2.0
//
// nrc_encoder_axil, or nrc_encoder_apb with NRC_APB, with another program as the processor: requests come
// as lines from a pipe, and each is answered with a line (driver_bench.c, driver_test.py).
//
//   vvp driver_tb.vvp +requests=PIPE +answers=PIPE +samples=FILE +packets=FILE +lengths=FILE
//
//   w ADDRESS DATA STROBES   writes; answer: error
//   r ADDRESS                reads; answer: data error
//   s N                      N more frames of the file of samples go in, with pauses; answer: 0
//   e                        the next frame is a sample short; answer: 0
//   t LEVEL                  1: packets are taken, with pauses, 0: not; answer: 0
//   c N                      N clocks; answer: irq_o
//   p ADDRESS DATA           writes to address 0, which fails, and then DATA, without waiting; answer: an error
//   x                        counters are two below their largest value, framing errors at it, and half of
//                            it are off the grid; answer: 0
//
// Numbers are hexadecimal. Packets go to a file of words, and the words of each to a line of another file.

`timescale 1ns / 1ps

module driver_tb;

  parameter int Channels       = 4;
  parameter int CodeWidth      = 12;
  parameter int Profile        = 0;
  parameter int RateControl    = 0;
  parameter int Events         = 0;
  parameter int Classes        = 0;
  parameter int Mapping        = 0;
  parameter int PacketFrames   = 20;
  parameter int KeyInterval    = 3;
  parameter int RateMillihertz = 20000000;
  parameter int BufferWords    = 256;
  parameter int LoadableTables = 0;
  parameter int Pipeline       = 0;

  logic        clk = 1'b0, rst_n = 1'b1, awake = 1'b0;  // after the reset
  logic        irq, s_valid = 1'b0, s_ready, s_last, m_valid, m_ready = 1'b0, m_last;
  logic [15:0] s_data;
  logic [31:0] m_data;

  always #5 clk = !clk;

`ifdef NRC_APB
  logic        psel = 1'b0, penable = 1'b0, pwrite, pready, pslverr;
  logic [7:0]  paddr;
  logic [31:0] pwdata, prdata;
  logic [3:0]  pstrb;

  nrc_encoder_apb #(
`else
  logic        awvalid = 1'b0, awready, wvalid = 1'b0, wready, bvalid, bready = 1'b0;
  logic        arvalid = 1'b0, arready, rvalid, rready = 1'b0;
  logic [7:0]  awaddr, araddr;
  logic [31:0] wdata, rdata;
  logic [3:0]  wstrb;
  logic [1:0]  bresp, rresp;

  nrc_encoder_axil #(
`endif
    .Channels      (Channels),
    .CodeWidth     (CodeWidth),
    .Profile       (Profile),
    .RateControl   (RateControl),
    .Events        (Events),
    .Classes       (Classes),
    .Mapping       (Mapping),
    .PacketFrames  (PacketFrames),
    .KeyInterval   (KeyInterval),
    .RateMillihertz(RateMillihertz),
    .BufferWords   (BufferWords),
    .LoadableTables(LoadableTables),
    .Pipeline      (Pipeline)
  ) u_dut (
    .clk_i         (clk),
    .rst_ni        (rst_n),
`ifdef NRC_APB
    .s_apb_psel    (psel),
    .s_apb_penable (penable),
    .s_apb_pwrite  (pwrite),
    .s_apb_paddr   (paddr),
    .s_apb_pwdata  (pwdata),
    .s_apb_pstrb   (pstrb),
    .s_apb_pready  (pready),
    .s_apb_prdata  (prdata),
    .s_apb_pslverr (pslverr),
`else
    .s_axil_awvalid(awvalid),
    .s_axil_awready(awready),
    .s_axil_awaddr (awaddr),
    .s_axil_wvalid (wvalid),
    .s_axil_wready (wready),
    .s_axil_wdata  (wdata),
    .s_axil_wstrb  (wstrb),
    .s_axil_bvalid (bvalid),
    .s_axil_bready (bready),
    .s_axil_bresp  (bresp),
    .s_axil_arvalid(arvalid),
    .s_axil_arready(arready),
    .s_axil_araddr (araddr),
    .s_axil_rvalid (rvalid),
    .s_axil_rready (rready),
    .s_axil_rdata  (rdata),
    .s_axil_rresp  (rresp),
`endif
    .irq_o         (irq),
    .s_axis_tvalid (s_valid),
    .s_axis_tready (s_ready),
    .s_axis_tdata  (s_data),
    .s_axis_tlast  (s_last),
    .m_axis_tvalid (m_valid),
    .m_axis_tready (m_ready),
    .m_axis_tdata  (m_data),
    .m_axis_tlast  (m_last)
  );

  logic [31:0]    data;
  logic           error;
  reg [8*256-1:0] name, line;
  reg [7:0]       kind;
  integer         requests, answers, first, second, third;

  // Inputs change a little after the rising edge, as registers' outputs do; handshakes are looked at just
  // before it.
  task pause;
    while ($urandom % 8 == 0) begin
      @(posedge clk);
      #1;
    end
  endtask

`ifdef NRC_APB
  task access(input logic is_write, input [7:0] address, input [31:0] value, input [3:0] strobes);
    pause;
    psel   = 1'b1;
    pwrite = is_write;
    paddr  = address;
    pwdata = is_write ? value : 'x;
    pstrb  = is_write ? strobes : '0;
    @(posedge clk);
    #1 penable = 1'b1;
    #8;
    while (!pready) #10;
    data  = prdata;
    error = pslverr;
    @(posedge clk);
    #1 {psel, penable} = '0;
    {pwrite, paddr, pwdata, pstrb} = 'x;
  endtask

  task two_writes(input [7:0] address, input [31:0] value);
    access(1'b1, 8'd0, '1, '1);
    first = error;
    access(1'b1, address, value, '1);
    error = error || first != 1;
  endtask
`else
  task send_address(input [7:0] address);
    pause;
    awvalid = 1'b1;
    awaddr  = address;
    #8;
    while (!awready) #10;
    @(posedge clk);
    #1 awvalid = 1'b0;
    awaddr = 'x;
  endtask

  task send_data(input [31:0] value, input [3:0] strobes);
    pause;
    wvalid = 1'b1;
    wdata  = value;
    wstrb  = strobes;
    #8;
    while (!wready) #10;
    @(posedge clk);
    #1 wvalid = 1'b0;
    {wdata, wstrb} = 'x;
  endtask

  task access(input logic is_write, input [7:0] address, input [31:0] value, input [3:0] strobes);
    if (is_write) begin
      fork
        send_address(address);
        send_data(value, strobes);
      join
      pause;
      bready = 1'b1;
      #8;
      while (!bvalid) #10;
      error = bresp[1];
      if (bresp[0] !== 1'b0) $display("FAIL: bresp %b", bresp);
      @(posedge clk);
      #1 bready = 1'b0;
    end else begin
      pause;
      arvalid = 1'b1;
      araddr  = address;
      #8;
      while (!arready) #10;
      @(posedge clk);
      #1 arvalid = 1'b0;
      araddr = 'x;
      pause;
      rready = 1'b1;
      #8;
      while (!rvalid) #10;
      data  = rdata;
      error = rresp[1];
      @(posedge clk);
      #1 rready = 1'b0;
    end
  endtask

  task take_response;
    bready = 1'b1;
    #8;
    while (!bvalid) #10;
    error = bresp[1];
    @(posedge clk);
    #1 bready = 1'b0;
  endtask

  task two_writes(input [7:0] address, input [31:0] value);
    fork
      begin
        send_address(8'd0);
        send_address(address);
      end
      begin
        repeat (5) @(posedge clk);
        #1;
        send_data('1, '1);
        send_data(value, '1);
      end
    join
    repeat (5) @(posedge clk);
    #1;
    take_response;
    first = error;
    take_response;
    error = error || first != 1;
  endtask
`endif

  // Samples.
  integer samples_file, frames, channel, low, high;
  logic   short_frame;

  initial begin
    frames      = 0;
    short_frame = 1'b0;
    channel     = 0;
    forever begin
      @(posedge clk);
      #1 s_valid = 1'b0;
      {s_data, s_last} = 'x;
      if (awake && frames != 0 && $urandom % 8 != 0) begin
        low     = $fgetc(samples_file);
        high    = $fgetc(samples_file);
        if (high == -1) $display("FAIL: no more samples");
        s_valid = 1'b1;
        s_data  = {high[7:0], low[7:0]};
        s_last  = channel == Channels - ((short_frame && Channels > 1) ? 2 : 1);
        channel = s_last ? 0 : channel + 1;
        #8;
        while (!s_ready) #10;
        if (s_last) begin
          frames      = frames - 1;
          short_frame = 1'b0;
        end
      end
    end
  end

  // Packets.
  integer packets_file, lengths_file, words;
  logic   taking;

  initial begin
    words  = 0;
    taking = 1'b1;
    forever begin
      @(posedge clk);
      #1 m_ready = taking && $urandom % 4 != 0;
      #8;
      if (awake && m_valid && m_ready) begin
        if (^{m_data, m_last} === 1'bx) $display("FAIL: X in a packet");
        $fwrite(packets_file, "%u", m_data);
        words = words + 1;
        if (m_last) begin
          $fdisplay(lengths_file, "%0d", words);
          words = 0;
        end
      end
    end
  end

  // A handshake that never comes.
  integer waiting;

  initial waiting = 0;
  always @(posedge clk) begin
    waiting = waiting + 1;
    if (waiting == 10000) begin
      $display("FAIL: request %0s has no answer", line);
      $finish(0);
    end
  end

  // Requests.
  function integer open_file(input integer given, input [8*4-1:0] mode);
    if (given == 0) begin
      $display("FAIL: give +requests +answers +samples +packets +lengths");
      $finish(0);
    end
    open_file = $fopen(name, mode);
  endfunction

  initial begin
    samples_file = open_file($value$plusargs("samples=%s", name), "rb");
    packets_file = open_file($value$plusargs("packets=%s", name), "wb");
    lengths_file = open_file($value$plusargs("lengths=%s", name), "w");
    requests     = open_file($value$plusargs("requests=%s", name), "r");
    answers      = open_file($value$plusargs("answers=%s", name), "w");
    repeat (4) @(posedge clk);
    #1 rst_n = 1'b0;
    repeat (3) @(posedge clk);
    #1 rst_n = 1'b1;
    @(posedge clk);
    awake = 1'b1;
    #1;
    while ($fgets(line, requests) != 0) begin
      waiting = 0;
      first   = 0;
      second  = 0;
      third   = 0;
      error   = 1'b0;
      if ($sscanf(line, "%s %h %h %h", kind, first, second, third) < 1) $display("FAIL: no request");
      case (kind)
        "w": access(1'b1, first[7:0], second, third[3:0]);
        "r": access(1'b0, first[7:0], 'x, '0);
        "s": frames = frames + first;
        "e": short_frame = 1'b1;
        "t": taking = first[0];
        "c": begin
          repeat (first) @(posedge clk);
          #1 error = irq;
        end
        "p": two_writes(first[7:0], second);
        "x": begin
          u_dut.u_control.samples_q                  = 49'h0_ffff_ffff_fffd;
          u_dut.u_control.coded_q                    = 49'h0_ffff_ffff_fffd;
          u_dut.u_control.words_q                    = 49'h0_ffff_ffff_fffd;
          u_dut.u_control.frames_q                   = 33'h0_ffff_fffd;
          u_dut.u_control.u_encoder.framing_errors_o = 32'hffff_ffff;
          u_dut.u_control.u_encoder.off_grid_o       = 32'h8000_0000;
        end
        default: $display("FAIL: request %s", kind);
      endcase
      if (error === 1'bx || (kind == "r" && ^data === 1'bx)) $display("FAIL: X is read at %h", first);
      if (kind == "r") $fdisplay(answers, "%h %b", data, error);
      else             $fdisplay(answers, "%b", error);
      $fflush(answers);
    end
    $fclose(packets_file);
    $fclose(lengths_file);
    $finish(0);
  end

endmodule
