// SPDX-License-Identifier: Apache-2.0
//
// Upper bounds of a payload (docs/bitstream.md, sections 5 and 11): a payload of n codes has at
// most n * max_code_bits + end_bits bits.

`timescale 1ns / 1ps

package nrc_bound_pkg;

  localparam int BriefClocks = 64;

  // Bits of a code: an escape, with the code itself after it.
  function automatic int max_code_bits(input int profile, input int code_width);
    max_code_bits = code_width + ((profile == nrc_pkg::ProfileRange) ? nrc_pkg::EscapeOverhead
                                                                     : nrc_pkg::MaxCodeLength);
  endfunction

  // Bits after the last code.
  function automatic int end_bits(input int profile);
    end_bits = (profile == nrc_pkg::ProfileRange) ? 1 : 0;
  endfunction

  // Words of a key packet: its first frame's codes are all verbatim.
  function automatic int key_packet_words(input int profile, input int code_width,
                                          input int channels, input int frames);
    key_packet_words = (channels * (code_width +
                                    (frames - 1) * max_code_bits(profile, code_width)) +
                        end_bits(profile) + 31) / 32;
  endfunction

  // Whether the buffer holds any packet.
  function automatic bit whole_fits(input int profile, input int code_width, input int channels,
                                    input int packet_frames, input int buffer_words);
    whole_fits = packet_frames * channels * max_code_bits(profile, code_width) +
                 end_bits(profile) <= 32 * buffer_words;
  endfunction

  // Frames of the packets that follow one for which there was no room, until one is stored: as few
  // as last longer than their way through the encoder and the link's time for a key packet of them,
  // where the buffer may be too small for a whole packet.
  function automatic int brief_frames(input int profile, input int code_width, input int channels,
                                      input int packet_frames, input int loop_latency,
                                      input int buffer_words);
    int clocks;
    clocks       = (channels > loop_latency) ? channels : loop_latency;
    brief_frames = (BriefClocks + clocks - 1) / clocks;
    if (brief_frames > packet_frames) brief_frames = packet_frames;
    if (whole_fits(profile, code_width, channels, packet_frames, buffer_words))
      brief_frames = packet_frames;
  endfunction

  // brief_frames where the number of channels is chosen at run time, of those that a buffer is too
  // small for: without a division.
  function automatic logic [6:0] frames_of_brief_clocks(input logic [16:0] channels,
                                                        input int loop_latency);
    logic [16:0] clocks;
    clocks = (32'(channels) > loop_latency) ? channels : 17'(loop_latency);
    frames_of_brief_clocks = 7'd1;
    for (int f = 2; f <= BriefClocks; f++) begin
      if (32'(clocks) < (BriefClocks + f - 2) / (f - 1)) frames_of_brief_clocks = 7'(f);
    end
  endfunction

  // Of all numbers of channels the most words of a key packet of brief_frames. From BriefClocks
  // channels on it has one frame.
  function automatic int max_key_packet_words(input int profile, input int code_width,
                                              input int channels, input int packet_frames,
                                              input int loop_latency, input int buffer_words);
    int n, frames, words;
    max_key_packet_words = key_packet_words(
        profile, code_width, channels,
        brief_frames(profile, code_width, channels, packet_frames, loop_latency, buffer_words));
    for (n = 1; n <= BriefClocks; n = n + 1) begin
      if (n < channels) begin
        frames = brief_frames(profile, code_width, n, packet_frames, loop_latency, buffer_words);
        words  = key_packet_words(profile, code_width, n, frames);
        if (words > max_key_packet_words) max_key_packet_words = words;
      end
    end
  endfunction

endpackage
