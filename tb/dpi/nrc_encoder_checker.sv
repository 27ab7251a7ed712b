// SPDX-License-Identifier: Apache-2.0
//
// Compares every word that an nrc_encoder sends with the golden model (nrc_dpi_pkg), in any
// simulator with DPI-C. A line binds it to all encoders of a design:
//
//   bind nrc_encoder nrc_encoder_checker #(
//     .Channels(Channels), .CodeWidth(CodeWidth), .Profile(Profile), .Mapping(Mapping), .Taps(Taps),
//     .Neighbour(Neighbour), .Narrow(Narrow), .PacketFrames(PacketFrames), .KeyInterval(KeyInterval),
//     .RateMillihertz(RateMillihertz), .Tables("default")) u_checker (.*);
//
// A word that differs is an error ($error), once for a stream. What the model cannot follow ends the
// comparison until the next reset, with a warning: a packet that was dropped, a frame of the wrong
// length or cut short, a sample off the grid of Mapping. Rate control, events and classes have no
// model here; make sim and `nrc stream encode --rtl` have.

`timescale 1ns / 1ps

module nrc_encoder_checker #(
  parameter int    Channels       = -1,
  parameter int    CodeWidth      = -1,
  parameter int    Profile        = -1,
  parameter int    Mapping        = -1,
  parameter int    Taps           = -1,
  parameter int    Neighbour      = -1,
  parameter int    Narrow         = -1,
  parameter int    PacketFrames   = -1,
  parameter int    KeyInterval    = -1,
  parameter int    RateMillihertz = -1,
  parameter string Tables         = "",  // built-in set in the encoder's ROMs, or loaded
  localparam int   ChannelWidth   = (Channels > 1) ? $clog2(Channels) : 1
) (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        enable_i,
  input logic        flush_i,
  input logic        key_request_i,
  input logic [31:0] stream_number_i,
  input logic [ChannelWidth-1:0] last_channel,  // of nrc_encoder, inside
  input logic        s_axis_tvalid,
  input logic        s_axis_tready,
  input logic [15:0] s_axis_tdata,
  input logic        s_axis_tlast,
  input logic        m_axis_tvalid,
  input logic        m_axis_tready,
  input logic [31:0] m_axis_tdata,
  input logic        m_axis_tlast,
  input logic [31:0] dropped_o,
  input logic [31:0] off_grid_o
);

  import nrc_dpi_pkg::*;

  int unsigned words_checked = 0;  // since the simulation began, for the bench
  int unsigned errors        = 0;

  chandle      model[$];         // of the streams whose words have not all come, the oldest first
  chandle      newest;
  logic [32:0] got[$];           // {tlast, tdata}, not yet compared
  bit          follows   = 1;    // the model does
  bit          open      = 0;    // the newest model takes samples
  bit          key       = 0;    // requested, for the next packet
  bit          swallow   = 0;    // up to the next tlast: samples between two streams
  bit          flushed   = 0;    // flush_i, one clock before
  int          channel   = 0;
  int          frame     = 0;    // in its packet
  bit [7:0]    streams   = 0;    // since reset

  function automatic void give_up(input string why);
    if (follows) $warning("%m: not compared from here to the next reset: %s", why);
    follows = 0;
  endfunction

  function automatic void forget();
    while (model.size() != 0) nrc_dpi_destroy(model.pop_front());
    got.delete();
    follows = 1;
    open    = 0;
    key     = 0;
    swallow = 0;
    flushed = 0;
    channel = 0;
    frame   = 0;
    streams = 0;
  endfunction

  // The number of the n-th stream: nrc_packet_emitter.
  function automatic int unsigned stream_number();
    int unsigned number = stream_number_i;
    for (int b = 0; b < 8; b++) number[15-b] = number[15-b] ^ streams[b];
    return number;
  endfunction

  function automatic void begin_stream();
    newest = nrc_dpi_create(int'(last_channel) + 1, CodeWidth, Profile, Mapping, Taps, Neighbour, Narrow,
                                  PacketFrames, KeyInterval, RateMillihertz, Tables,
                                  stream_number());
    if (newest == null) $fatal(1, "%m: the golden model refuses these parameters: %s", nrc_dpi_failure());
    model.push_back(newest);
    streams++;
    open    = 1;
    channel = 0;
    frame   = 0;
  endfunction

  // Returns whether a packet begins with it.
  function automatic bit take_sample();
    bit first = channel == 0 && frame == 0;
    bit last;
    if (swallow) begin
      swallow = !s_axis_tlast;
      return 0;
    end
    if (!open) begin
      if (!enable_i) begin
        swallow = !s_axis_tlast;
        return 0;
      end
      begin_stream();
      first = 1;
    end
    if ((channel == int'(last_channel)) != s_axis_tlast) begin
      give_up("a frame has the wrong length");
      return 0;
    end
    last = s_axis_tlast && !enable_i;
    if (nrc_dpi_sample(newest, s_axis_tdata, key || key_request_i, last) == 0) begin
      give_up(nrc_dpi_message(newest));
      return 0;
    end
    channel = s_axis_tlast ? 0 : channel + 1;
    if (s_axis_tlast) frame = (frame == PacketFrames - 1) ? 0 : frame + 1;
    if (last) open = 0;
    return first;
  endfunction

  // Words that both have. The oldest model is done when a younger one has a word that is due.
  function automatic void compare();
    int word;
    bit last;
    while (got.size() != 0) begin
      while (nrc_dpi_word(model[0], word, last) == 0) begin
        if (model.size() < 2) return;
        nrc_dpi_destroy(model.pop_front());
      end
      if (got[0] != {last, word}) begin
        $error("%m: word %0d is %h%s; the golden model has %h%s", words_checked, got[0][31:0],
               got[0][32] ? " (last)" : "", word, last ? " (last)" : "");
        errors++;
        follows = 0;
        return;
      end
      void'(got.pop_front());
      words_checked++;
    end
  endfunction

  bit begins;  // a packet, in this clock

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      forget();
    end else if (follows) begin
      if (dropped_o != 0) give_up("a packet was dropped");
      if (off_grid_o != 0) give_up("a sample is off the grid of the mapping");
      // A flush takes effect a clock later, unless the stream has closed meanwhile.
      if (flushed && open) begin
        if (nrc_dpi_close(newest) == 0) give_up(nrc_dpi_message(newest));
        open = 0;
      end
      flushed = flush_i;
      // A request lasts until a packet begins, that of this clock included. (take_sample() must not
      // be an operand of &&: Verilator up to 5.032 calls it whatever the one before it says.)
      begins = 0;
      if (follows && s_axis_tvalid && s_axis_tready) begins = take_sample();
      if (begins) key = 0;
      else if (key_request_i) key = 1;
      if (m_axis_tvalid && m_axis_tready) got.push_back({m_axis_tlast, m_axis_tdata});
      // The model is ahead: a packet leaves after its last sample has come.
      if (follows && got.size() != 0 && model.size() == 0) begin
        $error("%m: a word without a stream");
        errors++;
        follows = 0;
      end
      if (follows) compare();
    end
  end

  final begin
    forget();
    $display("%m: %0d words are the golden model's, %0d errors", words_checked, errors);
  end

endmodule
