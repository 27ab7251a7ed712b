// SPDX-License-Identifier: Apache-2.0
//
// Latencies of all stages, in clocks, for those who line other signals up with them.
//
// The Huffman encoder has two pipelines. The deep one has a register wherever a slow FPGA needs one
// at 20.48 MHz. The shallow one has as few as silicon needs, where a clock is long and each
// register draws power in every clock.
//
// Clocks of one sample in the deep pipeline, counted from the one in which it enters nrc_predictor
// and nrc_context:
//
//    0  valid_i, channel_i, reset_i; the state RAMs are read
//    6  pred_valid_o, pred_value_o, pred_code_o                       PredictLatency
//    8  the context's valid_o, table_o, raw_bits_o                    + ContextLatency
//    6  value_i (UpdateDelay clocks later in a decoder)
//    7  innovation_*_o                                                + InnovationLatency
//    8  the predictor's state RAM is written
//    9  the context's state RAM is written
//   10  the same channel may enter again                              LoopLatency
//
// The last five rows come UpdateDelay clocks later where that is not zero.
//
// In the shallow pipeline, which is for encoders, the prediction, the value and the writes all come
// in clock 3. The same channel may enter again in clock 4; ShallowLoopLatency is one more, because
// nrc_packet_writer needs four clocks for a packet and nrc_bit_packer may move its end by one.
// nrc_carry_packer may move it by four: the range profile keeps LoopLatency in both pipelines.
//
// In the range profile, the corrected prediction of nrc_taps follows TapsLatency clocks after
// pred_valid_o, that of nrc_neighbour NeighbourLatency after it, and nrc_dispersion works as much
// later as a whole. No loop gets longer.
// tb/common/rtl_constants.hpp has the same numbers for benches, generated from this file.

`timescale 1ns / 1ps

package nrc_latency_pkg;

  // Values of the parameter Pipeline.
  localparam int PipelineDeep    = 0;
  localparam int PipelineShallow = 1;

  // Stages of both profiles.
  localparam int FramerLatency            = 1;
  localparam int Shift6Latency            = 1;
  localparam int PredictLatency           = 6;
  localparam int InnovationLatency        = 1;
  localparam int ShallowFramerLatency     = 0;
  localparam int ShallowShift6Latency     = 0;
  localparam int ShallowPredictLatency    = 3;
  localparam int NarrowLatency            = 2;  // nrc_narrow, instead of predictor and context
  localparam int NarrowRangeLatency       = 1;  // the same of the range profile: nrc_narrow_range
  localparam int ShallowInnovationLatency = 0;

  // Clocks from a sample to the next one of the same channel, with UpdateDelay = 0.
  localparam int LoopLatency        = 10;
  localparam int ShallowLoopLatency = 5;

  // Huffman profile. A packer's latency is that of a codeword's last bit, to the word.
  localparam int ContextLatency          = 2;
  localparam int HuffmanLatency          = 7;
  localparam int BitPackerLatency        = 3;
  localparam int ShallowContextLatency   = 0;
  localparam int ShallowHuffmanLatency   = 1;
  localparam int ShallowBitPackerLatency = 1;

  // Of an event, from the innovation of the code that makes it complete.
  localparam int DetectorLatency         = 3;

  localparam int HuffmanPathLatency = PredictLatency + ContextLatency + HuffmanLatency +
                                      BitPackerLatency;
  localparam int NarrowHuffmanPathLatency  = NarrowLatency + ShallowHuffmanLatency +
                                             ShallowBitPackerLatency;
  localparam int ShallowHuffmanPathLatency = ShallowPredictLatency + ShallowContextLatency +
                                             ShallowHuffmanLatency + ShallowBitPackerLatency;

  // Range profile.
  localparam int LinearizerLatency    = 2;
  localparam int TapsLead             = 2;  // clocks that nrc_taps starts before the prediction
  localparam int TapsLatency          = 1;
  localparam int NeighbourLatency     = 3;
  localparam int NeighbourLoopLatency = NeighbourLatency + InnovationLatency + 2;
  localparam int TapsLoopLatency      = TapsLead + TapsLatency + InnovationLatency + 2;
  localparam int CumulativeLatency    = 6;
  localparam int IntervalLatency      = CumulativeLatency + 1;
  localparam int RangeLatency         = 7;
  localparam int CarryPackerLatency   = 4;

  localparam int ShallowCumulativeLatency  = 2;
  localparam int ShallowIntervalLatency    = ShallowCumulativeLatency;
  localparam int ShallowRangeLatency       = 3;
  localparam int ShallowCarryPackerLatency = 1;

  localparam int NarrowIntervalLatency = 2;  // from the prediction on
  localparam int NarrowCoderLatency    = 3;

  localparam int NarrowRangePathLatency  = 1 + NarrowRangeLatency + NarrowIntervalLatency +
                                           NarrowCoderLatency + ShallowCarryPackerLatency;
  localparam int RangePathLatency        = PredictLatency + IntervalLatency + RangeLatency +
                                           CarryPackerLatency;
  localparam int ShallowRangePathLatency = ShallowPredictLatency + ShallowIntervalLatency +
                                           ShallowRangeLatency + ShallowCarryPackerLatency;

  // More than from a sample's handshake, or the end of a packet without one, until
  // nrc_packet_writer has decided over its packet, in any configuration.
  localparam int CloseLatency = 48;

  // The encoder, from a sample's handshake until its last bit is packed; TapsLatency more with
  // stage taps, NeighbourLatency more with stage neighbour.
  localparam int EncoderLatency        = FramerLatency + Shift6Latency + HuffmanPathLatency;
  localparam int ShallowEncoderLatency = ShallowFramerLatency + ShallowShift6Latency +
                                         ShallowHuffmanPathLatency;
  localparam int NarrowEncoderLatency  = ShallowFramerLatency + ShallowShift6Latency +
                                         NarrowHuffmanPathLatency;
  localparam int RangeEncoderLatency   = FramerLatency + Shift6Latency + RangePathLatency;
  localparam int NarrowRangeEncoderLatency  = ShallowFramerLatency + ShallowShift6Latency +
                                              NarrowRangePathLatency;
  localparam int ShallowRangeEncoderLatency = ShallowFramerLatency + ShallowShift6Latency +
                                              ShallowRangePathLatency;

  // The decoder.
  localparam int HuffmanDecoderLatency = 6;
  localparam int CodeToSampleLatency   = 2;
  localparam int SampleOutputLatency   = 2;
  localparam int DecodePathLatency     = PredictLatency + ContextLatency + HuffmanDecoderLatency +
                                         CodeToSampleLatency;
  localparam int DecoderLatency        = DecodePathLatency + SampleOutputLatency;
  // Clocks from a sample's prediction to its code.
  localparam int DecoderUpdateDelay    = ContextLatency + HuffmanDecoderLatency;
  localparam int DecoderLoopLatency    = LoopLatency + DecoderUpdateDelay;

  // That of the range profile, if nothing waits and each code is in its first window; a clock more
  // for a packet's first sample.
  localparam int RangeDecoderLatency     = 7;
  localparam int RangeDecodePathLatency  = PredictLatency + RangeDecoderLatency +
                                           CodeToSampleLatency;
  localparam int RangeDecoderLoopLatency = PredictLatency + RangeDecoderLatency +
                                           LinearizerLatency + InnovationLatency + 3;
  localparam int RangeDecoderRoom        = 32;  // samples under way; a power of two

  // Of an encoder: clocks of a frame at least.
  function automatic int loop_latency(input bit is_range, input int pipeline);
    loop_latency = (is_range || pipeline == PipelineDeep) ? LoopLatency : ShallowLoopLatency;
  endfunction

endpackage
