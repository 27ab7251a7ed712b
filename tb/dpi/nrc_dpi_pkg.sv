// SPDX-License-Identifier: Apache-2.0
//
// The golden model of nrc_encoder, in C, for a bench (DPI-C). Compile nrc_dpi.c with it and link the
// library nrc. nrc_encoder_checker does all of this for an encoder in a design.
//
//   chandle model = nrc_dpi_pkg::nrc_dpi_create(...);       a stream begins; null: nrc_dpi_failure() says why
//   void'(nrc_dpi_pkg::nrc_dpi_sample(model, sample, key, last));
//   while (nrc_dpi_pkg::nrc_dpi_word(model, word, end_of_packet) != 0) ...

`timescale 1ns / 1ps

package nrc_dpi_pkg;

  // The encoder's parameters, the name of its table set, and the stream's number.
  import "DPI-C" function chandle nrc_dpi_create(
    input int channels, input int code_width, input int profile, input int mapping, input int taps,
    input int neighbour, input int narrow, input int packet_frames, input int key_interval,
    input int rate_millihertz, input string tables, input int unsigned stream_number);
  import "DPI-C" function string nrc_dpi_failure();
  import "DPI-C" function void nrc_dpi_destroy(input chandle model);

  // The next sample, channel by channel. key: with the first one of a packet, this is to be a key
  // packet. last: with the last one of a frame, the stream ends. Returns 1; 0: nrc_dpi_message()
  // says why.
  import "DPI-C" function int nrc_dpi_sample(input chandle model, input shortint sample,
                                             input bit key, input bit last);
  // The stream ends without a sample, between two frames.
  import "DPI-C" function int nrc_dpi_close(input chandle model);
  import "DPI-C" function string nrc_dpi_message(input chandle model);

  // Takes the next word of the stream. last: of a packet. Returns 0 if there is none.
  import "DPI-C" function int nrc_dpi_word(input chandle model, output int word, output bit last);

endpackage
