// SPDX-License-Identifier: Apache-2.0
//
// A board at the level of its pins, with the host's real command at the other end of the serial
// line: clock pin, rx and tx pin of a verilated board, and a pseudoterminal that `nrc board` opens
// as it would open the USB port.
//
//   board_NAME NRC PACKETS [--flip-tx BIT] [--flip-rx BIT] [--max-step CODES] [--expect STATUS]
//
// A flipped bit, counted on the line from the beginning with start and stop bits, shows that the
// host notices. Exit status 0 if the command ended with the expected status (0).
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include NRC_BOARD_HEADER
#include "verilated.h"
#include "verilated_dut.hpp"

namespace {

constexpr double kClockHz = NRC_BOARD_CLOCK_HZ;
constexpr double kBaud = 2000000.0;
constexpr double kBitClocks = kClockHz / kBaud;
constexpr std::uint64_t kPollClocks = 512;
constexpr std::uint64_t kMaxClocks = 400000000;
constexpr std::uint64_t kNever = ~std::uint64_t{0};
constexpr int kFrameBits = 10;

/// Bytes to the pin, bit by bit.
class LineDriver {
 public:
  explicit LineDriver(std::uint64_t flip) : flip_(flip) {}
  void push(std::uint8_t byte) { bytes_.push_back(byte); }
  std::size_t waiting() const { return bytes_.size(); }

  /// Level in the next clock.
  bool step() {
    if (bit_ == kFrameBits) {
      if (bytes_.empty()) {
        return true;
      }
      frame_ = 1U << 9 | static_cast<unsigned>(bytes_.front()) << 1;
      bytes_.pop_front();
      bit_ = 0;
      left_ += kBitClocks;
    }
    const bool level = ((frame_ >> bit_ & 1) != 0) != (sent_ == flip_);
    left_ -= 1.0;
    if (left_ <= 0.0) {
      ++bit_;
      ++sent_;
      if (bit_ < kFrameBits) {
        left_ += kBitClocks;
      } else if (bytes_.empty()) {
        left_ = 0.0;
      }
    }
    return level;
  }

 private:
  const std::uint64_t flip_;
  std::deque<std::uint8_t> bytes_;
  unsigned frame_ = 0;
  int bit_ = kFrameBits;
  double left_ = 0.0;  ///< clocks of the bit at hand
  std::uint64_t sent_ = 0;
};

/// Bytes from the pin.
class LineReader {
 public:
  explicit LineReader(std::uint64_t flip) : flip_(flip) {}

  /// @return whether a byte is complete, which is then in byte()
  bool step(bool level) {
    if (bit_ == kFrameBits) {
      if (level) {
        return false;
      }
      bit_ = 0;
      frame_ = 0;
      until_ = kBitClocks / 2;
    }
    until_ -= 1.0;
    if (until_ > 0.0) {
      return false;
    }
    frame_ |= static_cast<unsigned>(level != (seen_ == flip_)) << bit_;
    until_ += kBitClocks;
    ++seen_;
    if (++bit_ < kFrameBits) {
      return false;
    }
    if ((frame_ & 1) != 0 || (frame_ >> 9 & 1) == 0) {
      throw std::runtime_error("no start or stop bit on the tx pin");
    }
    return true;
  }
  std::uint8_t byte() const { return static_cast<std::uint8_t>(frame_ >> 1); }

 private:
  const std::uint64_t flip_;
  unsigned frame_ = 0;
  int bit_ = kFrameBits;
  double until_ = 0.0;
  std::uint64_t seen_ = 0;
};

/// The master of a pseudoterminal, and the command at its slave.
class Host {
 public:
  Host(const char* nrc, const char* packets, const std::string& max_step)
      : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0) {
      throw std::runtime_error("no pseudoterminal");
    }
    const std::string name = ::ptsname(master_);
    // Held open, and raw from the beginning: no echo before the command has set it.
    slave_ = ::open(name.c_str(), O_RDWR | O_NOCTTY);
    termios settings = {};
    ::tcgetattr(slave_, &settings);
    ::cfmakeraw(&settings);
    ::tcsetattr(slave_, TCSANOW, &settings);
    ::fcntl(master_, F_SETFL, O_NONBLOCK);
    child_ = ::fork();
    if (child_ == 0) {
      ::close(master_);
      ::execl(nrc, nrc, "board", "--port", name.c_str(), "--packets", packets, "--timeout", "300",
              "--max-step", max_step.c_str(), "--json", static_cast<char*>(nullptr));
      std::perror(nrc);
      ::_exit(127);
    }
  }
  ~Host() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    ::close(slave_);
    ::close(master_);
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  void receive(LineDriver& line) {
    std::uint8_t buffer[4096];
    const ssize_t count = ::read(master_, buffer, sizeof buffer);
    for (ssize_t n = 0; n < count; ++n) {
      line.push(buffer[n]);
    }
  }
  /// What the terminal does not take waits.
  void send(std::vector<std::uint8_t>& bytes) {
    const ssize_t count = bytes.empty() ? 0 : ::write(master_, bytes.data(), bytes.size());
    if (count > 0) {
      bytes.erase(bytes.begin(), bytes.begin() + count);
    }
  }
  bool ended(int& status) {
    if (::waitpid(child_, &status, WNOHANG) != child_) {
      return false;
    }
    child_ = -1;
    return true;
  }

 private:
  int master_;
  int slave_ = -1;
  pid_t child_ = -1;
};

struct Options {
  std::uint64_t flip_tx = kNever;
  std::uint64_t flip_rx = kNever;
  std::string max_step = "16";
  int expected = 0;
};

int run(const char* nrc, const char* packets, const Options& options) {
  const auto context = std::make_unique<VerilatedContext>();
  context->randReset(2);
  const auto board = std::make_unique<NRC_BOARD_CLASS>(context.get());
  board->rx_i = 1;
#ifdef NRC_BOARD_BUTTON
  board->button_ni = 1;
#endif
  Host host(nrc, packets, options.max_step);
  LineDriver to_board(options.flip_rx);
  LineReader from_board(options.flip_tx);
  std::vector<std::uint8_t> received;
  int status = 0;
  bool warm = false;  // the tx pin is driven
  std::uint64_t clock = 0;
  for (; clock < kMaxClocks; ++clock) {
    board->NRC_BOARD_CLOCK_PIN = 0;
    board->eval();
    board->NRC_BOARD_CLOCK_PIN = 1;
    board->eval();
    warm = warm || clock > 4096;
    if (warm) {
      board->rx_i = to_board.step() ? 1 : 0;
      if (from_board.step(board->tx_o != 0)) {
        received.push_back(from_board.byte());
      }
    }
    if (clock % kPollClocks == 0) {
      if (to_board.waiting() < 4096) {
        host.receive(to_board);
      }
      host.send(received);
      if (clock % (64 * kPollClocks) == 0 && host.ended(status)) {
        break;
      }
    }
  }
  board->final();
  nrc::tb::write_coverage(*context);
  if (clock == kMaxClocks) {
    throw std::runtime_error(fmt::format("no end after {} clocks", clock));
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  fmt::print("{} clocks; nrc board ended with status {}, expected {}\n", clock, code,
             options.expected);
  return code == options.expected ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 3 || argc % 2 == 0) {
      throw std::runtime_error(
          "usage: NRC PACKETS [--flip-tx BIT] [--flip-rx BIT] [--max-step CODES] [--expect "
          "STATUS]");
    }
    Options options;
    for (int n = 3; n + 1 < argc; n += 2) {
      const std::string name = argv[n];
      const std::uint64_t value = std::stoull(argv[n + 1]);
      if (name == "--flip-tx") {
        options.flip_tx = value;
      } else if (name == "--flip-rx") {
        options.flip_rx = value;
      } else if (name == "--max-step") {
        options.max_step = argv[n + 1];
      } else if (name == "--expect") {
        options.expected = static_cast<int>(value);
      } else {
        throw std::runtime_error("unknown option " + name);
      }
    }
    return run(argv[1], argv[2], options);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}: {}\n", argv[0], e.what());
    return 1;
  }
}
