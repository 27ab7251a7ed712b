// SPDX-License-Identifier: Apache-2.0
#include "measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "host/parallel.hpp"
#include "host/progress.hpp"
#include "nrc/error.hpp"

namespace nrc::study {

double MethodResult::mean_ratio() const {
  return std::accumulate(ratios.begin(), ratios.end(), 0.0) / static_cast<double>(ratios.size());
}

std::vector<MethodResult> measure_methods(const Methods& methods,
                                          const std::vector<RecordingFile>& files,
                                          unsigned threads) {
  if (std::any_of(methods.begin(), methods.end(), [](const auto& m) { return m->learns(); })) {
    host::Progress progress("learning shared tables", files.size(), "files");
    for (std::size_t i = 0; i < files.size(); ++i) {
      const Recording recording = read_recording(files[i]);
      for (const auto& method : methods) method->learn(recording);
      progress.update(i + 1);
    }
    for (const auto& method : methods) method->finish_learning();
  }
  // [file][method], so that sums do not depend on the order in which threads come by.
  std::vector<std::vector<Measurement>> measurements(files.size());
  host::Progress progress("measuring methods", files.size(), "files");
  host::for_each_index(files.size(), threads, progress, [&](std::size_t i) {
    const Recording recording = read_recording(files[i]);
    for (const auto& method : methods) {
      measurements[i].push_back(method->measure(recording));
      if (method->facts().lossless && !measurements[i].back().exact) {
        throw Error(fmt::format("{}: {} does not give it back; report this as a bug", files[i].path,
                                method->facts().name));
      }
    }
  });
  std::vector<MethodResult> results;
  for (std::size_t m = 0; m < methods.size(); ++m) {
    MethodResult result;
    result.facts = methods[m]->facts();
    result.shared_table_bytes = methods[m]->shared_table_bytes();
    for (const auto& of_file : measurements) {
      result.total += of_file[m];
      result.ratios.push_back(of_file[m].ratio());
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace nrc::study
