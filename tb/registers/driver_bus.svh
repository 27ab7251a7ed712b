// SPDX-License-Identifier: Apache-2.0
//
// What the benches of drivers in C share, inside a module: a master of AXI4-Lite, or of APB with NRC_APB;
// clock, reset and the pipes that driver_pipe.c is at the other end of. Requests come as lines, and each is answered
// with a line; numbers are hexadecimal:
//
//   w ADDRESS DATA STROBES   writes; answer: error
//   r ADDRESS                reads; answer: data error
//   c N                      N clocks; answer: irq_o
//   p ADDRESS DATA           writes to address 0, which fails, and then DATA, without waiting; answer: an error
//
// The rest is the bench's own: it has a task `other`, which acts by kind, first, second and third.

  logic        clk = 1'b0, rst_n = 1'b1, awake = 1'b0;  // after the reset
  logic        irq;

  always #5 clk = !clk;

`ifdef NRC_APB
  logic        psel = 1'b0, penable = 1'b0, pwrite, pready, pslverr;
  logic [7:0]  paddr;
  logic [31:0] pwdata, prdata;
  logic [3:0]  pstrb;

  `define NRC_BUS_PORTS \
    .s_apb_psel    (psel), \
    .s_apb_penable (penable), \
    .s_apb_pwrite  (pwrite), \
    .s_apb_paddr   (paddr), \
    .s_apb_pwdata  (pwdata), \
    .s_apb_pstrb   (pstrb), \
    .s_apb_pready  (pready), \
    .s_apb_prdata  (prdata), \
    .s_apb_pslverr (pslverr),
`else
  logic        awvalid = 1'b0, awready, wvalid = 1'b0, wready, bvalid, bready = 1'b0;
  logic        arvalid = 1'b0, arready, rvalid, rready = 1'b0;
  logic [7:0]  awaddr, araddr;
  logic [31:0] wdata, rdata;
  logic [3:0]  wstrb;
  logic [1:0]  bresp, rresp;

  `define NRC_BUS_PORTS \
    .s_axil_awvalid(awvalid), \
    .s_axil_awready(awready), \
    .s_axil_awaddr (awaddr), \
    .s_axil_wvalid (wvalid), \
    .s_axil_wready (wready), \
    .s_axil_wdata  (wdata), \
    .s_axil_wstrb  (wstrb), \
    .s_axil_bvalid (bvalid), \
    .s_axil_bready (bready), \
    .s_axil_bresp  (bresp), \
    .s_axil_arvalid(arvalid), \
    .s_axil_arready(arready), \
    .s_axil_araddr (araddr), \
    .s_axil_rvalid (rvalid), \
    .s_axil_rready (rready), \
    .s_axil_rdata  (rdata), \
    .s_axil_rresp  (rresp),
`endif

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
      $display("FAIL: a +name=FILE is missing; the head of the bench has them");
      $finish(0);
    end
    open_file = $fopen(name, mode);
  endfunction

  task serve;
    requests = open_file($value$plusargs("requests=%s", name), "r");
    answers  = open_file($value$plusargs("answers=%s", name), "w");
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
        "c": begin
          repeat (first) @(posedge clk);
          #1 error = irq;
        end
        "p": two_writes(first[7:0], second);
        default: other;
      endcase
      if (error === 1'bx || (kind == "r" && ^data === 1'bx)) $display("FAIL: X is read at %h", first);
      if (kind == "r") $fdisplay(answers, "%h %b", data, error);
      else             $fdisplay(answers, "%b", error);
      $fflush(answers);
    end
  endtask
