// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "nrc/file_recovery.hpp"

namespace nrc::cli {

/// What `nrc decode --recover` says about a stream: lines for the user, and JSON for programs. The
/// JSON is written as the gaps come, and of the lines only the first are kept, so that a report
/// needs no more memory than the lines it prints.
class GapReport {
 public:
  /// @param input  name of the stream
  /// @param fill   in the place of missing samples; unset: left out
  /// @param json   takes the JSON; may be empty
  GapReport(std::string input, std::optional<std::int64_t> fill, ByteSink json);

  void begin(const StreamHeader& header);
  void gap(const FileGap& gap);
  /// Ends the gaps: completes the JSON and adds the lines after those of the gaps.
  void end(const RecoverySummary& summary);

  /// Without their line breaks; none for an intact stream.
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  void write(const std::string& text);
  void member(const std::string& name, const nlohmann::ordered_json& value);
  std::string count(const RecoverySummary& summary) const;

  std::string input_;
  std::optional<std::int64_t> fill_;
  ByteSink json_;
  double seconds_per_frame_ = 0.0;  ///< 0: unknown
  std::uint64_t gaps_ = 0;
  std::vector<std::string> lines_;
};

}  // namespace nrc::cli
