// SPDX-License-Identifier: Apache-2.0
#include "recordings.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "file/wav.hpp"
#include "host/recording_generator.hpp"
#include "host/recordings.hpp"
#include "nrc/packet_decoder.hpp"
#include "stages/code_to_sample.hpp"

namespace nrc::bench {

std::vector<Samples> read_recordings(const std::string& directory, std::size_t most) {
  std::vector<Samples> recordings;
  for (const std::string& path : host::wav_files(directory)) {
    if (recordings.size() == most) break;
    std::ifstream in(path, std::ios::binary);
    const Bytes image((std::istreambuf_iterator<char>(in)), {});
    const WavLayout layout = read_int16_wav_layout(image.data(), image.size());
    if (!layout.applies() || layout.channels != 1) continue;
    Samples samples(layout.frames());
    std::memcpy(samples.data(), image.data() + layout.data_offset, samples.size() * 2);
    recordings.push_back(std::move(samples));
  }
  if (recordings.empty()) {
    throw std::runtime_error("no mono 16-bit WAV file in " + directory + "; give another --data");
  }
  return recordings;
}

Samples make_samples(std::size_t count, std::size_t channels, std::size_t packet_frames,
                     const std::vector<Samples>& recordings) {
  const std::size_t frames = count / channels / packet_frames * packet_frames;
  Samples samples(frames * channels);
  if (recordings.empty()) {
    std::vector<Code> codes(samples.size());
    RecordingGenerator(static_cast<std::uint32_t>(channels), 1).generate(codes.data(), frames);
    std::transform(codes.begin(), codes.end(), samples.begin(),
                   [](Code code) { return sample_of(Mapping::kShift6, code); });
    return samples;
  }
  for (std::size_t c = 0; c < channels; ++c) {
    // A short recording is followed by the next one; channels of the same recording begin at
    // different places.
    std::size_t number = c % recordings.size();
    std::size_t at = c / recordings.size() * frames % recordings[number].size();
    for (std::size_t i = 0; i < frames; ++i) {
      while (at == recordings[number].size()) {
        number = (number + 1) % recordings.size();
        at = 0;
      }
      samples[i * channels + c] = recordings[number][at++];
    }
  }
  return samples;
}

}  // namespace nrc::bench
