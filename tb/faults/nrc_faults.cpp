// SPDX-License-Identifier: Apache-2.0
//
// nrc_faults: the fault campaign. Streams of the golden model and of the RTL, damaged in every way
// a link can, through the receiver. Each trial follows from the seed and its number alone.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "check.hpp"
#include "course.hpp"
#include "fault.hpp"
#include "host/parallel.hpp"
#include "host/program.hpp"
#include "host/progress.hpp"
#include "nrc/error.hpp"
#include "nrc/table_files.hpp"
#include "rtl_course.hpp"

namespace nrc::faults {
namespace {

constexpr std::size_t kMaxMessages = 20;

struct Arguments {
  std::string program;  ///< as it was called
  std::size_t trials = 10000;
  std::uint32_t seed = 1;
  std::optional<std::size_t> trial;  ///< only this one, with all that is known about it
  unsigned threads = 0;
  std::string json;
};

/// One row of the table.
struct Kind {
  const char* name;
  std::function<Course(Random&)> course;
  /// Does the damage and says what it was.
  std::function<std::string(const Course&, Delivery&, Random&)> strike;
};

/// One fault of any kind, somewhere.
std::string strike_anywhere(const Course& course, Delivery& delivery, Random& random) {
  const auto& faults = link_faults();
  return faults[random() % faults.size()].strike(course, delivery, random() % delivery.size(),
                                                 random);
}

std::string strike_often(const Course& course, Delivery& delivery, Random& random) {
  std::string text;
  for (int left = random.range(2, 6); left > 0; --left) {
    text += strike_anywhere(course, delivery, random) + (left > 1 ? "; " : "");
  }
  return text;
}

/// One fault where a stream ends and the next one begins.
std::string strike_boundary(const Course& course, Delivery& delivery, Random& random) {
  std::vector<std::size_t> begins;
  for (std::size_t i = 1; i < course.packets.size(); ++i) {
    if (course.packets[i].original != course.packets[i - 1].original) begins.push_back(i);
  }
  const auto begin = static_cast<std::ptrdiff_t>(begins[random() % begins.size()]);
  const auto& faults = link_faults();
  return faults[random() % faults.size()].strike(
      course, delivery, static_cast<std::size_t>(begin + random.range(-12, 6)), random);
}

std::string nothing(const Course&, Delivery&, Random&) { return "nothing"; }

Course rtl_course(Random& random) {
  switch (random() % 4) {
    case 0:
      return rtl_course_huffman(random);
    case 1:
      return rtl_course_narrow(random);
    case 2:
      return rtl_course_range(random);
    default:
      return rtl_course_neighbour(random);
  }
}

std::vector<Kind> make_kinds() {
  const auto one = [](Random& r) { return model_course(CourseKind::kOneStream, r); };
  const auto drops = [](Random& r) { return model_course(CourseKind::kDrops, r); };
  const auto outage = [](Random& r) { return model_course(CourseKind::kOutage, r); };
  const auto several = [](Random& r) { return model_course(CourseKind::kSeveralStreams, r); };
  std::vector<Kind> kinds;
  for (const FaultKind& fault : link_faults()) {
    kinds.push_back({fault.name, one, [&fault](const Course& c, Delivery& d, Random& r) {
                       return fault.strike(c, d, r() % d.size(), r);
                     }});
  }
  kinds.push_back({"joined late", one, join_late});
  kinds.push_back({"end cut off", one, cut_end});
  kinds.push_back({"2 to 6 faults", one, strike_often});
  kinds.push_back({"encoder drops", drops, nothing});
  kinds.push_back({"encoder drops, a fault", drops, strike_anywhere});
  kinds.push_back({"outage", outage, nothing});
  kinds.push_back({"outage, a fault", outage, strike_anywhere});
  kinds.push_back({"streams in turn, a fault", several, strike_boundary});
  kinds.push_back({"RTL, sink stalls", rtl_course, nothing});
  kinds.push_back({"RTL, sink stalls, a fault", rtl_course, strike_anywhere});
  return kinds;
}

struct Trial {
  Outcome outcome;
  std::string course;
  std::string fault;
  std::size_t stalls = 0;
};

/// Numbers that look random, for any two seeds.
std::uint32_t mixed(std::uint32_t seed, std::size_t trial) {
  std::uint64_t x = (std::uint64_t{seed} << 32) ^ trial;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return static_cast<std::uint32_t>(x ^ (x >> 31));
}

Trial run_trial(const std::vector<Kind>& kinds, std::uint32_t seed, std::size_t number) {
  Trial trial;
  try {
    Random random(mixed(seed, number));
    const Kind& kind = kinds[number % kinds.size()];
    const Course course = kind.course(random);
    trial.course = course.name;
    trial.stalls = course.stalls;
    Delivery delivery;
    do {
      delivery = untouched(course);
      trial.fault = kind.strike(course, delivery, random);
    } while (hides_packet(course, delivery));
    trial.outcome = check(course, delivery);
  } catch (const std::exception& e) {
    trial.outcome.violation = e.what();
  }
  return trial;
}

/// Mean and largest of some numbers.
struct Spread {
  std::size_t count = 0, sum = 0, max = 0;
  void add(std::size_t value) {
    ++count;
    sum += value;
    max = std::max(max, value);
  }
  double mean() const {
    return count == 0 ? 0.0 : static_cast<double>(sum) / static_cast<double>(count);
  }
};

struct Row {
  std::size_t trials = 0, noticed = 0, silent = 0, harmless = 0, violations = 0;
  Spread missing;   ///< packets, of the trials that were noticed
  Spread recovery;  ///< packets, of those that recovered
  Spread bound;

  void add(const Outcome& outcome) {
    ++trials;
    silent += outcome.silent_error;
    violations += !outcome.violation.empty();
    if (!outcome.violation.empty()) return;
    (outcome.missing_packets != 0 ? noticed : harmless) += 1;
    if (outcome.missing_packets != 0) missing.add(outcome.missing_packets);
    if (outcome.recovery) recovery.add(*outcome.recovery);
    if (outcome.bound) bound.add(*outcome.bound);
  }
};

void print_row(const std::string& name, const Row& row) {
  const auto number = [](const Spread& s, std::size_t value) {
    return s.count == 0 ? std::string("-") : std::to_string(value);
  };
  const auto mean = [](const Spread& s) {
    return s.count == 0 ? std::string("-") : fmt::format("{:.1f}", s.mean());
  };
  fmt::print("{:<26}{:>7}{:>9}{:>8}{:>10}{:>9}{:>6}{:>10}{:>6}{:>7}\n", name, row.trials,
             row.noticed, row.silent, row.harmless, mean(row.missing),
             number(row.missing, row.missing.max), mean(row.recovery),
             number(row.recovery, row.recovery.max), number(row.bound, row.bound.max));
}

nlohmann::ordered_json to_json(const std::string& name, const Row& row) {
  return {{"fault", name},
          {"trials", row.trials},
          {"noticed", row.noticed},
          {"silent_errors", row.silent},
          {"harmless", row.harmless},
          {"violations", row.violations},
          {"missing_packets_mean", row.missing.mean()},
          {"missing_packets_max", row.missing.max},
          {"recovered", row.recovery.count},
          {"recovery_packets_mean", row.recovery.mean()},
          {"recovery_packets_max", row.recovery.max},
          {"recovery_bound_max", row.bound.max}};
}

void write_json(const std::string& path, const nlohmann::ordered_json& json) {
  std::ofstream out(path);
  out << json.dump(2) << '\n';
  if (!out.flush()) throw Error("cannot write " + path + "; give another --json FILE");
}

void print_one(const std::vector<Kind>& kinds, const Arguments& arguments) {
  const std::size_t number = *arguments.trial;
  const Trial trial = run_trial(kinds, arguments.seed, number);
  const Outcome& o = trial.outcome;
  const auto optional = [](const std::optional<std::size_t>& value) {
    return value ? std::to_string(*value) : std::string("-");
  };
  fmt::print("kind      {}\ncourse    {}\nfault     {}\n", kinds[number % kinds.size()].name,
             trial.course, trial.fault);
  fmt::print("missing   {} packets\nrecovery  {} packets, bound {}\n", o.missing_packets,
             optional(o.recovery), optional(o.bound));
  if (!o.violation.empty()) throw Error(fmt::format("trial {}: {}", number, o.violation));
}

void run_all(const std::vector<Kind>& kinds, const Arguments& arguments) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<Trial> trials(arguments.trials);
  {
    host::Progress progress("faults", arguments.trials, "trials");
    host::for_each_index(arguments.trials, arguments.threads, progress,
                         [&](std::size_t i) { trials[i] = run_trial(kinds, arguments.seed, i); });
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;

  std::vector<Row> rows(kinds.size());
  Row all;
  std::size_t stalls = 0;
  nlohmann::ordered_json violations = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Outcome& outcome = trials[i].outcome;
    rows[i % kinds.size()].add(outcome);
    all.add(outcome);
    stalls += trials[i].stalls;
    if (outcome.violation.empty()) continue;
    const std::string again =
        fmt::format("{} --seed {} --trial {}", arguments.program, arguments.seed, i);
    if (violations.size() < kMaxMessages) {
      fmt::print(stderr, "trial {} ({}): {}; repeat it with {}\n", i, kinds[i % kinds.size()].name,
                 outcome.violation, again);
    }
    violations.push_back({{"trial", i}, {"what", outcome.violation}, {"repeat", again}});
  }

  fmt::print("{:<26}{:>7}{:>9}{:>8}{:>10}{:>15}{:>16}\n", "", "", "", "silent", "", "packets",
             "recovery");
  fmt::print("{:<26}{:>7}{:>9}{:>8}{:>10}{:>9}{:>6}{:>10}{:>6}{:>7}\n", "fault", "trials",
             "noticed", "errors", "harmless", "missing", "max", "mean", "max", "bound");
  nlohmann::ordered_json table = nlohmann::ordered_json::array();
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    if (rows[k].trials == 0) continue;
    print_row(kinds[k].name, rows[k]);
    table.push_back(to_json(kinds[k].name, rows[k]));
  }
  print_row("all", all);
  fmt::print("\nseed {}; {} stalls of the RTL's sink; {:.0f} s\n", arguments.seed, stalls,
             took.count());
  if (!arguments.json.empty()) {
    write_json(arguments.json, {{"seed", arguments.seed},
                                {"trials", arguments.trials},
                                {"rtl_sink_stalls", stalls},
                                {"faults", table},
                                {"all", to_json("all", all)},
                                {"violations", violations}});
  }
  if (all.violations != 0) {
    throw Error(fmt::format("{} of {} trials failed", all.violations, arguments.trials));
  }
}

}  // namespace
}  // namespace nrc::faults

int main(int argc, char** argv) {
  CLI::App app(
      "Damages streams in every way a link can and checks what nrc::Receiver makes of them.",
      "nrc_faults");
  nrc::faults::Arguments arguments;
  arguments.program = argv[0];
  app.add_option("--trials", arguments.trials, "how many")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100'000'000}))
      ->capture_default_str();
  app.add_option("--seed", arguments.seed, "of all trials")->capture_default_str();
  app.add_option("--trial", arguments.trial, "repeat this one only, and describe it");
  app.add_option("--threads", arguments.threads, "0: as many as there are processors")
      ->capture_default_str();
  app.add_option("--json", arguments.json, "write the table to this file, too");
  app.callback([&arguments] {
    const auto kinds = nrc::faults::make_kinds();
    if (arguments.trial) {
      nrc::faults::print_one(kinds, arguments);
    } else {
      nrc::faults::run_all(kinds, arguments);
    }
  });
  return nrc::host::run_program(app, argc, argv);
}
