// SPDX-License-Identifier: Apache-2.0
#include "live_link.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <memory>
#include <utility>

#include "host/program.hpp"
#include "nrc/error.hpp"

namespace nrc::cli {
namespace {

volatile std::sig_atomic_t stop_raised = 0;
int stop_pipe[2] = {-1, -1};

void raise_stop(int) {
  const int error = errno;
  stop_raised = 1;
  const char byte = 0;
  // Full or not, it is readable then.
  [[maybe_unused]] const ssize_t written = ::write(stop_pipe[1], &byte, 1);
  errno = error;
}

std::string reason(int error) { return std::strerror(error); }  // NOLINT(concurrency-mt-unsafe)

/// Waits until one can read or accept.
/// @param patience  milliseconds, or -1: for ever
/// @return false if a signal came instead, or nothing
bool wait_for(int descriptor, short events, const StopSignal& stop, int patience = -1) {
  pollfd waiting[2] = {{descriptor, events, 0}, {stop.descriptor(), POLLIN, 0}};
  while (!stop.raised()) {
    const int ready = ::poll(waiting, 2, patience);
    if (ready < 0) {
      if (errno != EINTR) {
        throw Error("cannot wait for data: " + reason(errno));
      }
    } else if (ready == 0) {
      return false;
    } else if (waiting[0].revents != 0) {
      return !stop.raised();
    }
  }
  return false;
}

/// A descriptor that is closed unless it is released.
class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
};

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

std::unique_ptr<addrinfo, FreeAddresses> resolve(const Address& address, bool udp, int flags) {
  addrinfo hints = {};
  hints.ai_socktype = udp ? SOCK_DGRAM : SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &list);
  if (error != 0) {
    throw Error(
        fmt::format("{}: {}; give a host name that resolves", address.host, ::gai_strerror(error)));
  }
  return std::unique_ptr<addrinfo, FreeAddresses>(list);
}

/// "HOST:PORT" of an end of a socket.
std::string name_of(const sockaddr_storage& address, socklen_t size) {
  char host[NI_MAXHOST] = "?";
  char port[NI_MAXSERV] = "?";
  ::getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host, sizeof host, port,
                sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  return fmt::format(address.ss_family == AF_INET6 ? "[{}]:{}" : "{}:{}", host, port);
}

void set_option(int descriptor, int level, int option) {
  const int on = 1;
  ::setsockopt(descriptor, level, option, &on, sizeof on);  // works without, but less well
}

/// A packet shall leave at once, and an end that is dead be noticed some time.
void prepare_stream(int descriptor) {
  set_option(descriptor, IPPROTO_TCP, TCP_NODELAY);
  set_option(descriptor, SOL_SOCKET, SO_KEEPALIVE);
}

constexpr const char* kLoopback = "127.0.0.1";

}  // namespace

StopSignal::StopSignal() {
  if (::pipe2(stop_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
    throw Error("cannot open a pipe: " + reason(errno) + "; close other programs");
  }
  stop_raised = 0;
  struct sigaction action = {};
  action.sa_handler = raise_stop;
  action.sa_flags = SA_RESETHAND;
  for (const int signal : {SIGINT, SIGTERM}) {
    ::sigaction(signal, &action, nullptr);
  }
  // Then writing fails, and is reported.
  std::signal(SIGPIPE, SIG_IGN);
}

StopSignal::~StopSignal() {
  for (const int signal : {SIGINT, SIGTERM}) {
    std::signal(signal, SIG_DFL);
  }
  for (int& descriptor : stop_pipe) {
    ::close(std::exchange(descriptor, -1));
  }
}

bool StopSignal::raised() const { return stop_raised != 0; }
int StopSignal::descriptor() const { return stop_pipe[0]; }

Address Address::parse(const std::string& text, const std::string& default_host) {
  const std::size_t colon = text.rfind(':');
  Address address;
  address.host = colon == std::string::npos ? default_host : text.substr(0, colon);
  address.port = colon == std::string::npos ? text : text.substr(colon + 1);
  if (address.host.size() > 2 && address.host.front() == '[' && address.host.back() == ']') {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  std::uint16_t port = 0;
  const char* const end = address.port.data() + address.port.size();
  const auto result = std::from_chars(address.port.data(), end, port);
  if (result.ec != std::errc() || result.ptr != end || address.host.empty()) {
    throw Error(
        fmt::format("{} is not an address; give HOST:PORT with a port from 0 to 65535", text));
  }
  return address;
}

LiveLink LiveLink::listen(const std::string& text, bool udp, const StopSignal& stop) {
  const auto list = resolve(Address::parse(text, kLoopback), udp, AI_PASSIVE);
  const addrinfo& at = *list;
  Socket socket(::socket(at.ai_family, at.ai_socktype | SOCK_CLOEXEC, at.ai_protocol));
  if (!udp) {
    set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR);
  }
  if (socket.get() < 0 || ::bind(socket.get(), at.ai_addr, at.ai_addrlen) != 0 ||
      (!udp && ::listen(socket.get(), 1) != 0)) {
    throw Error(
        fmt::format("cannot listen on {}: {}; give another port or address", text, reason(errno)));
  }
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  const std::string name = name_of(address, size);
  host::print_line("nrc", fmt::format("listening on {}{}", name, udp ? " (UDP)" : ""));
  if (udp) {
    const int bytes = 1 << 22;  // as far as the system allows: datagrams that find no room are lost
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    return {socket.release(), name, true};
  }
  while (wait_for(socket.get(), POLLIN, stop)) {
    size = sizeof address;
    const int peer =
        ::accept4(socket.get(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_CLOEXEC);
    if (peer >= 0) {
      prepare_stream(peer);
      return {peer, name_of(address, size), false};
    }
    // One that is gone already is none.
    if (errno != ECONNABORTED && errno != EINTR) {
      throw Error(fmt::format("cannot accept a connection on {}: {}", name, reason(errno)));
    }
  }
  throw Error(fmt::format("stopped before anyone connected to {}", name));
}

LiveLink LiveLink::connect(const std::string& text, bool udp, const StopSignal& stop) {
  const auto list = resolve(Address::parse(text, kLoopback), udp, 0);
  int error = 0;
  for (const addrinfo* at = list.get(); at != nullptr; at = at->ai_next) {
    Socket socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol));
    if (socket.get() >= 0 && ::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0) {
      if (!udp) {
        prepare_stream(socket.get());
      }
      return {socket.release(), text, udp};
    }
    error = errno;
    if (stop.raised()) {
      break;
    }
  }
  throw Error(fmt::format("cannot connect to {}: {}; start the other end with --listen first", text,
                          reason(error)));
}

LiveLink::LiveLink(LiveLink&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      name_(std::move(other.name_)),
      datagrams_(other.datagrams_) {}

LiveLink::~LiveLink() {
  if (descriptor_ > 2) {
    ::close(descriptor_);
  }
}

std::size_t LiveLink::read(std::uint8_t* buffer, std::size_t size, const StopSignal& stop,
                           int patience) {
  while (wait_for(descriptor_, POLLIN, stop, patience)) {
    const ssize_t count = ::read(descriptor_, buffer, size);
    if (count > 0) {
      return static_cast<std::size_t>(count);
    }
    if (count == 0) {
      if (!datagrams_) {
        return 0;
      }
    } else if (errno == ECONNRESET) {
      throw Error(fmt::format("{} closed the connection; start it again", name_));
    } else if (errno != EINTR && errno != EAGAIN) {
      throw Error(fmt::format("cannot read from {}: {}", name_, reason(errno)));
    }
  }
  return 0;
}

void LiveLink::write(const std::uint8_t* data, std::size_t size) {
  while (size != 0) {
    const ssize_t count = ::write(descriptor_, data, size);
    if (count >= 0) {
      data += count;
      size -= static_cast<std::size_t>(count);
    } else if (datagrams_ && errno != EINTR) {
      // Nobody listens, or the way is full: a datagram is lost then.
      if (errno == ECONNREFUSED || errno == ENOBUFS) {
        return;
      }
      throw Error(fmt::format("cannot send to {}: {}", name_, reason(errno)));
    } else if (errno == EPIPE || errno == ECONNRESET) {
      throw Error(fmt::format("{} was closed by its reader; start that again", name_));
    } else if (errno == EAGAIN) {
      pollfd waiting = {descriptor_, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      throw Error(fmt::format("cannot write to {}: {}", name_, reason(errno)));
    }
  }
}

}  // namespace nrc::cli
