// SPDX-License-Identifier: Apache-2.0
//
// nrc-study: measures a directory of recordings as a published study did, and writes a report.
#include <fmt/format.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bounds.hpp"
#include "document.hpp"
#include "gnuplot.hpp"
#include "host/program.hpp"
#include "host/recordings.hpp"
#include "lossy.hpp"
#include "measure.hpp"
#include "methods_report.hpp"
#include "nrc/error.hpp"
#include "output_directory.hpp"
#include "recording.hpp"
#include "sharing.hpp"
#include "statistics.hpp"

namespace nrc::study {
namespace {

/// Without --all and --every not many more bytes than that are measured.
constexpr std::uint64_t kSampleBytes = 150'000'000;

struct Arguments {
  std::string data;
  std::string output;
  std::vector<std::string> methods;
  std::vector<std::string> only;
  std::uint32_t channels = 0;
  double rate = 0.0;
  bool all = false;
  std::size_t every = 0;
  std::size_t test_every = 0;
  unsigned threads = 0;
  std::string pairs;
  bool no_speed = false;
  bool no_pictures = false;
  bool force = false;
};

class Study {
 public:
  explicit Study(const Arguments& arguments)
      : arguments_(arguments),
        document_("Compression of the recordings in " + arguments.data, !arguments.no_pictures) {}

  void run() {
    OutputDirectory::check(arguments_.output, arguments_.force);
    if (!arguments_.no_pictures) require_gnuplot();
    const Methods methods =
        arguments_.methods.empty() ? all_methods() : methods_by_name(arguments_.methods);
    choose_files();
    introduce();
    if (wanted("methods")) {
      const auto results = measure_methods(methods, files_, arguments_.threads);
      report_methods(results, files_, !arguments_.no_speed, document_);
      methods_table_ = methods_table(results, !arguments_.no_speed);
    }
    if (wanted("statistics")) {
      const Statistics statistics = measure_statistics(files_, arguments_.threads);
      report_statistics(statistics, document_, pictures_);
      statistics_table_ = statistics_table(statistics);
    }
    if (wanted("bounds")) {
      report_bounds(measure_bounds(files_, arguments_.threads), document_, pictures_);
    }
    if (wanted("lossy")) {
      const auto results = measure_lossy(files_, arguments_.threads);
      report_lossy(results, document_, pictures_);
      lossy_table_ = lossy_table(results);
    }
    if (wanted("sharing")) {
      report_sharing(measure_sharing(files_, arguments_.data, arguments_.pairs, arguments_.threads),
                     document_, pictures_);
    }
    write();
  }

 private:
  bool wanted(const std::string& part) const {
    return arguments_.only.empty() ||
           std::find(arguments_.only.begin(), arguments_.only.end(), part) != arguments_.only.end();
  }

  /// Every k-th file, so that the whole takes minutes.
  void choose_files() {
    auto found = find_recordings(arguments_.data, arguments_.channels, arguments_.rate);
    if (arguments_.test_every != 0) {
      std::vector<RecordingFile> tests;
      for (std::size_t i = 0; i < found.size(); ++i) {
        if (host::is_test(i, arguments_.test_every)) tests.push_back(found[i]);
      }
      if (tests.empty()) {
        throw Error(fmt::format("{} has only {} recordings; give a smaller --test-every",
                                arguments_.data, found.size()));
      }
      found = std::move(tests);
    }
    found_ = found.size();
    std::uint64_t bytes = 0;
    for (const RecordingFile& file : found) bytes += file.bytes;
    every_ = arguments_.all ? 1
             : arguments_.every != 0
                 ? arguments_.every
                 : std::max<std::size_t>(1, (bytes + kSampleBytes - 1) / kSampleBytes);
    for (std::size_t i = 0; i < found.size(); i += every_) files_.push_back(found[i]);
  }

  void introduce() {
    std::string text =
        files_.size() == found_
            ? fmt::format("All {} recordings were measured.", found_)
            : fmt::format(
                  "{} of {} recordings were measured, one in {} by name; --all measures all.",
                  files_.size(), found_, every_);
    if (arguments_.test_every > 1) {
      text += fmt::format(
          " They are one in {} by name, those that nrc train --test-every {} does "
          "not train on.",
          arguments_.test_every, arguments_.test_every);
    }
    document_.paragraph(text + " Made by nrc study.");
  }

  void write() const {
    OutputDirectory directory(arguments_.output, arguments_.force);
    if (!arguments_.no_pictures) {
      for (const Picture& picture : pictures_) draw(picture, directory.temporary());
    }
    directory.write("study.md", document_.markdown());
    directory.write("index.html", document_.html());
    if (!methods_table_.rows.empty()) directory.write("study.csv", to_csv(methods_table_));
    if (!lossy_table_.rows.empty()) directory.write("lossy.csv", to_csv(lossy_table_));
    if (!statistics_table_.rows.empty()) {
      directory.write("recordings.csv", to_csv(statistics_table_));
    }
    directory.commit();
  }

  Arguments arguments_;
  Document document_;
  std::vector<RecordingFile> files_;
  std::size_t found_ = 0;
  std::size_t every_ = 1;
  Document::Table methods_table_;
  Document::Table statistics_table_;
  Document::Table lossy_table_;
  std::vector<Picture> pictures_;
};

}  // namespace

}  // namespace nrc::study

int main(int argc, char** argv) {
#ifdef __GLIBC__
  // Recordings come and go: with the default, which grows, their memory would stay with the
  // program.
  mallopt(M_MMAP_THRESHOLD, 1 << 17);
#endif
  // `nrc study` runs this program under that name.
  const bool by_nrc = argc > 0 && std::string(argv[0]) == "nrc study";
  CLI::App app("Measure methods, statistics and limits on recordings, and write a report",
               by_nrc ? "nrc study" : "nrc-study");
  const auto arguments = std::make_shared<nrc::study::Arguments>();
  app.add_option(
         "data", arguments->data,
         "directory of WAV, EDF, BDF and raw int16 files (.i16, .raw, .bin, .dat), or one file")
      ->required();
  app.add_option("-o,--output", arguments->output, "directory to write the report to")->required();
  app.add_option("--methods", arguments->methods,
                 "measure these methods only, names with commas between them")
      ->delimiter(',');
  app.add_option("--only", arguments->only,
                 "these parts only: methods, statistics, bounds, lossy, sharing")
      ->delimiter(',')
      ->check(CLI::IsMember({"methods", "statistics", "bounds", "lossy", "sharing"}));
  app.add_option("--channels", arguments->channels, "channels of raw files, 1 to 65536")
      ->check(CLI::Range(1, 65536));
  app.add_option("--rate", arguments->rate, "sampling rate of raw files, Hz")
      ->check(CLI::Range(0.001, 4e6));
  CLI::Option* const all =
      app.add_flag("--all", arguments->all, "measure every file instead of a sample");
  app.add_option("--every", arguments->every, "measure every k-th file")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->excludes(all);
  app.add_option("--test-every", arguments->test_every,
                 "take of all files only every K-th, those that nrc train --test-every K does not "
                 "train on")
      ->check(CLI::Range(std::size_t{2}, std::size_t{1'000'000}));
  app.add_option("--threads", arguments->threads,
                 "threads for different files; 0: all. Speeds are of one anyway");
  app.add_option("--pairs", arguments->pairs,
                 "file with the names of two recordings of one instant in each line");
  app.add_flag("--no-pictures", arguments->no_pictures, "draw nothing: gnuplot is not needed");
  app.add_flag("--no-speed", arguments->no_speed,
               "leave speeds out: the report is then the same every time");
  app.add_flag("-f,--force", arguments->force, "replace a report that exists");
  app.callback([arguments] { nrc::study::Study(*arguments).run(); });
  return nrc::host::run_program(app, argc, argv);
}
