// SPDX-License-Identifier: Apache-2.0
//
// Formal proof of nrc_framer. Whatever comes in, with whatever pauses:
//
// There are Channels channels, or in MinChannels to Channels any number that stays.
//
// - Every sample that belongs to a stream comes out once, one clock after it was taken, unaltered,
//   and no other does. Channels count from 0 in every frame.
// - s_axis_tready does not depend on the inputs of its clock: a second framer sees the same inputs
//   up to an arbitrary clock and others in it, and both are ready or not together.
// - A packet has 1 to PacketFrames frames; less than PacketFrames only with `bad` or `last`. `bad`
//   marks frames of the wrong length and no others, and so does framing_error_o.
// - A packet is a key packet where docs/rtl.md says so and nowhere else. `first` is its first frame.
// - flush_i closes an open stream: one clock later tready falls, for twice CloseLatency clocks. In the
//   middle of them flush_o ends the packet in progress, whose flags are there since two clocks after, or
//   close_o a stream between two packets; flushed_o is high from then on. A frame in progress is an error.
// - A packet that begins with brief_needed_i has BriefFrames frames at most.
// - Frames end LoopLatency clocks apart, but for those of the wrong length, and so do samples of a
//   channel, but for those whose state counts as reset. nrc_carry_packer and the memories of the
//   channels rely on it.

`timescale 1ns / 1ps

module framer_formal #(
  parameter int Channels     = 3,  // of a frame, at most
  parameter int MinChannels  = 3,  // and at least
  parameter int PacketFrames = 2,
  parameter int BriefFrames  = 1,
  parameter int CloseLatency = 3,
  parameter int KeyInterval  = 2,
  parameter int LoopLatency  = 5
) (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        enable_i,
  input logic        key_request_i,
  input logic        key_needed_i,
  input logic        brief_needed_i,
  input logic        flush_i,
  input logic        tvalid_i,
  input logic [15:0] tdata_i,
  input logic        tlast_i,
  input logic        split_i,       // the second framer's inputs differ from now on
  input logic [22:0] other_i        // they are these
);

  localparam int ChannelWidth = (Channels > 1) ? $clog2(Channels) : 1;
  localparam int FrameWidth   = (PacketFrames > 1) ? $clog2(PacketFrames) : 1;

  // Any legal number.
  (* anyconst *) logic [ChannelWidth-1:0] last_channel;

  logic                    ready, valid, first, frame_end, packet_end, key, bad, last, error;
  logic                    flush, flushed, close;
  logic [15:0]             sample;
  logic [ChannelWidth-1:0] channel;

  nrc_framer #(
    .Channels    (Channels),
    .MinChannels (MinChannels),
    .PacketFrames(PacketFrames),
    .KeyInterval (KeyInterval),
    .LoopLatency (LoopLatency),
    .Pipeline    (nrc_latency_pkg::PipelineDeep),
    .CloseLatency(CloseLatency)
  ) u_dut (
    .clk_i,
    .rst_ni,
    .last_channel_i (last_channel),
    .brief_last_i   (FrameWidth'(BriefFrames - 1)),
    .enable_i,
    .key_request_i,
    .key_needed_i,
    .brief_needed_i,
    .flush_i,
    .s_axis_tvalid_i(tvalid_i),
    .s_axis_tready_o(ready),
    .s_axis_tdata_i (tdata_i),
    .s_axis_tlast_i (tlast_i),
    .valid_o        (valid),
    .sample_o       (sample),
    .channel_o      (channel),
    .first_o        (first),
    .side_o         ({frame_end, packet_end, key, bad, last}),
    .flush_o        (flush),
    .flushed_o      (flushed),
    .close_o        (close),
    .open_o         (),
    .settled_o      (),
    .packet_begin_o (),
    .framing_error_o(error)
  );

  // The second one.
  logic split_q, split, other_ready;
  assign split = split_q || split_i;

  nrc_framer #(
    .Channels    (Channels),
    .MinChannels (MinChannels),
    .PacketFrames(PacketFrames),
    .KeyInterval (KeyInterval),
    .LoopLatency (LoopLatency),
    .Pipeline    (nrc_latency_pkg::PipelineDeep),
    .CloseLatency(CloseLatency)
  ) u_other (
    .clk_i,
    .rst_ni,
    .last_channel_i (last_channel),
    .brief_last_i   (FrameWidth'(BriefFrames - 1)),
    .enable_i       (split ? other_i[0] : enable_i),
    .key_request_i  (split ? other_i[1] : key_request_i),
    .key_needed_i   (split ? other_i[2] : key_needed_i),
    .brief_needed_i (split ? other_i[21] : brief_needed_i),
    .flush_i        (split ? other_i[22] : flush_i),
    .s_axis_tvalid_i(split ? other_i[3] : tvalid_i),
    .s_axis_tready_o(other_ready),
    .s_axis_tdata_i (split ? other_i[20:5] : tdata_i),
    .s_axis_tlast_i (split ? other_i[4] : tlast_i),
    .valid_o        (),
    .sample_o       (),
    .channel_o      (),
    .first_o        (),
    .side_o         (),
    .flush_o        (),
    .flushed_o      (),
    .close_o        (),
    .open_o         (),
    .settled_o      (),
    .packet_begin_o (),
    .framing_error_o()
  );

  // What should come out, from the rules of docs/rtl.md.
  localparam int MaxClocks = 15;

  logic        begun_q;             // after the first clock
  logic        open_q;              // a stream is open
  logic        inside_q;            // the next sample is inside a frame of the stream
  logic        skip_q;              // or to be thrown away, up to the frame's end
  logic [15:0] channel_q;           // of the next sample
  logic [15:0] frames_q;            // of the packet, before this one
  logic        requested_q;         // key packet, since the last packet began
  logic        cut_q;               // the packet before ended with a framing error
  logic [15:0] since_key_q;         // packets that began since the last key packet, with it
  logic        is_key_q;            // the packet in progress is a key packet
  logic        is_brief_q;          // it has BriefFrames frames
  logic        brief_now;
  logic        flush_q, flush_now;  // flush_i a clock before, and with an open stream
  logic [3:0]  rest_q;              // clocks in which tready is low for it
  logic        cut_frame_q, between_q, cut_error_q;
  logic        taken, coded, begins, key_now, ends, wrong, closes, whole;

  assign taken   = tvalid_i && ready;
  assign coded   = taken && !skip_q && (inside_q || open_q || enable_i);
  assign begins  = coded && !inside_q && frames_q == '0;
  assign key_now = !begins ? is_key_q
                   : !open_q || cut_q || key_needed_i || requested_q || key_request_i ||
                     (KeyInterval != 0 && since_key_q >= 16'(KeyInterval));
  assign wrong   = coded && (tlast_i != (channel_q == 16'(last_channel)));
  assign ends    = coded && (tlast_i || wrong);
  assign closes  = ends && !wrong && !enable_i;
  assign brief_now = begins ? brief_needed_i : is_brief_q;
  assign whole   = ends && (wrong || closes || frames_q == 16'(PacketFrames - 1) ||
                            (brief_now && frames_q == 16'(BriefFrames - 1)));
  assign flush_now = flush_q && open_q;

  // Outputs that are due in the next clock.
  logic        valid_q, first_q, frame_end_q, packet_end_q, key_q, bad_q, last_q;
  logic [15:0] sample_q, place_q;

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_q       <= 1'b0;
      inside_q     <= 1'b0;
      skip_q       <= 1'b0;
      channel_q    <= '0;
      frames_q     <= '0;
      requested_q  <= 1'b0;
      cut_q        <= 1'b0;
      since_key_q  <= '0;
      is_key_q     <= 1'b0;
      is_brief_q   <= 1'b0;
      flush_q      <= 1'b0;
      rest_q       <= '0;
      cut_frame_q  <= 1'b0;
      between_q    <= 1'b0;
      cut_error_q  <= 1'b0;
      valid_q      <= 1'b0;
      first_q      <= 1'b0;
      frame_end_q  <= 1'b0;
      packet_end_q <= 1'b0;
      key_q        <= 1'b0;
      bad_q        <= 1'b0;
      last_q       <= 1'b0;
      sample_q     <= '0;
      place_q      <= '0;
      split_q      <= 1'b0;
    end else begin
      split_q <= split;
      if (begins)             requested_q <= 1'b0;
      else if (key_request_i) requested_q <= 1'b1;
      if (taken) begin
        skip_q   <= !tlast_i && (!coded || wrong);
        inside_q <= coded && !ends;
      end
      if (coded) begin
        open_q    <= !closes;
        channel_q <= ends ? '0 : channel_q + 16'd1;
        is_key_q  <= key_now;
        is_brief_q <= brief_now;
        if (begins) since_key_q <= key_now ? 16'd1 : since_key_q + 16'd1;
        if (ends) begin
          frames_q <= whole ? '0 : frames_q + 16'd1;
          cut_q    <= wrong;
        end
      end
      flush_q     <= flush_i;
      cut_error_q <= flush_now && inside_q;
      if (flush_now)         rest_q <= 4'(2 * CloseLatency);
      else if (rest_q != '0) rest_q <= rest_q - 4'd1;
      if (flush_now) begin
        open_q      <= 1'b0;
        inside_q    <= 1'b0;
        skip_q      <= skip_q || inside_q;
        channel_q   <= '0;
        frames_q    <= '0;
        cut_q       <= 1'b0;
        cut_frame_q <= inside_q;
        between_q   <= !inside_q && frames_q == '0;
      end
      valid_q      <= coded;
      first_q      <= key_now && frames_q == '0;
      frame_end_q  <= ends;
      packet_end_q <= whole;
      key_q        <= key_now;
      bad_q        <= wrong;
      last_q       <= closes;
      sample_q     <= tdata_i;
      place_q      <= channel_q;
    end
  end

  // Distances at the output: clocks since an arbitrary channel's sample, since a frame's end.
  (* anyconst *) logic [ChannelWidth-1:0] watched;
  logic [3:0] since_sample_q, since_end_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      since_sample_q <= '1;
      since_end_q    <= '1;
    end else begin
      if (valid && channel == watched)  since_sample_q <= 4'd1;
      else if (since_sample_q != '1)    since_sample_q <= since_sample_q + 4'd1;
      if (valid && frame_end)           since_end_q <= 4'd1;
      else if (since_end_q != '1)       since_end_q <= since_end_q + 4'd1;
    end
  end

  always_comb begin
    assume (begun_q || !rst_ni);
    assume (32'(last_channel) < Channels && 32'(last_channel) >= MinChannels - 1);
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      all_samples: assert (valid == valid_q);
      errors:      assert (error == ((valid_q && bad_q) || cut_error_q));
      rests:       assert (!ready || !(flush_now || rest_q != '0));
      flushes:     assert (flush == (rest_q == 4'(CloseLatency) && !between_q));
      closes_it:   assert (close == (rest_q == 4'(CloseLatency) && between_q));
      is_flushed:  assert (flushed == (rest_q != '0 && rest_q <= 4'(CloseLatency)));
      if (rest_q != '0) begin
        its_flags: assert (packet_end && last && (between_q || (key == is_key_q && bad == cut_frame_q)));
        quiet:     assert (!valid);
      end
      registered:  assert (split_q || ready == other_ready);
      if (valid) begin
        data:      assert (sample == sample_q && 16'(channel) == place_q);
        in_order:  assert (channel <= last_channel);
        marks:     assert (frame_end == frame_end_q && packet_end == packet_end_q &&
                           key == key_q && first == first_q && bad == bad_q && last == last_q);
        whole_packets: assert (!(bad && last) && (packet_end || !(bad || last)) &&
                               (frame_end || !packet_end));
        if (frame_end && !bad) frames_apart: assert (since_end_q >= 4'(LoopLatency));
        if (channel == watched && !first) samples_apart: assert (since_sample_q >= 4'(LoopLatency));
      end
    end
  end

endmodule
