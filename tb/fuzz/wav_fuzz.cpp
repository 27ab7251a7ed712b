// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a WAV image. Input: five bytes of options, the image.
//
// Properties: the image is encoded, whatever it is; every byte comes back; what the encoder says of
// the stream is so.
#include <vector>

#include "file/wav.hpp"
#include "fuzz_input.hpp"
#include "nrc/error.hpp"
#include "nrc/file_decoder.hpp"
#include "nrc/file_encoder.hpp"
#include "property.hpp"
#include "small_tables.hpp"

namespace {

using Bytes = std::vector<std::uint8_t>;

nrc::ByteSink into(Bytes& bytes) {
  return [&bytes](const std::uint8_t* data, std::size_t size) {
    bytes.insert(bytes.end(), data, data + size);
  };
}

void require_layout(const nrc::WavLayout& layout, std::size_t size) {
  if (!layout.applies()) return;
  fuzz::require(layout.data_offset <= size && layout.data_bytes <= size - layout.data_offset,
                "the samples are inside the image");
  fuzz::require(layout.channels > 0 && layout.frames() > 0 &&
                    layout.data_bytes % (std::size_t{2} * layout.channels) == 0,
                "the samples are whole frames");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  const std::uint8_t choice = input.u8();
  const std::uint8_t pieces = input.u8();
  nrc::EncodeOptions options;
  options.profile = (choice & 1) != 0 ? nrc::Profile::kRange : nrc::Profile::kHuffman;
  // The range profile has them, the other has not.
  options.corrections = {(choice & 0x21) == 0x21, (choice & 3) == 3};
  if ((choice & 4) != 0) {
    options.mapping = (choice & 8) != 0 ? nrc::Mapping::kShift6 : nrc::Mapping::kCode;
  }
  if ((choice & 0x11) == 0x10) options.tables = &fuzz::small_tables();
  options.packet_frames = input.u8();
  options.key_interval = input.u16();
  // An image of the size it has: the sanitizer sees a read past its end.
  const Bytes image(input.data(), input.data() + input.size());

  const nrc::WavLayout layout = nrc::read_wav_layout(image.data(), image.size());
  require_layout(layout, image.size());
  Bytes stream;
  const nrc::EncodeSummary summary =
      nrc::encode_wav(image.data(), image.size(), options, into(stream));
  fuzz::require(summary.input_bytes == image.size() && summary.stream_bytes == stream.size(),
                "the summary counts all bytes");
  fuzz::require(summary.stored_because.empty() == layout.applies() &&
                    summary.frames == (layout.applies() ? layout.frames() : 0),
                "what the codec applies to is coded");

  Bytes back;
  nrc::FileDecoder decoder(into(back), fuzz::tables_by_id);
  fuzz::in_pieces(stream.data(), stream.size(), pieces,
                  [&](const std::uint8_t* p, std::size_t n) { decoder.add(p, n); });
  decoder.finish();
  fuzz::require(back == image, "every byte of a WAV file comes back");
  return 0;
}
