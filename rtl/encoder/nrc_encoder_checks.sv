// SPDX-License-Identifier: Apache-2.0
//
// Rejects illegal parameters of nrc_encoder (docs/rtl.md, "Misuse"): one line that
// names the parameter ends the simulation at time 0, and Verilator's elaboration as well.
// Synthesis, which has no messages that all tools know, ends at a module that does not exist, with
// the fault for a name. A buffer that is legal but too small for the largest packet gives a warning
// in simulation. No ports, no logic.

`timescale 1ns / 1ps

module nrc_encoder_checks #(
  parameter int Channels        = -1,
  parameter int VariableChannels = -1,
  parameter int CodeWidth       = -1,
  parameter int Profile         = -1,
  parameter int Narrow          = -1,
  parameter int RateControl     = -1,
  parameter int Events          = -1,
  parameter int EventWords      = -1,
  parameter int Classes         = -1,
  parameter int Taps            = -1,
  parameter int Neighbour       = -1,
  parameter int Mapping         = -1,
  parameter int PacketFrames    = -1,
  parameter int KeyInterval     = -1,
  parameter int RateMillihertz  = -1,
  parameter int BufferWords     = -1,
  parameter int PacketFifoDepth = -1,
  parameter int LoadableTables  = -1,
  parameter int Pipeline        = -1
) ();

  `include "nrc_assert.svh"

  localparam bit     IsRange = Profile == nrc_pkg::ProfileRange;
  localparam logic signed [63:0] Samples = 64'(Channels) * 64'(PacketFrames);
  localparam int MaxWords = nrc_pkg::MaxPacketSamples;  // no packet has more

  if (Channels < 1 || Channels > nrc_pkg::MaxChannels) begin : gen_channels
    `NRC_REFUSE(nrc_encoder_Channels_give_1_to_65536,
                "nrc_encoder: Channels is %0d; give 1 to 65536", Channels)
  end
  if (VariableChannels != 0 && VariableChannels != 1) begin : gen_variable_channels
    `NRC_REFUSE(nrc_encoder_VariableChannels_give_0_or_1,
                "nrc_encoder: VariableChannels is %0d; give 0 or 1", VariableChannels)
  end
  if (CodeWidth < nrc_pkg::MinCodeWidth || CodeWidth > nrc_pkg::MaxCodeWidth) begin : gen_width
    `NRC_REFUSE(nrc_encoder_CodeWidth_give_2_to_16,
                "nrc_encoder: CodeWidth is %0d; give 2 to 16", CodeWidth)
  end
  if (Profile != nrc_pkg::ProfileHuffman && !IsRange) begin : gen_profile
    `NRC_REFUSE(nrc_encoder_Profile_give_0_Huffman_or_1_range,
                "nrc_encoder: Profile is %0d; give 0 (Huffman) or 1 (range)", Profile)
  end
  if (IsRange && CodeWidth < 4) begin : gen_range_width
    `NRC_REFUSE(nrc_encoder_CodeWidth_with_Profile_1_give_4_to_16,
                "nrc_encoder: CodeWidth is %0d; with Profile 1 give 4 to 16", CodeWidth)
  end
  if (Narrow != 0 && Narrow != 1) begin : gen_narrow
    `NRC_REFUSE(nrc_encoder_Narrow_give_0_or_1,
                "nrc_encoder: Narrow is %0d; give 0 or 1", Narrow)
  end
  if (Narrow != 0 && IsRange && CodeWidth > nrc_pkg::PlainWidth) begin : gen_narrow_range_width
    `NRC_REFUSE(nrc_encoder_CodeWidth_with_Narrow_1_and_Profile_1_give_8_to_10,
                "nrc_encoder: CodeWidth is %0d; with Narrow 1 and Profile 1 give 8 to 10",
                CodeWidth)
  end
  if (Narrow != 0 && IsRange && LoadableTables != 0) begin : gen_narrow_range_tables
    `NRC_REFUSE(nrc_encoder_LoadableTables_with_Narrow_1_and_Profile_1_give_0,
                "nrc_encoder: LoadableTables is %0d; with Narrow 1 and Profile 1 give 0",
                LoadableTables)
  end
  if (Narrow != 0 && Taps != 0) begin : gen_narrow_taps
    `NRC_REFUSE(nrc_encoder_Taps_with_Narrow_1_give_0,
                "nrc_encoder: Taps is %0d; with Narrow 1 give 0", Taps)
  end
  if (Narrow != 0 && Neighbour != 0) begin : gen_narrow_neighbour
    `NRC_REFUSE(nrc_encoder_Neighbour_with_Narrow_1_give_0,
                "nrc_encoder: Neighbour is %0d; with Narrow 1 give 0", Neighbour)
  end
  if (Narrow != 0 && Pipeline == nrc_latency_pkg::PipelineDeep) begin : gen_narrow_pipeline
    `NRC_REFUSE(nrc_encoder_Pipeline_with_Narrow_1_give_1_shallow,
                "nrc_encoder: Pipeline is %0d; with Narrow 1 give 1 (shallow)", Pipeline)
  end
  if (Narrow != 0 && (Channels < 8 || Channels % 4 != 0)) begin : gen_narrow_channels
    `NRC_REFUSE(nrc_encoder_Channels_with_Narrow_1_give_a_multiple_of_4_from_8_on,
                "nrc_encoder: Channels is %0d; with Narrow 1 give a multiple of 4, 8 or more",
                Channels)
  end
  if (Narrow != 0 && CodeWidth < nrc_pkg::MinNarrowWidth) begin : gen_narrow_width
    `NRC_REFUSE(nrc_encoder_CodeWidth_with_Narrow_1_give_8_to_16,
                "nrc_encoder: CodeWidth is %0d; with Narrow 1 give 8 to 16", CodeWidth)
  end
  if (Taps != 0 && Taps != 1) begin : gen_taps
    `NRC_REFUSE(nrc_encoder_Taps_give_0_or_1,
                "nrc_encoder: Taps is %0d; give 0 or 1", Taps)
  end
  if (Taps != 0 && !IsRange) begin : gen_taps_profile
    `NRC_REFUSE(nrc_encoder_Taps_with_Profile_0_give_0,
                "nrc_encoder: Taps is %0d; with Profile 0 give 0", Taps)
  end
  if (Neighbour != 0 && Neighbour != 1) begin : gen_neighbour
    `NRC_REFUSE(nrc_encoder_Neighbour_give_0_or_1,
                "nrc_encoder: Neighbour is %0d; give 0 or 1", Neighbour)
  end
  if (Neighbour != 0 && !IsRange) begin : gen_neighbour_profile
    `NRC_REFUSE(nrc_encoder_Neighbour_with_Profile_0_give_0,
                "nrc_encoder: Neighbour is %0d; with Profile 0 give 0", Neighbour)
  end
  if (Mapping != nrc_pkg::MappingCode && Mapping != nrc_pkg::MappingShift6) begin : gen_mapping
    `NRC_REFUSE(nrc_encoder_Mapping_give_0_code_or_1_shift6,
                "nrc_encoder: Mapping is %0d; give 0 (code) or 1 (shift6)", Mapping)
  end
  if (Mapping == nrc_pkg::MappingShift6 && CodeWidth != 10) begin : gen_mapping_width
    `NRC_REFUSE(nrc_encoder_CodeWidth_with_Mapping_1_shift6_give_10,
                "nrc_encoder: CodeWidth is %0d; with Mapping 1 (shift6) give 10", CodeWidth)
  end
  if (PacketFrames < 1 || PacketFrames > 65535) begin : gen_frames
    `NRC_REFUSE(nrc_encoder_PacketFrames_give_1_to_65535,
                "nrc_encoder: PacketFrames is %0d; give 1 to 65535", PacketFrames)
  end
  if (Samples > 64'(nrc_pkg::MaxPacketSamples)) begin : gen_samples
    `NRC_REFUSE(nrc_encoder_PacketFrames_times_Channels_give_at_most_16777216,
                "nrc_encoder: PacketFrames * Channels is %0d; give at most 16777216", Samples)
  end
  if (KeyInterval < 0 || KeyInterval > 65535) begin : gen_key_interval
    `NRC_REFUSE(nrc_encoder_KeyInterval_give_0_to_65535,
                "nrc_encoder: KeyInterval is %0d; give 0 to 65535", KeyInterval)
  end
  if (RateMillihertz < 0) begin : gen_rate
    `NRC_REFUSE(nrc_encoder_RateMillihertz_give_0_unknown_or_more,
                "nrc_encoder: RateMillihertz is %0d; give 0 (unknown) or more", RateMillihertz)
  end
  if (BufferWords < 4 || BufferWords > MaxWords || (BufferWords & (BufferWords - 1)) != 0)
  begin : gen_buffer
    `NRC_REFUSE(nrc_encoder_BufferWords_give_a_power_of_two_4_to_16777216,
                "nrc_encoder: BufferWords is %0d; give a power of two, 4 to 16777216",
                BufferWords)
  end
  // After a drop a key packet must find room, or nothing is ever sent again.
  localparam int Loop = nrc_latency_pkg::loop_latency(IsRange, Pipeline);
  localparam bit CanBound = Channels >= 1 && Channels <= nrc_pkg::MaxChannels &&
                            PacketFrames >= 1 && CodeWidth >= 2 && CodeWidth <= 16 &&
                            Samples <= 64'(nrc_pkg::MaxPacketSamples) && BufferWords >= 4 &&
                            BufferWords <= MaxWords;
  localparam int BriefFrames = CanBound
      ? nrc_bound_pkg::brief_frames(Profile, CodeWidth, Channels, PacketFrames, Loop, BufferWords)
      : 1;
  localparam int KeyWords = !CanBound ? 1 : (VariableChannels == 0)
      ? nrc_bound_pkg::key_packet_words(Profile, CodeWidth, Channels, BriefFrames)
      : nrc_bound_pkg::max_key_packet_words(Profile, CodeWidth, Channels, PacketFrames, Loop,
                                            BufferWords);
  // The fewest samples of a packet, for what needs a time.
  localparam logic signed [63:0] MinSamples = (VariableChannels == 0) ? Samples : 64'sd1;

  if (KeyWords > BufferWords) begin : gen_key_packet
    `NRC_REFUSE(nrc_encoder_BufferWords_give_enough_for_a_key_packet,
                "nrc_encoder: BufferWords is too small for a key packet; give %0d or more",
                1 << $clog2(KeyWords))
  end
  if (PacketFifoDepth < 1 || PacketFifoDepth > 65536) begin : gen_fifo
    `NRC_REFUSE(nrc_encoder_PacketFifoDepth_give_1_to_65536,
                "nrc_encoder: PacketFifoDepth is %0d; give 1 to 65536", PacketFifoDepth)
  end
  if (LoadableTables != 0 && LoadableTables != 1) begin : gen_loadable
    `NRC_REFUSE(nrc_encoder_LoadableTables_give_0_or_1,
                "nrc_encoder: LoadableTables is %0d; give 0 or 1", LoadableTables)
  end
  if (Pipeline != nrc_latency_pkg::PipelineDeep && Pipeline != nrc_latency_pkg::PipelineShallow)
  begin : gen_pipeline
    `NRC_REFUSE(nrc_encoder_Pipeline_give_0_deep_or_1_shallow,
                "nrc_encoder: Pipeline is %0d; give 0 (deep) or 1 (shallow)", Pipeline)
  end
  if (Pipeline == nrc_latency_pkg::PipelineShallow && IsRange && Taps != 0)
  begin : gen_pipeline_taps
    `NRC_REFUSE(nrc_encoder_Pipeline_with_Taps_1_give_0_deep,
                "nrc_encoder: Pipeline is %0d; with Taps 1 give 0 (deep)", Pipeline)
  end
  if (Pipeline == nrc_latency_pkg::PipelineShallow && IsRange && Neighbour != 0)
  begin : gen_pipeline_neighbour
    `NRC_REFUSE(nrc_encoder_Pipeline_with_Neighbour_1_give_0_deep,
                "nrc_encoder: Pipeline is %0d; with Neighbour 1 give 0 (deep)", Pipeline)
  end

  if (RateControl != 0 && RateControl != 1) begin : gen_rate_control
    `NRC_REFUSE(nrc_encoder_RateControl_give_0_or_1,
                "nrc_encoder: RateControl is %0d; give 0 or 1", RateControl)
  end
  if (RateControl != 0 && IsRange) begin : gen_rate_control_profile
    `NRC_REFUSE(nrc_encoder_RateControl_with_Profile_1_give_0,
                "nrc_encoder: RateControl is %0d; with Profile 1 give 0", RateControl)
  end
  if (RateControl != 0 && Narrow != 0) begin : gen_rate_control_narrow
    `NRC_REFUSE(nrc_encoder_RateControl_with_Narrow_1_give_0,
                "nrc_encoder: RateControl is %0d; with Narrow 1 give 0", RateControl)
  end
  if (RateControl != 0 && Pipeline == nrc_latency_pkg::PipelineShallow)
  begin : gen_rate_control_pipeline
    `NRC_REFUSE(nrc_encoder_Pipeline_with_RateControl_1_give_0_deep,
                "nrc_encoder: Pipeline is %0d; with RateControl 1 give 0 (deep)", Pipeline)
  end
  if (RateControl != 0 && BufferWords < 64) begin : gen_rate_control_buffer
    `NRC_REFUSE(nrc_encoder_BufferWords_with_RateControl_1_give_64_or_more,
                "nrc_encoder: BufferWords is %0d; with RateControl 1 give 64 or more", BufferWords)
  end
  if (RateControl != 0 && (nrc_tables_pkg::SymbolBits != 6 || nrc_tables_pkg::NumClasses < 2))
  begin : gen_rate_control_tables
    `NRC_REFUSE(nrc_encoder_RateControl_needs_tables_of_6_symbol_bits_and_2_classes,
                "nrc_encoder: RateControl is %0d; it needs tables of 6 symbol bits and 2 classes",
                RateControl)
  end
  // A packet's size is known some 20 clocks after its last sample, and is wanted one packet later.
  if (RateControl != 0 && MinSamples < 64 && PacketFrames * nrc_latency_pkg::LoopLatency < 64)
  begin : gen_rate_control_packets
    `NRC_REFUSE(nrc_encoder_PacketFrames_with_RateControl_1_give_packets_of_64_clocks,
                "nrc_encoder: PacketFrames is %0d; with RateControl 1 give packets of 64 clocks",
                PacketFrames)
  end

  if (Events != 0 && Events != 1) begin : gen_events
    `NRC_REFUSE(nrc_encoder_Events_give_0_or_1,
                "nrc_encoder: Events is %0d; give 0 or 1", Events)
  end
  if (Events != 0 && IsRange) begin : gen_events_profile
    `NRC_REFUSE(nrc_encoder_Events_with_Profile_1_give_0,
                "nrc_encoder: Events is %0d; with Profile 1 give 0", Events)
  end
  // An event's word has as many bits for the channel as the stream's channels need.
  if (Events != 0 && VariableChannels != 0) begin : gen_events_variable
    `NRC_REFUSE(nrc_encoder_Events_with_VariableChannels_1_give_0,
                "nrc_encoder: Events is %0d; with VariableChannels 1 give 0", Events)
  end
  if (Events != 0 && Narrow != 0) begin : gen_events_narrow
    `NRC_REFUSE(nrc_encoder_Events_with_Narrow_1_give_0,
                "nrc_encoder: Events is %0d; with Narrow 1 give 0", Events)
  end
  if (Events != 0 && !IsRange && Narrow == 0 && Pipeline == nrc_latency_pkg::PipelineShallow)
  begin : gen_events_pipeline
    `NRC_REFUSE(nrc_encoder_Pipeline_with_Events_1_give_0_deep,
                "nrc_encoder: Pipeline is %0d; with Events 1 give 0 (deep)", Pipeline)
  end
  if (Events != 0 && nrc_tables_pkg::NumClasses < 2) begin : gen_events_tables
    `NRC_REFUSE(nrc_encoder_Events_needs_tables_of_2_classes,
                "nrc_encoder: Events is %0d; it needs tables of 2 classes", Events)
  end
  if (Events != 0 && (EventWords < 2 * nrc_pkg::MaxPacketEvents || EventWords > MaxWords ||
                      (EventWords & (EventWords - 1)) != 0)) begin : gen_event_words
    `NRC_REFUSE(nrc_encoder_EventWords_give_a_power_of_two_from_512_on,
                "nrc_encoder: EventWords is %0d; give a power of two from 512 on", EventWords)
  end
  // The descriptor of a packet may wait for that of an event packet.
  if (Events != 0 && MinSamples < 64 && PacketFrames * nrc_latency_pkg::LoopLatency < 64)
  begin : gen_events_packets
    `NRC_REFUSE(nrc_encoder_PacketFrames_with_Events_1_give_packets_of_64_clocks,
                "nrc_encoder: PacketFrames is %0d; with Events 1 give packets of 64 clocks",
                PacketFrames)
  end

  if (Classes != 0 && Classes != 1) begin : gen_classes
    `NRC_REFUSE(nrc_encoder_Classes_give_0_or_1,
                "nrc_encoder: Classes is %0d; give 0 or 1", Classes)
  end
  if (Classes != 0 && IsRange) begin : gen_classes_profile
    `NRC_REFUSE(nrc_encoder_Classes_with_Profile_1_give_0,
                "nrc_encoder: Classes is %0d; with Profile 1 give 0", Classes)
  end
  if (Classes != 0 && Narrow != 0) begin : gen_classes_narrow
    `NRC_REFUSE(nrc_encoder_Classes_with_Narrow_1_give_0,
                "nrc_encoder: Classes is %0d; with Narrow 1 give 0", Classes)
  end
  if (Classes != 0 && !IsRange && Narrow == 0 && Pipeline == nrc_latency_pkg::PipelineShallow)
  begin : gen_classes_pipeline
    `NRC_REFUSE(nrc_encoder_Pipeline_with_Classes_1_give_0_deep,
                "nrc_encoder: Pipeline is %0d; with Classes 1 give 0 (deep)", Pipeline)
  end

  // The tables that were compiled along.
  localparam int EdgeCodeWidth = nrc_range_tables_pkg::EdgeCodeWidth;
  localparam int InitialScale  =
      IsRange ? nrc_range_tables_pkg::InitialScale : nrc_tables_pkg::InitialScale;

  if (IsRange && EdgeCodeWidth != 0 && CodeWidth != EdgeCodeWidth) begin : gen_edges
    `NRC_REFUSE(nrc_encoder_CodeWidth_is_not_the_bits_of_the_range_tables,
                "nrc_encoder: CodeWidth is not the %0d bits of the range tables", EdgeCodeWidth)
  end
  if (CodeWidth >= 2 && CodeWidth <= 16 && (InitialScale >> (CodeWidth + nrc_pkg::FracBits)) != 0)
  begin : gen_scale
    `NRC_REFUSE(nrc_encoder_CodeWidth_too_small_for_the_tables_initial_scale,
                "nrc_encoder: CodeWidth is %0d, too small for the tables' initial scale",
                CodeWidth)
  end

  // A class that a scale of CodeWidth + 6 bits reaches keeps at most CodeWidth raw bits.
  localparam int NumClasses = nrc_tables_pkg::NumClasses;
  localparam logic [16*NumClasses-1:0] Below   = nrc_tables_pkg::ClassBelow;
  localparam logic [16*NumClasses-1:0] RawBits = nrc_tables_pkg::ClassRawBits;

  for (genvar k = 0; k < NumClasses; k++) begin : gen_class
    localparam int From = (k == 0) ? 0 : 32'(Below[16*((k == 0) ? 0 : k-1) +: 16]);
    if (!IsRange && From < (1 << CodeWidth) && 32'(RawBits[16*k +: 16]) > CodeWidth)
    begin : gen_raw_bits
      `NRC_REFUSE(nrc_encoder_CodeWidth_smaller_than_the_tables_raw_bits,
                "nrc_encoder: CodeWidth is %0d, smaller than the tables' raw bits", CodeWidth)
    end
  end

`ifndef SYNTHESIS
  // Legal, but the largest packets would always be dropped.
  localparam int CodeBits  = nrc_bound_pkg::max_code_bits(Profile, CodeWidth);
  localparam int EndBits   = nrc_bound_pkg::end_bits(Profile);
  localparam longint Words = (Samples * longint'(CodeBits) + longint'(EndBits) + 64'd31) / 64'd32;

  initial begin
    if (longint'(BufferWords) < Words) begin
      $warning("nrc_encoder: BufferWords is %0d; packets may have %0d words and are then dropped",
               BufferWords, Words);
    end
  end
`endif

endmodule
