// SPDX-License-Identifier: Apache-2.0
//
// Latencies of the front half of the pipeline, for those who line other signals up with it.
//
// The Huffman encoder has two pipelines. The deep one has a register wherever a slow FPGA needs one
// at 20.48 MHz. The shallow one has as few as silicon needs, where a clock is long and each register
// takes power in every clock.
//
// Clocks of one sample in the deep pipeline, counted from the one in which it enters nrc_predictor
// and nrc_context:
//
//    0  valid_i, channel_i, reset_i; the state RAMs are read
//    6  pred_valid_o, pred_value_o, pred_code_o                       PredictLatency
//    8  the context's valid_o, table_o, raw_bits_o                    + ContextLatency
//    6  code_i (UpdateDelay clocks later in a decoder)
//    7  innovation_*_o                                                + InnovationLatency
//    8  the predictor's state RAM is written
//    9  the context's state RAM is written
//   10  the same channel may enter again                              LoopLatency
//
// The last four rows come UpdateDelay clocks later where that is not zero.
//
// In the shallow pipeline, which is for encoders, all of rows 6 to 9 are clock 3. The same channel
// may enter again in clock 4; ShallowLoopLatency is one more, because nrc_packet_writer needs four
// clocks for a packet and nrc_bit_packer may move its end by one.
//
// In the range profile with nrc_neighbour, its corrected prediction follows NeighbourLatency clocks
// after pred_valid_o, and nrc_dispersion works that much later as a whole. No loop gets longer.

package nrc_latency_pkg;

  // Values of the parameter Pipeline.
  localparam int PipelineDeep    = 0;
  localparam int PipelineShallow = 1;

  localparam int PredictLatency    = 6;
  localparam int ContextLatency    = 2;
  localparam int InnovationLatency = 1;
  localparam int NeighbourLatency  = 3;

  // Clocks from a sample to the next one of the same channel, with UpdateDelay = 0.
  localparam int LoopLatency = 10;

  localparam int ShallowPredictLatency    = 3;
  localparam int ShallowContextLatency    = 0;
  localparam int ShallowInnovationLatency = 0;
  localparam int ShallowLoopLatency       = 5;

  // The decoder: clocks from a sample's table to its code, and so from its prediction to the code.
  localparam int CodeLatency        = 6;
  localparam int DecoderUpdateDelay = ContextLatency + CodeLatency;

endpackage
