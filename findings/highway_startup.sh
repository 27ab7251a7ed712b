#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# libhwy1 1.0.3-3+deb12u1 (Highway, a library of vector instructions, as Debian 12 packages it): a program that is linked
# with it and only asks which instruction sets the machine has also pays for the library's benchmark timer. A static
# initializer calls hwy::platform::TimerResolution() before main(), which measures the clock for some milliseconds; that
# is half of the time that a small command takes to start. Nothing in the headers says so.
#
# The program below has a TimerResolution() of its own in place of the library's, so that the call shows.
#
# Output seen:
#   TimerResolution() is called
#   main()
#
# Needs Debian 12's apt, dpkg and a C++ compiler; exits 1 if the behaviour is another one.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download -q libhwy1=1.0.3-3+deb12u1 libhwy-dev=1.0.3-3+deb12u1 >/dev/null 2>&1
for package in *.deb; do dpkg -x "$package" root; done
lib=$(dirname "$(find root -name 'libhwy.so.1')")

cat >program.cpp <<'END'
#include <hwy/targets.h>

#include <cstdint>
#include <cstdio>

namespace hwy {
namespace platform {
std::uint64_t TimerResolution() {
  std::puts("TimerResolution() is called");
  return 1;
}
}  // namespace platform
}  // namespace hwy

int main() {
  std::puts("main()");
  return hwy::SupportedTargets() == 0;
}
END
c++ -std=c++17 -O1 -rdynamic -Iroot/usr/include program.cpp -o program -L"$lib" -lhwy
output=$(LD_LIBRARY_PATH=$lib ./program)
echo "$output"
[ "$output" = $'TimerResolution() is called\nmain()' ] || { echo 'changed'; exit 1; }
echo 'as described'
