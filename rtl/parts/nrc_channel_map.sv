// SPDX-License-Identifier: Apache-2.0
//
// Selects the channels of a frame and their order, ahead of nrc_encoder with VariableChannels
// (docs/rtl.md, "Channels at run time"). Place p of an outgoing frame, 0 .. count_i - 1, carries
// the incoming channel that the table holds for p, or channel p if no entry was written for it.
// A channel may have several places or none.
//
// Two frames are buffered, so that one leaves while the next one arrives. A frame of the wrong
// length also leaves with a wrong length: one sample, or two if count_i is 1. The encoder counts it
// and drops its packet, as it does without this module.
//
// Stages:
//   0  place of the next sample; the table is read
//   1  its channel; the frame is read
//   2  the sample enters a queue, which has room for all samples in the stages
//
// Latency: one frame, and 5 clocks from its last sample in to its first sample out. One sample per
// clock. s_axis_tready is low while both buffers hold a frame; it depends on registers only.

`timescale 1ns / 1ps

module nrc_channel_map #(
  parameter int Channels = 1024,   // of an incoming frame, 2 to 65536
  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  // Table port. Places are first written in order from 0 on, and rewritten in any order.
  input  logic        table_we_i,
  input  logic [15:0] table_place_i,    // 0 .. Channels - 1; ignored if place - 1 was not written
  input  logic [15:0] table_channel_i,  // 0 .. Channels - 1

  input  logic [16:0] count_i,          // 1 .. Channels; stable while samples are under way

  input  logic        s_axis_tvalid,
  output logic        s_axis_tready,
  input  logic [15:0] s_axis_tdata,
  input  logic        s_axis_tlast,     // the incoming frame's last channel

  output logic        m_axis_tvalid,
  input  logic        m_axis_tready,
  output logic [15:0] m_axis_tdata,
  output logic        m_axis_tlast
);

  `include "nrc_assert.svh"

  if (Channels < 2 || Channels > nrc_pkg::MaxChannels) begin : gen_channels
    `NRC_REFUSE(nrc_channel_map_Channels_give_2_to_65536,
                "nrc_channel_map: Channels is %0d; give 2 to 65536", Channels)
  end

  // The two frames, 0 and 1.
  logic                    awake_q;
  logic [1:0]              full_q;   // waiting or leaving
  logic [1:0]              wrong_q;  // had the wrong length
  logic                    in_q;     // the one that arrives
  logic                    out_q;    // the one that leaves
  logic [ChannelWidth-1:0] index_q;  // of the next sample
  logic                    long_q;   // the last channel has arrived, tlast has not
  logic                    take;
  logic                    issue, last;

  assign s_axis_tready = awake_q && !full_q[in_q];
  assign take          = s_axis_tvalid && s_axis_tready;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      awake_q <= 1'b0;
      full_q  <= '0;
      wrong_q <= '0;
      in_q    <= 1'b0;
      index_q <= '0;
      long_q  <= 1'b0;
    end else begin
      awake_q <= 1'b1;
      if (issue && last) full_q[out_q] <= 1'b0;
      if (take && s_axis_tlast) begin
        full_q[in_q]  <= 1'b1;
        wrong_q[in_q] <= long_q || index_q != ChannelWidth'(Channels - 1);
        in_q          <= !in_q;
        index_q       <= '0;
        long_q        <= 1'b0;
      end else if (take) begin
        if (index_q == ChannelWidth'(Channels - 1)) long_q <= 1'b1;
        else                                        index_q <= index_q + 1'b1;
      end
    end
  end

  // Written a clock late, because the previous frame in the same half is read up to the clock in
  // which the first sample of this one arrives. A frame that is too long overwrites its last
  // sample, which does no harm: its packet is dropped.
  logic                    write_q;
  logic [ChannelWidth:0]   address_q;
  logic [15:0]             sample_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) write_q <= 1'b0;
    else         write_q <= take;
  end

  always_ff @(posedge clk_i) begin
    if (take) begin
      address_q <= {in_q, index_q};
      sample_q  <= s_axis_tdata;
    end
  end

  // Stage 0.
  localparam int QueueDepth = 8;  // more than the stages and the queue's own latency

  logic [ChannelWidth-1:0]     place_q;
  logic                        valid1_q, valid2_q;
  logic [$clog2(QueueDepth):0] level;

  assign issue = full_q[out_q] && level <= ($clog2(QueueDepth) + 1)'(QueueDepth - 3);
  assign last  = wrong_q[out_q] ? (place_q != '0 || count_i != 17'd1)
                                : (17'(place_q) + 17'd1 >= count_i ||
                                   place_q == ChannelWidth'(Channels - 1));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      out_q    <= 1'b0;
      place_q  <= '0;
      valid1_q <= 1'b0;
      valid2_q <= 1'b0;
    end else begin
      valid1_q <= issue;
      valid2_q <= valid1_q;
      if (issue) begin
        out_q   <= out_q ^ last;
        place_q <= last ? '0 : place_q + 1'b1;
      end
    end
  end

  // Number of places written so far.
  logic [ChannelWidth:0] written_q;
  logic                  write;

  assign write = table_we_i && 32'(table_place_i) <= 32'(written_q) &&
                 32'(table_place_i) < Channels;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)                                                 written_q <= '0;
    else if (write && 32'(table_place_i) == 32'(written_q)) written_q <= written_q + 1'b1;
  end

  // Stages 1 and 2.
  logic [ChannelWidth-1:0] read, channel, place1_q;
  logic                    last1_q, half1_q, known1_q, last2_q;
  logic [15:0]             sample;

  always_ff @(posedge clk_i) begin
    last1_q  <= last;
    half1_q  <= out_q;
    place1_q <= place_q;
    known1_q <= {1'b0, place_q} < written_q;
    last2_q  <= last1_q;
  end

  assign channel = known1_q ? read : place1_q;

  nrc_ram_1r1w #(.Width(ChannelWidth), .Depth(1 << ChannelWidth)) u_table (
    .clk_i,
    .rst_ni,
    .we_i   (write),
    .waddr_i(table_place_i[ChannelWidth-1:0]),
    .wdata_i(table_channel_i[ChannelWidth-1:0]),
    .re_i   (issue && !(write && table_place_i[ChannelWidth-1:0] == place_q)),
    .raddr_i(place_q),
    .rdata_o(read)
  );

  nrc_ram_1r1w #(.Width(16), .Depth(2 << ChannelWidth)) u_frames (
    .clk_i,
    .rst_ni,
    .we_i   (write_q),
    .waddr_i(address_q),
    .wdata_i(sample_q),
    .re_i   (valid1_q),
    .raddr_i({half1_q, channel}),
    .rdata_o(sample)
  );

  nrc_fifo #(.Width(17), .Depth(QueueDepth)) u_queue (
    .clk_i,
    .rst_ni,
    .push_i (valid2_q),
    .wdata_i({last2_q, sample}),
    .valid_o(m_axis_tvalid),
    .rdata_o({m_axis_tlast, m_axis_tdata}),
    .pop_i  (m_axis_tvalid && m_axis_tready),
    .level_o(level)
  );

  logic unused_table;
  assign unused_table = ^table_channel_i;

`ifndef SYNTHESIS
  `NRC_AWAKE(clk_i, rst_ni)

  always @(posedge clk_i) begin
    if (checking_q && table_we_i) begin
      assert (32'(table_channel_i) < Channels);
    end
    if (checking_q && issue) assert (count_i != '0 && 32'(count_i) <= Channels);
  end
`endif

endmodule
