// SPDX-License-Identifier: Apache-2.0
//
// Synthetic channels for a board: a drifting field, white noise and rare spikes, as codes of a
// 10-bit ADC. Model: nrc::cli::BoardSource, which gives the same codes on the host.
//
// For each sample, with r the next number of a 32-bit xorshift generator (Marsaglia 2003, shifts
// 13, 17, 5; one generator for all channels), all in integers:
//
//   field += 8 * (r[7:5] + r[15:13] - 7) - (field >>> 8)        1/16 code, each channel its own
//   noise  = r[4:0] + r[12:8] + r[20:16] + r[28:24] - 62        about normal, deviation 18.5
//   code   = clamp((field >>> 4) + (noise >>> k) + spike)       -512 .. 511
//
// with k = 2, 3, 2, 1 for channels 0, 1, 2, 3 modulo 4, and spike = 96 if r[31:22] is 0, else 0.
// A restart sets r to Seed and all fields to 0.
//
// Pipeline: 1 random number, field read; 2 field and noise; 3 code. All stages move together, when
// the output is free, so one sample per clock.

`timescale 1ns / 1ps

module nrc_board_source #(
  parameter int Channels = -1,  // at least 4
  localparam int ChannelWidth = $clog2(Channels)
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        restart_i,  // pulse: what waits is thrown away

  output logic        m_axis_tvalid,
  input  logic        m_axis_tready,
  output logic [15:0] m_axis_tdata,
  output logic        m_axis_tlast
);

  localparam logic [31:0] Seed = 32'h6E726331;

  logic                    advance;
  logic                    begin_s0;   // the next sample goes into the pipeline
  logic [ChannelWidth-1:0] channel_q;  // of that sample
  logic                    first_q;    // it is of the first frame
  logic                    last_s0;

  assign advance  = !m_axis_tvalid || m_axis_tready;
  assign begin_s0 = advance && !restart_i;
  assign last_s0  = channel_q == ChannelWidth'(Channels - 1);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      channel_q <= '0;
      first_q   <= 1'b1;
    end else if (restart_i) begin
      channel_q <= '0;
      first_q   <= 1'b1;
    end else if (begin_s0) begin
      channel_q <= last_s0 ? '0 : channel_q + 1'b1;
      if (last_s0) first_q <= 1'b0;
    end
  end

  // 1: random number; the field is read.
  logic [31:0] random_q, random_a, random_b, random_d;
  logic        valid_s1_q, last_s1_q, first_s1_q;
  logic [ChannelWidth-1:0] channel_s1_q;

  assign random_a = random_q ^ {random_q[18:0], 13'b0};
  assign random_b = random_a ^ {17'b0, random_a[31:17]};
  assign random_d = random_b ^ {random_b[26:0], 5'b0};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        random_q <= Seed;
    else if (restart_i) random_q <= Seed;
    else if (begin_s0)  random_q <= random_d;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        valid_s1_q <= 1'b0;
    else if (restart_i) valid_s1_q <= 1'b0;
    else if (advance)   valid_s1_q <= begin_s0;
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      channel_s1_q <= channel_q;
      last_s1_q    <= last_s0;
      first_s1_q   <= first_q;
    end
  end

  logic [15:0] stored, field_s1, field_d;
  logic        write;

  assign write = advance && valid_s1_q;

  nrc_ram_1r1w #(
    .Width(16),
    .Depth(Channels)
  ) u_field (
    .clk_i,
    .rst_ni,
    .we_i   (write),
    .waddr_i(channel_s1_q),
    .wdata_i(field_d),
    .re_i   (begin_s0),
    .raddr_i(channel_q),
    .rdata_o(stored)
  );

  // 2: field and noise, sign-extended by hand.
  logic [3:0]  drift;      // r[7:5] + r[15:13]
  logic [6:0]  noise_sum;  // 62 more than the noise
  // verilator lint_off UNUSEDSIGNAL
  logic [6:0]  noise;      // halved at least
  // verilator lint_on UNUSEDSIGNAL

  assign field_s1  = first_s1_q ? 16'd0 : stored;
  assign drift     = {1'b0, random_q[7:5]} + {1'b0, random_q[15:13]};
  assign field_d   = field_s1 - {{8{field_s1[15]}}, field_s1[15:8]} + {9'd0, drift, 3'd0} - 16'd56;
  assign noise_sum = {2'b0, random_q[4:0]} + {2'b0, random_q[12:8]} + {2'b0, random_q[20:16]} +
                     {2'b0, random_q[28:24]};
  assign noise     = noise_sum - 7'd62;

  logic        valid_s2_q, last_s2_q, spike_s2_q;
  logic [11:0] field_s2_q;  // field >>> 4
  logic [5:0]  noise_s2_q;  // noise >>> 1
  logic [1:0]  scale_s2_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        valid_s2_q <= 1'b0;
    else if (restart_i) valid_s2_q <= 1'b0;
    else if (advance)   valid_s2_q <= valid_s1_q;
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      field_s2_q <= field_d[15:4];
      noise_s2_q <= noise[6:1];
      spike_s2_q <= random_q[31:22] == '0;
      scale_s2_q <= channel_s1_q[1:0];
      last_s2_q  <= last_s1_q;
    end
  end

  // 3: code.
  logic [6:0]  scaled;
  logic [12:0] sum;
  logic        fits;

  always_comb begin
    case (scale_s2_q)
      2'd1:    scaled = {{3{noise_s2_q[5]}}, noise_s2_q[5:2]};
      2'd3:    scaled = {noise_s2_q[5], noise_s2_q};
      default: scaled = {{2{noise_s2_q[5]}}, noise_s2_q[5:1]};
    endcase
  end

  assign sum  = {field_s2_q[11], field_s2_q} + {{6{scaled[6]}}, scaled} +
                {6'd0, {2{spike_s2_q}}, 5'd0};
  assign fits = sum[12:9] == 4'b0000 || sum[12:9] == 4'b1111;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        m_axis_tvalid <= 1'b0;
    else if (restart_i) m_axis_tvalid <= 1'b0;
    else if (advance)   m_axis_tvalid <= valid_s2_q;
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      m_axis_tdata <= {{7{sum[12]}}, fits ? sum[8:0] : {9{!sum[12]}}};
      m_axis_tlast <= last_s2_q;
    end
  end

`ifndef SYNTHESIS
  `include "nrc_assert.svh"

  `NRC_REQUIRE(Channels >= 4,
               "nrc_board_source: Channels is 4 or more")
`endif

endmodule
