// SPDX-License-Identifier: Apache-2.0
//
// nrc_link_port in a four-state simulator: random packets, with pauses at both ends and a reset in the
// middle, come out byte by byte; then, with no pauses, as fast as the slower side allows.
//
// SourcePeriod and LinkPeriod are in ps, so that the phase of the clocks changes all the time.

`timescale 1ps / 1ps

module link_port_tb;

  parameter int Bits         = 8;
  parameter int OwnClock     = 0;
  parameter int Depth        = 16;
  parameter int SourcePeriod = 10000;
  parameter int LinkPeriod   = 10000;

  localparam int Bytes = Bits / 8;
  localparam int Room  = 1 << 16;  // bytes that are compared at most

  logic             clk = 1'b0, own_clk = 1'b0, rst_n = 1'b1, link_rst_n = 1'b1;
  logic             s_valid, s_ready, s_last, m_valid, m_ready, m_last;
  logic [31:0]      s_data;
  logic [Bits-1:0]  m_data;
  logic [Bytes-1:0] m_keep;
  logic             link_clk;

  always #(SourcePeriod / 2) clk = !clk;
  always #(LinkPeriod / 2) own_clk = !own_clk;

  assign link_clk = (OwnClock != 0) ? own_clk : clk;

  nrc_link_port #(
    .Bits    (Bits),
    .OwnClock(OwnClock),
    .Depth   (Depth)
  ) u_dut (
    .clk_i        (clk),
    .rst_ni       (rst_n),
    .s_axis_tvalid(s_valid),
    .s_axis_tready(s_ready),
    .s_axis_tdata (s_data),
    .s_axis_tlast (s_last),
    .link_clk_i   ((OwnClock != 0) ? own_clk : 1'bx),
    .link_rst_ni  ((OwnClock != 0) ? link_rst_n : 1'bx),
    .m_axis_tvalid(m_valid),
    .m_axis_tready(m_ready),
    .m_axis_tdata (m_data),
    .m_axis_tkeep (m_keep),
    .m_axis_tlast (m_last)
  );

  // What is offered, so that it may come out in the same clock: a byte, and whether it ends a packet.
  reg [8:0] expected[0:Room-1];
  integer   put, got, left, source_pauses, link_pauses, idle, i;
  logic     faulty, awake, taken;

  task fail(input [8*40-1:0] text);
    if (!faulty) $display("FAIL: %0s after %0d bytes", text, got);
    faulty = 1'b1;
  endtask

  // Inputs change a tenth of a clock after the edge; handshakes are looked at just before it.
  initial begin
    s_valid = 1'b0;
    left    = 0;
    forever begin
      @(posedge clk);
      taken = awake && s_valid && s_ready;
      if (taken) left = left - 1;
      #(SourcePeriod / 10);
      if (taken) s_valid = 1'b0;
      if (!awake) begin
        s_valid = 1'b0;
        left    = 0;
      end else if (!s_valid && $urandom % 100 >= source_pauses) begin
        if (left == 0) left = 1 + $urandom % 9;
        s_valid = 1'b1;
        s_data  = $urandom;
        s_last  = left == 1;
        for (i = 0; i < 4; i = i + 1) expected[(put + i) % Room] = {s_last && i == 3, s_data[8*i +: 8]};
        put = put + 4;
      end
      if (!s_valid) {s_data, s_last} = 'x;
    end
  end

  integer     b, kept;
  logic       offered;
  logic [Bits+Bytes:0] offer;

  initial begin
    m_ready = 1'b0;
    offered = 1'b0;
    forever begin
      @(posedge link_clk);
      if (awake) begin
        if (^{s_ready, m_valid} === 1'bx) fail("X in a handshake");
        if (offered && (!m_valid || offer !== {m_last, m_keep, m_data})) fail("what is offered does not stay");
        offered = m_valid && !m_ready;
        offer   = {m_last, m_keep, m_data};
        if (!m_valid) idle = idle + 1;
        if (m_valid && m_ready) begin
          kept = 0;
          for (b = 0; b < Bytes; b = b + 1) begin
            if (m_keep[b] === 1'b1) begin
              if (kept != b) fail("a hole in tkeep");
              kept = kept + 1;
              if (got >= put) fail("a byte too many");
              if (expected[got % Room][7:0] !== m_data[8*b +: 8]) fail("another byte");
              if (expected[got % Room][8] && b != Bytes - 1 && m_keep[b+1] !== 1'b0) fail("a packet goes on");
              got = got + 1;
            end
          end
          if (kept != Bytes && !m_last) fail("a part of a transfer within a packet");
          if (kept == 0 || m_last !== expected[(got + Room - 1) % Room][8]) fail("tlast at another place");
        end
      end else begin
        offered = 1'b0;
      end
      #(LinkPeriod / 10) m_ready = awake && $urandom % 100 >= link_pauses;
    end
  end

  task reset;
    awake = 1'b0;
    #1234 rst_n = 1'b0;
    link_rst_n = 1'b0;
    #(4 * (SourcePeriod + LinkPeriod));
    put = 0;
    got = 0;
    @(posedge clk) #(SourcePeriod / 5) rst_n = 1'b1;
    @(posedge link_clk) #(LinkPeriod / 5) link_rst_n = 1'b1;
    awake = 1'b1;
  endtask

  // A phase of so many words, and how many clocks of the link it takes a byte.
  integer begin_bytes, begin_clocks, clocks, longest;

  always @(posedge link_clk) clocks = clocks + 1;

  task run(input integer words, input integer of_source, input integer of_link);
    source_pauses = of_source;
    link_pauses   = of_link;
    begin_bytes   = got;
    begin_clocks  = clocks;
    while (got < begin_bytes + 4 * words && !faulty) begin
      @(posedge link_clk);
      if (clocks - begin_clocks > 400 * words) fail("no progress");
    end
  endtask

  initial begin
    faulty = 1'b0;
    awake  = 1'b0;
    clocks = 0;
    put    = 0;
    got    = 0;
    idle   = 0;
    #(5 * SourcePeriod) reset;
    run(600, 30, 30);
    run(200, 80, 10);
    run(200, 10, 80);
    reset;
    run(300, 50, 50);
    // The slower side has no pause. Packets of one word leave half of a transfer of 64 bits empty: 5 words in 6 clocks.
    run(100, 0, 0);
    run(1000, 0, 0);
    longest = 1000 * ((Bits < 32) ? 32 / Bits : 1);
    if (OwnClock != 0 && 1000.0 * SourcePeriod / LinkPeriod > longest) longest = 1000.0 * SourcePeriod / LinkPeriod;
    if (Bits == 64) longest = longest * 6 / 5;
    if (Depth >= 8 && clocks - begin_clocks > longest + longest / 100 + 2) begin
      $display("FAIL: 1000 words in %0d clocks of the link, %0d expected", clocks - begin_clocks, longest);
      faulty = 1'b1;
    end
    if (!faulty) $display("%0d bits ok: 1000 words in %0d clocks of the link", Bits, clocks - begin_clocks);
    $finish(0);
  end

endmodule
