// SPDX-License-Identifier: Apache-2.0
//
// docs/examples/soc with a file of samples for its converter, which begin when the firmware has opened a stream.
//
//   vvp soc_tb.vvp +program=FILE +samples=FILE +frames=N +packets=FILE

`timescale 1ns / 1ps

module soc_tb;

  parameter int Channels = 8;

  logic        clk = 1'b0, rst_n = 1'b1, s_valid = 1'b0, s_ready, s_last = 1'b0, host_valid, done;
  logic [15:0] s_data = '0;
  logic [31:0] host, result;
  integer      samples, packets, frames, frame, channel, low, high, clocks;
  reg [8*256-1:0] name;

  always #5 clk = !clk;

  soc #(.Channels(Channels)) u_soc (
    .clk,
    .rst_n,
    .s_tvalid    (s_valid),
    .s_tready    (s_ready),
    .s_tdata     (s_data),
    .s_tlast     (s_last),
    .host_valid_o(host_valid),
    .host_o      (host),
    .done_o      (done),
    .result_o    (result)
  );

  always @(posedge clk) if (host_valid === 1'b1) $fwrite(packets, "%u", host);

  initial begin
    if ($value$plusargs("program=%s", name) == 0) $display("FAIL: no +program");
    $readmemh(name, u_soc.memory);
    if ($value$plusargs("samples=%s", name) == 0) $display("FAIL: no +samples");
    samples = $fopen(name, "rb");
    if ($value$plusargs("packets=%s", name) == 0) $display("FAIL: no +packets");
    packets = $fopen(name, "wb");
    if ($value$plusargs("frames=%d", frames) == 0) $display("FAIL: no +frames");
    repeat (3) @(posedge clk);
    #1 rst_n = 1'b0;
    repeat (3) @(posedge clk);
    #1 rst_n = 1'b1;
    while (u_soc.u_encoder.u_control.enable !== 1'b1) @(posedge clk);
    for (frame = 0; frame < frames; frame = frame + 1) begin
      for (channel = 0; channel < Channels; channel = channel + 1) begin
        low     = $fgetc(samples);
        high    = $fgetc(samples);
        @(posedge clk);
        #1 s_valid = 1'b1;
        s_data  = {high[7:0], low[7:0]};
        s_last  = channel == Channels - 1;
        #8;
        while (!s_ready) #10;
        @(posedge clk);
        #1 s_valid = 1'b0;
        repeat (20) @(posedge clk);
      end
    end
  end

  initial begin
    clocks = 0;
    while (done !== 1'b1 && clocks < 200000) begin
      @(posedge clk);
      clocks = clocks + 1;
    end
    if (done !== 1'b1) $display("FAIL: the program does not end");
    else               $display("soc: result %0d after %0d clocks", result, clocks);
    $fclose(packets);
    $finish(0);
  end

endmodule
