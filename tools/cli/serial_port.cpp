// SPDX-License-Identifier: Apache-2.0
#include "serial_port.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "nrc/error.hpp"

namespace nrc::cli {
namespace {

std::string text_of(int error) { return std::strerror(error); }  // NOLINT(concurrency-mt-unsafe)

struct Rate {
  unsigned baud;
  speed_t speed;
};
constexpr Rate kRates[] = {
    {115200, B115200},   {230400, B230400},   {460800, B460800},   {500000, B500000},
    {921600, B921600},   {1000000, B1000000}, {1500000, B1500000}, {2000000, B2000000},
    {2500000, B2500000}, {3000000, B3000000},
};

speed_t speed_of(unsigned baud) {
  for (const Rate& rate : kRates) {
    if (rate.baud == baud) {
      return rate.speed;
    }
  }
  throw Error(fmt::format(
      "{} baud is not a rate of serial ports; give 115200, 1000000, 2000000 or 3000000", baud));
}

}  // namespace

SerialPort::SerialPort(const std::string& path, unsigned baud) : path_(path) {
  const speed_t speed = speed_of(baud);
  // Without waiting for a modem.
  descriptor_ = ::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (descriptor_ < 0) {
    const int error = errno;
    throw Error(fmt::format("cannot open {}: {}; {}", path, text_of(error),
                            error == EACCES ? "join the group with access to it (dialout)"
                                            : "check that the board is connected"));
  }
  termios settings = {};
  bool done = ::tcgetattr(descriptor_, &settings) == 0;
  if (done) {
    ::cfmakeraw(&settings);
    settings.c_cflag |= CLOCAL | CREAD;
    settings.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS);
    done = ::cfsetispeed(&settings, speed) == 0 && ::cfsetospeed(&settings, speed) == 0 &&
           ::tcsetattr(descriptor_, TCSANOW, &settings) == 0;
  }
  if (!done) {
    const int error = errno;
    ::close(std::exchange(descriptor_, -1));
    throw Error(fmt::format("{} is not a serial port that supports {} baud: {}", path, baud,
                            text_of(error)));
  }
  ::tcflush(descriptor_, TCIOFLUSH);
}

SerialPort::~SerialPort() { ::close(descriptor_); }

std::size_t SerialPort::read(std::uint8_t* buffer, std::size_t size,
                             std::chrono::milliseconds patience, const StopSignal& stop) {
  pollfd waiting[2] = {{descriptor_, POLLIN, 0}, {stop.descriptor(), POLLIN, 0}};
  // A signal that was seen already is no reason to come back at once.
  const nfds_t watched = stop.raised() ? 1 : 2;
  const int ready = ::poll(waiting, watched, static_cast<int>(patience.count()));
  if (ready < 0 && errno != EINTR) {
    throw Error(fmt::format("cannot wait for {}: {}", path_, text_of(errno)));
  }
  if (ready <= 0 || waiting[0].revents == 0) {
    return 0;
  }
  const ssize_t count = ::read(descriptor_, buffer, size);
  if (count > 0) {
    return static_cast<std::size_t>(count);
  }
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return 0;
  }
  throw Error(fmt::format("{} has disappeared: {}; connect the board again", path_,
                          count == 0 ? "end of file" : text_of(errno)));
}

void SerialPort::write(const std::uint8_t* data, std::size_t size) {
  while (size != 0) {
    const ssize_t count = ::write(descriptor_, data, size);
    if (count >= 0) {
      data += count;
      size -= static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {
      pollfd waiting = {descriptor_, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      throw Error(fmt::format("cannot write to {}: {}", path_, text_of(errno)));
    }
  }
}

}  // namespace nrc::cli
