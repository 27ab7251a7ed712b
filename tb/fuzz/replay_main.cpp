// SPDX-License-Identifier: Apache-2.0
//
// main() of a harness without libFuzzer: runs every file of a corpus, then a fixed number of inputs
// made of them by random edits, the same ones for a seed on every machine. So the harnesses are
// tests wherever there is a compiler; `make fuzz` looks for more.
#include <fcntl.h>
#include <getopt.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#if NRC_HAVE_SANITIZERS
#include <sanitizer/common_interface_defs.h>
#endif

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
/// A harness may know better edits; they make use of LLVMFuzzerMutate(), which is libFuzzer's.
extern "C" [[gnu::weak]] std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                                             std::size_t most, unsigned int seed);
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

constexpr int kSecondsPerInput = 10;

// Of the input at hand; plain, as the handlers read them when all else has failed.
const std::uint8_t* g_data = nullptr;
std::size_t g_size = 0;
std::string g_name;  ///< its file; empty if it was made
std::string g_kept;  ///< where a made input is kept when it fails
std::string g_program;

void print(const char* text) {
  if (write(STDERR_FILENO, text, std::char_traits<char>::length(text)) < 0) _exit(1);
}

void keep_input() {
  const std::string& name = g_name.empty() ? g_kept : g_name;
  if (g_name.empty()) {
    const int file = open(g_kept.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644);
    if (file < 0 || write(file, g_data, g_size) != static_cast<ssize_t>(g_size)) {
      print("the input could not be kept\n");
    }
  }
  print("\nfinding; replay it with: ");
  print(g_program.c_str());
  print(" ");
  print(name.c_str());
  print("\n");
}

void on_signal(int signal) {
  if (signal == SIGVTALRM) print("the input takes too long\n");
  keep_input();
  _exit(1);
}

void run(const Bytes& input) {
  const Bytes exact(input.begin(), input.end());  // no capacity past its end
  g_data = exact.data();
  g_size = exact.size();
  itimerval limit = {};
  limit.it_value.tv_sec = kSecondsPerInput;
  setitimer(ITIMER_VIRTUAL, &limit, nullptr);  // processor time: other programs do not count
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

class Mutator {
 public:
  Mutator(const std::vector<Bytes>& corpus, std::uint64_t seed, std::size_t longest)
      : corpus_(corpus), random_(seed), longest_(longest) {}

  /// An input of the corpus after a few edits.
  Bytes next() {
    Bytes input = corpus_[below(corpus_.size())];
    for (std::size_t edits = std::size_t{1} << below(4); edits > 0; --edits) {
      if (LLVMFuzzerCustomMutator == nullptr) {
        edit(input);
        continue;
      }
      const std::size_t size = std::min(input.size(), longest_);
      input.resize(longest_);
      input.resize(LLVMFuzzerCustomMutator(input.data(), size, longest_,
                                           static_cast<unsigned int>(random_())));
    }
    if (input.size() > longest_) input.resize(longest_);
    return input;
  }

  std::size_t edit(std::uint8_t* data, std::size_t size, std::size_t most) {
    Bytes input(data, data + size);
    edit(input);
    size = std::min(input.size(), most);
    std::copy_n(input.begin(), size, data);
    return size;
  }

 private:
  // mt19937's numbers are the same everywhere; the standard's distributions are not.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_()) % count; }
  std::uint8_t byte() {
    constexpr std::uint8_t kExtremes[] = {0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF};
    return below(2) == 0 ? kExtremes[below(sizeof kExtremes)]
                         : static_cast<std::uint8_t>(random_());
  }

  void edit(Bytes& input) {
    const std::size_t at = below(input.size() + 1);
    const std::size_t rest = input.size() - at;
    const std::size_t count = std::min(rest, std::size_t{1} << below(7));
    const auto here = input.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(6)) {
      case 0:
        if (rest > 0) input[at] = static_cast<std::uint8_t>(input[at] ^ 1U << below(8));
        break;
      case 1:
        if (rest > 0) input[at] = byte();
        break;
      case 2:
        input.erase(here, here + static_cast<std::ptrdiff_t>(count));
        break;
      case 3: {
        const std::uint8_t value = byte();
        input.insert(here, 1 + below(4), value);
        break;
      }
      case 4: {  // a piece of the input or of another one, put in
        const Bytes& source = below(2) == 0 ? input : corpus_[below(corpus_.size())];
        const std::size_t from = below(source.size() + 1);
        const auto first = source.begin() + static_cast<std::ptrdiff_t>(from);
        const Bytes piece(first, first + static_cast<std::ptrdiff_t>(std::min(
                                             source.size() - from, std::size_t{1} << below(9))));
        input.insert(here, piece.begin(), piece.end());
        break;
      }
      default:  // a small step of a number
        if (rest > 0) input[at] = static_cast<std::uint8_t>(input[at] + below(9) - 4);
    }
  }

  const std::vector<Bytes>& corpus_;
  std::mt19937_64 random_;
  std::size_t longest_;
};

Mutator* g_mutator = nullptr;

std::vector<fs::path> files_of(const std::vector<std::string>& names) {
  std::vector<fs::path> files;
  for (const std::string& name : names) {
    if (!fs::is_directory(name)) {
      files.emplace_back(name);
      continue;
    }
    for (const auto& entry : fs::directory_iterator(name)) {
      if (entry.is_regular_file()) files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());  // a directory has no order of its own
  return files;
}

Bytes read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  Bytes bytes{std::istreambuf_iterator<char>(in), {}};
  if (!in) throw std::runtime_error(path.string() + ": cannot read it");
  return bytes;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most) {
  return g_mutator->edit(data, size, most);
}

int main(int argc, char** argv) {
  std::uint64_t runs = 0;
  std::uint64_t seed = 1;
  std::size_t longest = 8192;
  const option kOptions[] = {{"runs", required_argument, nullptr, 'r'},
                             {"seed", required_argument, nullptr, 's'},
                             {"longest", required_argument, nullptr, 'l'},
                             {nullptr, 0, nullptr, 0}};
  bool understood = true;
  for (int o; (o = getopt_long(argc, argv, "", kOptions, nullptr)) != -1;) {
    char* end = nullptr;
    const std::uint64_t value = o == '?' ? 0 : std::strtoull(optarg, &end, 10);
    understood = understood && o != '?' && end != optarg && *end == 0;
    if (o == 'r') runs = value;
    if (o == 's') seed = value;
    if (o == 'l') longest = value;
  }
  const std::vector<std::string> names(argv + optind, argv + argc);
  if (!understood || names.empty() || longest < 1 || longest > 1 << 20) {
    std::fprintf(stderr,
                 "usage: %s [--runs N, inputs made by random edits] [--seed N] "
                 "[--longest BYTES, 1 to %d] FILE_OR_DIRECTORY...\n",
                 argv[0], 1 << 20);
    return 2;
  }

  g_program = argv[0];
  g_kept = fs::path(argv[0]).filename().string() + ".finding";
  for (const int signal : {SIGABRT, SIGVTALRM}) std::signal(signal, on_signal);
#if NRC_HAVE_SANITIZERS
  __sanitizer_set_death_callback(keep_input);
#endif

  std::vector<Bytes> corpus;
  try {
    for (const fs::path& path : files_of(names)) {
      corpus.push_back(read(path));
      g_name = path.string();
      run(corpus.back());
    }
  } catch (const std::runtime_error& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "error: no inputs in %s\n", names[0].c_str());
    return 1;
  }
  g_name.clear();
  Mutator mutator(corpus, seed, longest);
  g_mutator = &mutator;
  for (std::uint64_t i = 0; i < runs; ++i) run(mutator.next());
  std::printf("%zu inputs, %llu made of them: no finding\n", corpus.size(),
              static_cast<unsigned long long>(runs));
  return 0;
}
