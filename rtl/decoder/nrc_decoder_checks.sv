// SPDX-License-Identifier: Apache-2.0
//
// Rejects illegal parameters of nrc_decoder: one line that names the parameter ends
// the simulation at time 0, and Verilator's elaboration as well. Synthesis, which has no messages
// that all tools know, ends at a module that does not exist, with the fault for a name. No ports,
// no logic.

`timescale 1ns / 1ps

module nrc_decoder_checks #(
  parameter int Channels         = -1,
  parameter int VariableChannels = -1,
  parameter int CodeWidth        = -1,
  parameter int Profile          = -1,
  parameter int Mapping          = -1,
  parameter int PacketFrames     = -1,
  parameter int BufferWords      = -1,
  parameter int PacketFifoDepth  = -1
) ();

  `include "nrc_assert.svh"

  localparam bit IsRange = Profile == nrc_pkg::ProfileRange;
  localparam logic signed [63:0] Samples = 64'(Channels) * 64'(PacketFrames);
  localparam int MaxWords = nrc_pkg::MaxPacketSamples;  // no packet has more

  if (Channels < 1 || Channels > nrc_pkg::MaxChannels) begin : gen_channels
    `NRC_REFUSE(nrc_decoder_Channels_give_1_to_65536,
                "nrc_decoder: Channels is %0d; give 1 to 65536", Channels)
  end
  if (VariableChannels != 0 && VariableChannels != 1) begin : gen_variable_channels
    `NRC_REFUSE(nrc_decoder_VariableChannels_give_0_or_1,
                "nrc_decoder: VariableChannels is %0d; give 0 or 1", VariableChannels)
  end
  if (CodeWidth < nrc_pkg::MinCodeWidth || CodeWidth > nrc_pkg::MaxCodeWidth) begin : gen_width
    `NRC_REFUSE(nrc_decoder_CodeWidth_give_2_to_16,
                "nrc_decoder: CodeWidth is %0d; give 2 to 16", CodeWidth)
  end
  if (Profile != nrc_pkg::ProfileHuffman && !IsRange) begin : gen_profile
    `NRC_REFUSE(nrc_decoder_Profile_give_0_Huffman_or_1_range,
                "nrc_decoder: Profile is %0d; give 0 (Huffman) or 1 (range)", Profile)
  end
  if (IsRange && CodeWidth < 4) begin : gen_range_width
    `NRC_REFUSE(nrc_decoder_CodeWidth_with_Profile_1_give_4_to_16,
                "nrc_decoder: CodeWidth is %0d; with Profile 1 give 4 to 16", CodeWidth)
  end
  if (Mapping != nrc_pkg::MappingCode && Mapping != nrc_pkg::MappingShift6) begin : gen_mapping
    `NRC_REFUSE(nrc_decoder_Mapping_give_0_code_or_1_shift6,
                "nrc_decoder: Mapping is %0d; give 0 (code) or 1 (shift6)", Mapping)
  end
  if (Mapping == nrc_pkg::MappingShift6 && CodeWidth != 10) begin : gen_mapping_width
    `NRC_REFUSE(nrc_decoder_CodeWidth_with_Mapping_1_shift6_give_10,
                "nrc_decoder: CodeWidth is %0d; with Mapping 1 (shift6) give 10", CodeWidth)
  end
  if (PacketFrames < 1 || PacketFrames > 65535) begin : gen_frames
    `NRC_REFUSE(nrc_decoder_PacketFrames_give_1_to_65535,
                "nrc_decoder: PacketFrames is %0d; give 1 to 65535", PacketFrames)
  end
  if (Samples > 64'(nrc_pkg::MaxPacketSamples)) begin : gen_samples
    `NRC_REFUSE(nrc_decoder_PacketFrames_times_Channels_give_at_most_16777216,
                "nrc_decoder: PacketFrames * Channels is %0d; give at most 16777216", Samples)
  end
  if (BufferWords < 8 || BufferWords > MaxWords || (BufferWords & (BufferWords - 1)) != 0)
  begin : gen_buffer
    `NRC_REFUSE(nrc_decoder_BufferWords_give_a_power_of_two_8_to_16777216,
                "nrc_decoder: BufferWords is %0d; give a power of two, 8 to 16777216",
                BufferWords)
  end
  if (PacketFifoDepth < 2 || PacketFifoDepth > 65536 ||
      (PacketFifoDepth & (PacketFifoDepth - 1)) != 0) begin : gen_fifo
    `NRC_REFUSE(nrc_decoder_PacketFifoDepth_give_a_power_of_two_2_to_65536,
                "nrc_decoder: PacketFifoDepth is %0d; give a power of two, 2 to 65536",
                PacketFifoDepth)
  end

  // The tables that were compiled along.
  localparam int EdgeCodeWidth = nrc_range_tables_pkg::EdgeCodeWidth;
  localparam int InitialScale  =
      IsRange ? nrc_range_tables_pkg::InitialScale : nrc_tables_pkg::InitialScale;

  if (IsRange && EdgeCodeWidth != 0 && CodeWidth != EdgeCodeWidth) begin : gen_edges
    `NRC_REFUSE(nrc_decoder_CodeWidth_is_not_the_bits_of_the_range_tables,
                "nrc_decoder: CodeWidth is not the %0d bits of the range tables", EdgeCodeWidth)
  end

  if (CodeWidth >= 2 && CodeWidth <= 16 && (InitialScale >> (CodeWidth + nrc_pkg::FracBits)) != 0)
  begin : gen_scale
    `NRC_REFUSE(nrc_decoder_CodeWidth_too_small_for_the_tables_initial_scale,
                "nrc_decoder: CodeWidth is %0d, too small for the tables' initial scale",
                CodeWidth)
  end

  // A class that a scale of CodeWidth + 6 bits reaches keeps at most CodeWidth raw bits.
  localparam int NumClasses = nrc_tables_pkg::NumClasses;
  localparam logic [16*NumClasses-1:0] Below   = nrc_tables_pkg::ClassBelow;
  localparam logic [16*NumClasses-1:0] RawBits = nrc_tables_pkg::ClassRawBits;

  for (genvar k = 0; k < NumClasses; k++) begin : gen_class
    localparam int From = (k == 0) ? 0 : 32'(Below[16*((k == 0) ? 0 : k-1) +: 16]);
    if (!IsRange && From < (1 << CodeWidth) && 32'(RawBits[16*k +: 16]) > CodeWidth) begin : gen_raw_bits
      `NRC_REFUSE(nrc_decoder_CodeWidth_smaller_than_the_tables_raw_bits,
                "nrc_decoder: CodeWidth is %0d, smaller than the tables' raw bits", CodeWidth)
    end
  end

`ifndef SYNTHESIS
  // Legal, but larger packets count as damaged.
  localparam int     CodeBits = nrc_bound_pkg::max_code_bits(Profile, CodeWidth);
  localparam longint EndBits  = longint'(nrc_bound_pkg::end_bits(Profile));
  localparam longint Words    = (Samples * longint'(CodeBits) + EndBits + 64'd31) / 64'd32;

  initial begin
    if (longint'(BufferWords) < Words) begin
      $warning("nrc_decoder: BufferWords is %0d; packets may have %0d words and are then refused",
               BufferWords, Words);
    end
  end
`endif

endmodule
