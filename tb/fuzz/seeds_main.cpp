// SPDX-License-Identifier: Apache-2.0
//
// Writes inputs for the fuzzers to begin with: fuzz_seeds GOLDEN_DIRECTORY OUT_DIRECTORY makes
// OUT_DIRECTORY/<harness>/<name>, from the golden streams and from generated signals.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "file/wav.hpp"
#include "host/recording_generator.hpp"
#include "nrc/encoder.hpp"
#include "nrc/file_encoder.hpp"
#include "nrc/packet_decoder.hpp"
#include "nrc/table_files.hpp"
#include "nrc/tables.hpp"
#include "small_tables.hpp"
#include "stages/code_to_sample.hpp"
#include "stream_repair.hpp"

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Bytes given as numbers 0 .. 255.
Bytes bytes_of(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::uint8_t>(value));
  return bytes;
}

Bytes text(const std::string& s) { return {s.begin(), s.end()}; }

Bytes number(std::uint32_t value, int bytes) {
  Bytes out;
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}

class SeedWriter {
 public:
  explicit SeedWriter(fs::path directory) : directory_(std::move(directory)) {}

  void write(const std::string& harness, const std::string& name, const Bytes& bytes) const {
    fs::create_directories(directory_ / harness);
    std::ofstream out(directory_ / harness / name, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()),
              static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) throw std::runtime_error((directory_ / harness / name).string());
  }

 private:
  fs::path directory_;
};

Bytes samples(std::uint32_t channels, std::size_t frames, nrc::Mapping mapping) {
  Bytes bytes;
  for (const nrc::Code code : nrc::generate(channels, frames, channels)) {
    const std::int16_t sample = nrc::sample_of(mapping, code);
    bytes = std::move(bytes) + number(static_cast<std::uint16_t>(sample), 2);
  }
  return bytes;
}

nrc::ByteSink into(Bytes& bytes) {
  return [&bytes](const std::uint8_t* data, std::size_t size) {
    bytes.insert(bytes.end(), data, data + size);
  };
}

/// Streams of every type of samples, of lanes and with metadata.
void add_other_streams(std::vector<std::pair<std::string, Bytes>>& all) {
  for (std::size_t type = 0; type < nrc::kSampleTypes; ++type) {
    nrc::EncodeOptions options;
    options.sample_type = static_cast<nrc::SampleType>(type);
    options.big_endian = type % 2 == 1;
    options.profile = type % 3 == 0 ? nrc::Profile::kRange : nrc::Profile::kHuffman;
    options.packet_frames = 20;
    options.key_interval = 2;
    options.long_headers = type % 4 == 1;
    // A slow ramp with a step in it: 12 bytes are whole samples of any type.
    Bytes bytes;
    const std::size_t size = nrc::sample_bytes(options.sample_type);
    for (std::uint32_t i = 0; i < 2 * 40; ++i) {
      Bytes sample = number(0x40000000 + i * i * 1237 + (i > 50 ? 0x123456 : 0), 4);
      sample.resize(size);
      bytes = std::move(bytes) + sample;
    }
    Bytes stream;
    nrc::encode_raw(bytes.data(), bytes.size(), 2, 0, options, into(stream));
    all.emplace_back("type_" + std::string(nrc::sample_type_name(options.sample_type)), stream);
  }
  const Bytes plain = samples(8, 40, nrc::Mapping::kShift6);
  for (const nrc::Profile profile : {nrc::Profile::kHuffman, nrc::Profile::kRange}) {
    for (const int lanes : {2, 8}) {
      nrc::EncodeOptions options;
      options.profile = profile;
      options.lanes = lanes;
      options.corrections.neighbour = profile == nrc::Profile::kRange && lanes == 8;
      options.packet_frames = 20;
      options.metadata = "{\"name\": \"seed\"}";
      Bytes stream;
      nrc::encode_raw(plain.data(), plain.size(), 8, 0, options, into(stream));
      all.emplace_back(std::string(nrc::profile_name(profile)) + "_lanes" + std::to_string(lanes),
                       stream);
    }
  }
}

/// Streams of all profiles, with raw packets, key packets and every kind of container.
std::vector<std::pair<std::string, Bytes>> streams(const fs::path& golden) {
  std::vector<std::pair<std::string, Bytes>> all;
  for (const auto& entry : fs::directory_iterator(golden)) {
    if (entry.path().extension() != ".nrc") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    all.emplace_back(entry.path().stem().string(), Bytes{std::istreambuf_iterator<char>(in), {}});
  }
  std::sort(all.begin(), all.end());
  add_other_streams(all);
  const Bytes plain = samples(2, 60, nrc::Mapping::kShift6);
  for (const std::string profile : {"small", "huffman", "range", "neural"}) {
    const bool range = profile == "range";
    nrc::EncodeOptions options;
    options.profile = range                 ? nrc::Profile::kRange
                      : profile == "neural" ? nrc::Profile::kNeural
                                            : nrc::Profile::kHuffman;
    if (profile == "small") options.tables = &fuzz::small_tables();
    options.packet_frames = 20;
    options.key_interval = 2;
    Bytes raw = plain;
    raw[100] ^= 1;  // off the map
    for (std::size_t i = 160; i < 240; ++i) raw[i] = static_cast<std::uint8_t>(i * i * 167);  // raw
    Bytes stream;
    nrc::encode_raw(raw.data(), raw.size(), 2, 0, options, into(stream));
    all.emplace_back(profile + "_raw", stream);
    nrc::EncodeOptions mapped = options;
    mapped.mapping = nrc::Mapping::kMap;
    mapped.map = {{{3, 2, nrc::Rounding::kTowardsZero}, {64, 1, nrc::Rounding::kDown}},
                  {{0, -5}, {1, 31}}};
    stream.clear();
    nrc::encode_raw(raw.data(), raw.size(), 2, 0, mapped, into(stream));
    all.emplace_back(profile + "_map", stream);
    options.corrections = {range, range};
    const Bytes image = nrc::canonical_header(2, 20000, 60) + plain;
    stream.clear();
    nrc::encode_wav(image.data(), image.size(), options, into(stream));
    all.emplace_back(profile + "_container1", stream);
    const Bytes tail = image + text("LIST") + number(300, 4) + Bytes(300, 'x') + text("end");
    stream.clear();
    nrc::encode_wav(tail.data(), tail.size(), options, into(stream));
    all.emplace_back(profile + "_container2", stream);
    options.mapping = nrc::Mapping::kCode;
    const Bytes wide = samples(1, 40, nrc::Mapping::kCode) + number(0x7FFF, 2);
    stream.clear();
    nrc::encode_raw(wide.data(), wide.size(), 1, 1000, options, into(stream));
    all.emplace_back(profile + "_16bit", stream);
  }
  // Lanes of enough channels that some of them are passed over where one channel is wanted.
  for (const auto& [name, profile] : {std::pair{"huffman_lanes", nrc::Profile::kHuffman},
                                      {"range_lanes", nrc::Profile::kRange}}) {
    nrc::EncodeOptions options;
    options.profile = profile;
    options.packet_frames = 6;
    options.key_interval = 2;
    options.lanes = 2;
    const Bytes many = samples(40, 18, nrc::Mapping::kCode);
    Bytes stream;
    nrc::encode_raw(many.data(), many.size(), 40, 0, options, into(stream));
    all.emplace_back(name, stream);
  }
  return all;
}

/// Table files small enough to be edited by a fuzzer.
std::vector<std::pair<std::string, std::string>> table_files() {
  nrc::RangeTables even = nrc::RangeTables::builtin("generic");
  even.initial_scale = 64;
  nrc::RangeTables edges = even;
  edges.code_width = 4;
  for (int i = -7; i <= 7; ++i) edges.edges.push_back(64 * i - 32 + i % 3 * 10);
  std::vector<std::pair<std::string, std::string>> files;
  // A shorter file leaves more edits to what matters.
  const auto compact = [](std::string json) {
    json.erase(std::remove_if(json.begin(), json.end(), [](char c) { return c == '\n'; }),
               json.end());
    std::string out;
    for (const char c : json) {
      if (c != ' ' || out.empty() || out.back() != ' ') out += c;
    }
    const std::string list = "\"cumulative\": [";
    const std::size_t from = out.find(list);
    if (from != std::string::npos) {
      out.replace(from + list.size(), out.find(']', from) - from - list.size(), "@");
    }
    return out;
  };
  files.emplace_back("huffman", compact(to_json(fuzz::small_tables())));
  files.emplace_back("range_even", compact(to_json(even)));
  files.emplace_back("range_edges", compact(to_json(edges)));
  return files;
}

void write_wav_seeds(const SeedWriter& out) {
  const Bytes canonical =
      nrc::canonical_header(2, 20000, 30) + samples(2, 30, nrc::Mapping::kShift6);
  Bytes extensible = canonical;
  extensible[16] = 40;
  extensible[20] = 0xFE;
  extensible[21] = 0xFF;
  const Bytes guid = number(22, 2) + number(16, 2) + number(3, 4) + number(1, 2) + number(0, 4) +
                     number(0x10, 2) + number(0xAA000080, 4) + number(0x719B3800, 4);
  extensible.insert(extensible.begin() + 36, guid.begin(), guid.end());
  Bytes rf64 = canonical;
  std::copy_n("RF64", 4, rf64.begin());
  const Bytes ds64 =
      text("ds64") + number(28, 4) + number(0, 4) + number(0, 4) + number(120, 4) + Bytes(16, 0);
  for (std::size_t i = 40; i < 44; ++i) rf64[i] = 0xFF;
  rf64.insert(rf64.begin() + 12, ds64.begin(), ds64.end());
  Bytes unfinished = canonical;
  for (std::size_t i = 40; i < 44; ++i) unfinished[i] = 0;
  const Bytes stale = nrc::canonical_header(2, 20000, 10) + samples(2, 400, nrc::Mapping::kShift6);
  Bytes bw64 = rf64;
  std::copy_n("BW64", 4, bw64.begin());
  Bytes ten_bits = canonical;
  ten_bits[34] = 10;
  const auto guid64 = [](const char* id, const Bytes& tail, std::uint32_t size) {
    return text(id) + tail + number(size, 4) + number(0, 4);
  };
  const Bytes riff_tail = {0x2E, 0x91, 0xCF, 0x11, 0xA5, 0xD6, 0x28, 0xDB, 0x04, 0xC1, 0x00, 0x00};
  const Bytes tail = {0xF3, 0xAC, 0xD3, 0x11, 0x8C, 0xD1, 0x00, 0xC0, 0x4F, 0x8E, 0xDB, 0x8A};
  const Bytes wave64 =
      guid64("riff", riff_tail, 40 + 40 + 24 + 120) + text("wave") + tail +
      guid64("fmt ", tail, 40) + Bytes(canonical.begin() + 20, canonical.begin() + 36) +
      guid64("data", tail, 24 + 120) + Bytes(canonical.begin() + 44, canonical.end());
  const Bytes odd = canonical + text("LIST") + number(5, 4) + text("INFOx");
  for (const int choice : {0x00, 0x01, 0x03, 0x04, 0x10, 0x14}) {
    const Bytes options = bytes_of({choice, 1, 8, 2, 0});
    const std::string name = std::to_string(choice) + "_";
    out.write("wav", name + "canonical", options + canonical);
    out.write("wav", name + "extensible", options + extensible);
    out.write("wav", name + "rf64", options + rf64);
    out.write("wav", name + "unfinished", options + unfinished);
    out.write("wav", name + "odd", options + odd);
    out.write("wav", name + "stale", options + stale);
    out.write("wav", name + "bw64", options + bw64);
    out.write("wav", name + "ten_bits", options + ten_bits);
    out.write("wav", name + "wave64", options + wave64);
  }
}

void write_raw_seeds(const SeedWriter& out) {
  // Signals as signal.hpp reads them: a walk, a run, noise of three strengths, single values.
  const Bytes signal = Bytes{0x47, 1, 2, 255, 3, 250, 9, 0, 200, 0x9F, 0xD0, 2, 0xD1, 5, 0xD2, 9} +
                       Bytes{0x00, 0xFF, 0x7F, 0x00, 0x00, 0x80};
  const Bytes as_is = samples(1, 60, nrc::Mapping::kShift6);
  for (const int way : {0, 1}) {
    for (const int choice : {0, 1, 3, 5, 13, 16, 17}) {
      Bytes options = bytes_of({way, choice});
      if ((choice & 16) != 0) options = std::move(options) + bytes_of({choice + way});
      // int16, and by turns lanes, metadata and long headers.
      const int more = choice % 2 == 0 ? 0x18 : 5;
      options = std::move(options) + bytes_of({10, 3, 1, 5, 0, more});
      const std::string name = std::to_string(way) + "_" + std::to_string(choice);
      out.write("raw", name + "_signal", options + Bytes{0xC0} + signal);
      out.write("raw", name + "_wide", options + Bytes{0x8E} + signal);
      out.write("raw", name + "_samples", options + Bytes{0x00} + as_is);
    }
  }
  for (int type = 0; type < static_cast<int>(nrc::kSampleTypes); ++type) {
    for (const int big_endian : {0, 8}) {
      const Bytes options = bytes_of({type % 2, type / 2 % 2, 10, 3, 1, 5, type | big_endian, 0});
      const std::string name =
          "type_" + std::string(nrc::sample_type_name(static_cast<nrc::SampleType>(type)));
      out.write("raw", name + (big_endian != 0 ? "_big" : ""), options + Bytes{0x00} + as_is);
    }
  }
  for (int tables = 0; tables < 5; ++tables) {
    for (const int choice : {0x20, 0x81, 0x82, 0xE0}) {
      const Bytes options = bytes_of({2, tables, choice, 1, 7});
      out.write("raw", "2_" + std::to_string(tables) + "_" + std::to_string(choice),
                options + Bytes{0x88} + signal);
    }
  }
}

void write_payload_seeds(const SeedWriter& out) {
  int at = 0;
  const auto payloads_of = [&](nrc::Profile profile, const std::string& name) {
    for (const int width : {4, 10, 16}) {
      for (const nrc::Corrections& corrections :
           {nrc::Corrections{}, nrc::Corrections{true, false}, nrc::Corrections{false, true},
            nrc::Corrections{true, true}}) {
        // As the harness has it: taps of the Huffman profile are the narrow state, of the range
        // profile both corrections with rounding.
        if (corrections.taps && corrections.neighbour && profile != nrc::Profile::kRange) continue;
        const bool narrow = corrections.taps &&
                            (profile == nrc::Profile::kHuffman || corrections.neighbour) &&
                            width >= nrc::kMinNarrowWidth;
        if (corrections.any() && profile != nrc::Profile::kRange && !narrow) continue;
        const nrc::Tables& tables = nrc::Tables::builtin(profile, name);
        try {
          tables.check(width);
        } catch (const std::exception&) {
          continue;
        }
        nrc::StreamHeader header;
        header.code_width = width;
        header.channels = 2;
        header.narrow = narrow;
        header.rounding = width == 16 && !narrow && !corrections.any();
        header.proportional = header.rounding && profile != nrc::Profile::kCascade;
        if (!narrow) header.corrections = corrections;
        // As the harness has it: neighbours of the Huffman profile are channel classes.
        header.classes = width == 10 && profile == nrc::Profile::kHuffman && !narrow;
        const auto encoder = nrc::PayloadEncoder::make(tables, header);
        if (header.classes) {
          encoder->set_classes({nrc::ChannelClass::kLossless, nrc::ChannelClass::kOff});
        }
        auto codes = nrc::generate(2, 40, 5);
        const int half = 1 << (width - 1);
        for (nrc::Code& c : codes) c = static_cast<nrc::Code>(std::clamp<int>(c, -half, half - 1));
        Bytes seed = bytes_of({at,
                               (width - 2) | (corrections.neighbour || header.classes ? 0x10 : 0) |
                                   (corrections.taps ? 0x40 : 0),
                               1});
        // Wide codes are rounded in the second packet, by a step of 6.
        const bool rounded = header.rounding;
        if (rounded || (narrow && corrections.neighbour)) {
          seed[1] = static_cast<std::uint8_t>(seed[1] | 0x80);
        }
        for (int packet = 0; packet < 2; ++packet) {
          const int lanes = nrc::max_lanes(profile, 2) == 2 ? 1 + packet : 1;
          const int step = rounded ? 4 * packet : 0;
          encoder->set_lanes(lanes);
          encoder->set_step(nrc::lossy_step(step));
          const Bytes payload = encoder->encode(codes.data() + 40 * packet, 20, packet == 0);
          seed = std::move(seed) +
                 bytes_of({(packet == 0 ? 5 : 4) | step << 3 | (lanes - 1) << 6, 20,
                           static_cast<int>(payload.size() / 4)}) +
                 payload;
        }
        out.write("payload",
                  std::to_string(at) + "_" + std::to_string(width) +
                      (corrections.neighbour ? "n" : "") + (header.classes ? "c" : "") +
                      (corrections.taps ? "t" : ""),
                  seed);
      }
    }
    ++at;
  };
  for (const std::string& name : nrc::TableSet::builtin_names()) {
    payloads_of(nrc::Profile::kHuffman, name);
  }
  for (const std::string& name : nrc::RangeTables::builtin_names()) {
    payloads_of(nrc::Profile::kRange, name);
  }
  for (const std::string& name : nrc::NeuralTables::builtin_names()) {
    payloads_of(nrc::Profile::kNeural, name);
  }
  for (const std::string& name : nrc::Tables::builtin_names(nrc::Profile::kCascade)) {
    payloads_of(nrc::Profile::kCascade, name);
  }
}

void write_receiver_seeds(const SeedWriter& out) {
  // Traits of a recording and edits, as receiver_fuzz.cpp reads them.
  const std::vector<Bytes> edits = {
      {},                                     // untouched
      {0, 5, 17, 0, 3},                       // a flipped bit
      {1, 9, 12, 0, 3, 255, 255, 255, 255},   // an overwritten length
      {2, 0, 0, 0, 255},                      // a lost stream header
      {3, 7, 4, 0, 5, 'N', 'R', 1, 0, 3, 0},  // a false packet
      {4, 3, 1, 4, 9, 3},                     // lost packets
      {5, 4, 1, 9},                           // a repeated packet
      {6, 2, 30, 25},                         // a repeated stream
      {7, 5, 2, 7, 10, 7},                    // swapped packets
  };
  for (std::uint32_t traits = 0; traits < 1024; traits += 37) {
    for (std::size_t e = 0; e < edits.size(); ++e) {
      if ((traits + e) % 3 != 0) continue;
      out.write("receiver", std::to_string(traits) + "_" + std::to_string(e),
                Bytes{0} + number(traits, 2) + Bytes{3, 8} + edits[e]);
    }
  }
}

void write_all(const fs::path& golden, const SeedWriter& out) {
  for (const auto& [name, stream] : streams(golden)) {
    for (const int repairs : {0, int{fuzz::kRepairAll}}) {
      const std::string file = name + (repairs == 0 ? "" : "_repaired");
      out.write("stream", file, bytes_of({repairs, 7}) + stream);
      out.write("receiver", "any_" + file, bytes_of({1, repairs, 7, 8}) + stream);
      out.write("recovery", file, bytes_of({repairs == 0 ? 1 : 0, repairs, 7}) + stream);
    }
  }
  const Bytes signal = {0xDF, 3, 0x4F, 1, 2, 3, 250, 9, 0x9F, 0x00, 0xFF, 0x7F};
  for (const auto& [name, json] : table_files()) {
    for (const int width : {0x02, 0x08, 0x8E}) {
      out.write("table_file", name + "_" + std::to_string(width),
                bytes_of({width, static_cast<int>(signal.size())}) + signal + text(json));
    }
  }
  write_wav_seeds(out);
  write_raw_seeds(out);
  write_payload_seeds(out);
  write_receiver_seeds(out);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s GOLDEN_DIRECTORY OUT_DIRECTORY\n", argv[0]);
    return 2;
  }
  try {
    write_all(argv[1], SeedWriter(argv[2]));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "error: the seeds could not be written: %s\n", e.what());
    return 1;
  }
  return 0;
}
