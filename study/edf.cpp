// SPDX-License-Identifier: Apache-2.0
#include "edf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "format/bytes.hpp"
#include "host/input_file.hpp"
#include "nrc/error.hpp"

namespace nrc::study {
namespace {

constexpr std::size_t kHeaderBytes = 256;  ///< without signals, and of each signal
/// First words of labels that are not those of electrodes, in lower case and without a number.
constexpr const char* kTriggerWords[] = {"status", "trigger", "triggers", "trig", "event",
                                         "events", "marker",  "markers",  "stim", "sti"};
constexpr const char* kAnnotationsWord = "annotations";

struct Signal {
  std::string label;
  std::size_t samples = 0;  ///< in a record
  std::size_t offset = 0;   ///< in a record, bytes
  bool annotations = false;
  bool trigger = false;
};

struct Header {
  bool bdf = false;
  bool gaps = false;  ///< records need not follow each other (EDF+D)
  std::size_t header_bytes = 0;
  std::size_t records = 0;
  double seconds = 0.0;  ///< of a record
  std::vector<Signal> signals;
  std::size_t record_bytes = 0;

  std::size_t sample_bytes() const { return bdf ? 3 : 2; }
};

std::string trimmed(const char* data, std::size_t size) {
  std::string text(data, size);
  text.erase(std::find(text.begin(), text.end(), '\0'), text.end());
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// Reads the header's fields; what is impossible is an error that names the field and its place.
class HeaderReader {
 public:
  HeaderReader(const std::uint8_t* data, std::size_t size, const std::string& path)
      : data_(reinterpret_cast<const char*>(data)), size_(size), path_(path) {}

  Header read() {
    static constexpr char kBdf[] =
        "\xff"
        "BIOSEMI";
    if (size_ < kHeaderBytes)
      throw Error(path_ + ": shorter than the header of EDF; give a whole file");
    Header header;
    header.bdf = std::memcmp(data_, kBdf, 8) == 0;
    if (!header.bdf && trimmed(data_, 8) != "0") {
      throw Error(path_ + ": neither EDF nor BDF; give one, or WAV");
    }
    const std::string kind = trimmed(data_ + 192, 44);
    header.gaps = kind.compare(0, 5, "EDF+D") == 0 || kind.compare(0, 5, "BDF+D") == 0;
    const std::size_t count = whole("number of signals", 252, 4, 1, 9999);
    header.header_bytes = whole("size of the header", 184, 8, kHeaderBytes, 99999999);
    if (header.header_bytes != kHeaderBytes * (count + 1)) {
      fail("size of the header", 184, fmt::format("{} bytes", header.header_bytes),
           fmt::format("{} for {} signals", kHeaderBytes * (count + 1), count));
    }
    if (size_ < header.header_bytes) {
      throw Error(fmt::format("{}: it ends inside its header of {} bytes; the file is cut", path_,
                              header.header_bytes));
    }
    const std::string records = trimmed(data_ + 236, 8);
    if (records == "-1") {
      fail("number of data records", 236, "-1 (the recorder did not close the file)",
           "the number that follows; write it there");
    }
    header.records = whole("number of data records", 236, 8, 1, 99999999);
    header.seconds = number("duration of a data record", 244, 8);
    read_signals(count, header);
    return header;
  }

 private:
  void read_signals(std::size_t count, Header& header) const {
    for (std::size_t i = 0; i < count; ++i) {
      const auto at = [&](std::size_t before, std::size_t width) {
        return kHeaderBytes + before * count + width * i;
      };
      Signal signal;
      signal.label = trimmed(data_ + at(0, 16), 16);
      classify(signal);
      signal.samples =
          whole(fmt::format("samples in a record of signal {}", i + 1), at(216, 8), 8, 0, 99999999);
      const std::int64_t least = header.bdf ? -(1 << 23) : -(1 << 15);
      const std::int64_t low =
          signed_whole(fmt::format("digital minimum of signal {}", i + 1), at(120, 8), least);
      const std::int64_t high =
          signed_whole(fmt::format("digital maximum of signal {}", i + 1), at(128, 8), least);
      if (!signal.annotations && low >= high) {
        fail(fmt::format("digital maximum of signal {}", i + 1), at(128, 8), fmt::to_string(high),
             fmt::format("more than the minimum, {}", low));
      }
      signal.offset = header.record_bytes;
      header.record_bytes += signal.samples * header.sample_bytes();
      header.signals.push_back(signal);
    }
    const bool any = std::any_of(header.signals.begin(), header.signals.end(),
                                 [](const Signal& s) { return s.samples != 0 && !s.annotations; });
    if (any && header.seconds <= 0.0) {
      fail("duration of a data record", 244, fmt::format("{:g} s", header.seconds),
           "more than 0, as there are samples");
    }
  }

  static void classify(Signal& signal) {
    std::string label = signal.label;
    std::transform(label.begin(), label.end(), label.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    const std::size_t last = label.rfind(' ') + 1;  // npos + 1 is 0
    signal.annotations = label.compare(last, std::string::npos, kAnnotationsWord) == 0;
    const std::size_t end = label.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
    const std::string word = label.substr(0, end);
    signal.trigger = std::any_of(std::begin(kTriggerWords), std::end(kTriggerWords),
                                 [&](const char* trigger) { return word == trigger; });
  }

  [[noreturn]] void fail(const std::string& field, std::size_t offset, const std::string& found,
                         const std::string& wanted) const {
    throw Error(fmt::format("{}: the header's {} (byte {}) is {}; it must be {}", path_, field,
                            offset, found, wanted));
  }

  std::int64_t integer(const std::string& field, std::size_t offset, std::size_t width,
                       std::int64_t least, std::int64_t most) const {
    const std::string text = trimmed(data_ + offset, width);
    std::int64_t value = 0;
    const char* const begin = text.c_str() + (!text.empty() && text[0] == '+' ? 1 : 0);
    const auto [rest, error] = std::from_chars(begin, text.c_str() + text.size(), value);
    if (text.empty() || error != std::errc() || rest != text.c_str() + text.size() ||
        value < least || value > most) {
      fail(field, offset, '"' + printable(text) + '"',
           fmt::format("a whole number from {} to {}", least, most));
    }
    return value;
  }

  std::size_t whole(const std::string& field, std::size_t offset, std::size_t width,
                    std::int64_t least, std::int64_t most) const {
    return static_cast<std::size_t>(integer(field, offset, width, least, most));
  }

  std::int64_t signed_whole(const std::string& field, std::size_t offset,
                            std::int64_t least) const {
    return integer(field, offset, 8, least, -least - 1);
  }

  double number(const std::string& field, std::size_t offset, std::size_t width) const {
    const std::string text = trimmed(data_ + offset, width);
    double value = 0.0;
    const auto [rest, error] = std::from_chars(text.c_str(), text.c_str() + text.size(), value);
    if (text.empty() || error != std::errc() || rest != text.c_str() + text.size() ||
        !std::isfinite(value) || value < 0.0) {
      fail(field, offset, '"' + printable(text) + '"', "a number of seconds");
    }
    return value;
  }

  static std::string printable(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7E; }, '?');
    return text;
  }

  const char* data_;
  std::size_t size_;
  const std::string& path_;
};

/// The electrodes: signals of the rate that most have, the higher of two equally frequent ones.
std::vector<const Signal*> electrodes(const Header& header) {
  std::map<std::size_t, std::vector<const Signal*>> by_rate;
  for (const Signal& signal : header.signals) {
    if (signal.samples > 0 && !signal.annotations && !signal.trigger) {
      by_rate[signal.samples].push_back(&signal);
    }
  }
  std::vector<const Signal*> chosen;
  for (const auto& [rate, signals] : by_rate) {
    if (signals.size() >= chosen.size()) chosen = signals;
  }
  return chosen;
}

/// Second at which a record begins, as its first annotation has it; none if it has none.
std::optional<double> onset(const Header& header, const std::uint8_t* record) {
  for (const Signal& signal : header.signals) {
    if (!signal.annotations || signal.samples == 0) continue;
    const char* const text = reinterpret_cast<const char*>(record + signal.offset);
    const char* const end = text + signal.samples * header.sample_bytes();
    const char* const digits = text + (*text == '+' ? 1 : 0);
    double value = 0.0;
    const auto [rest, error] = std::from_chars(digits, end, value);
    if (error != std::errc() || rest == end || *rest != '\x14') return std::nullopt;
    return value;
  }
  return std::nullopt;
}

struct Part {
  std::size_t first = 0;  ///< record
  std::size_t count = 0;
};

/// Parts of consecutive records without a gap.
std::vector<Part> parts_of(const Header& header, const std::uint8_t* records, double half_sample,
                           const std::string& path) {
  if (!header.gaps) return {{0, header.records}};
  std::vector<Part> parts;
  double expected = 0.0;
  for (std::size_t r = 0; r < header.records; ++r) {
    const std::optional<double> begin = onset(header, records + r * header.record_bytes);
    if (!begin) {
      throw Error(
          fmt::format("{}: data record {} of an EDF+D file does not say when it begins; "
                      "convert the file to EDF+C",
                      path, r + 1));
    }
    if (parts.empty() || std::abs(*begin - expected) > half_sample) parts.push_back({r, 0});
    ++parts.back().count;
    expected = *begin + header.seconds;
  }
  return parts;
}

std::int16_t sample_at(const std::uint8_t* from, bool bdf, const std::string& path) {
  if (!bdf) return get_sample(from);
  const std::int32_t wide =
      static_cast<std::int32_t>(std::uint32_t{from[0]} << 8 | std::uint32_t{from[1]} << 16 |
                                std::uint32_t{from[2]} << 24) >>
      8;
  if (wide < std::numeric_limits<std::int16_t>::min() ||
      wide > std::numeric_limits<std::int16_t>::max()) {
    throw Error(path + ": its samples need more than 16 bits; convert it to EDF");
  }
  return static_cast<std::int16_t>(wide);
}

}  // namespace

Recording read_edf(const std::string& path, const std::function<void(const std::string&)>& note) {
  host::InputFile file(path);
  const Header header = HeaderReader(file.data(), file.size(), path).read();
  const std::vector<const Signal*> chosen = electrodes(header);
  if (chosen.empty()) throw Error(path + ": no signal of an electrode in it; give a recording");
  const std::size_t there = (file.size() - header.header_bytes) / header.record_bytes;
  if (there < header.records) {
    throw Error(fmt::format("{}: it holds {} of {} data records; the file is cut", path, there,
                            header.records));
  }
  const std::uint8_t* const records = file.data() + header.header_bytes;
  const std::size_t samples = chosen.front()->samples;
  const std::vector<Part> parts =
      parts_of(header, records, 0.5 * header.seconds / static_cast<double>(samples), path);
  const Part part = *std::max_element(
      parts.begin(), parts.end(), [](const Part& a, const Part& b) { return a.count < b.count; });
  if (parts.size() > 1 && note) {
    note(fmt::format(
        "{}: it has {} gaps; the longest part without one is measured, data records "
        "{} to {} of {}",
        path, parts.size() - 1, part.first + 1, part.first + part.count, header.records));
  }

  Recording recording;
  recording.channels = static_cast<std::uint32_t>(chosen.size());
  recording.rate = static_cast<double>(samples) / header.seconds;
  Bytes image(2 * part.count * samples * chosen.size());
  std::uint8_t* out = image.data();
  for (std::size_t r = part.first; r < part.first + part.count; ++r) {
    const std::uint8_t* const record = records + r * header.record_bytes;
    for (std::size_t i = 0; i < samples; ++i) {
      for (const Signal* const signal : chosen) {
        const std::int16_t sample =
            sample_at(record + signal->offset + i * header.sample_bytes(), header.bdf, path);
        out = put_samples(out, &sample, 1);
      }
    }
  }
  const std::size_t bytes = image.size();
  recording.set_image(std::move(image), 0, bytes);
  return recording;
}

}  // namespace nrc::study
