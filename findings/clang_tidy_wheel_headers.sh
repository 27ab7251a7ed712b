#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# PyPI's clang-tidy 14.0.6 finds the C++ headers of the system's GCC, but brings none of the headers that
# belong to a compiler: a file that includes <cstddef> is no longer valid C++ to it, though Debian's
# clang-tidy of the same version accepts it. Seen with GCC 12 on Debian 12:
#
#   /usr/bin/../lib/gcc/x86_64-linux-gnu/12/../../../../include/c++/12/cstddef:50:10: error:
#   'stddef.h' file not found [clang-diagnostic-error]
#
# Its clang-format sibling needs no headers and works. Needs g++ and python3 with venv; exits 1 if the
# behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check clang-tidy==14.0.6

cat >"$work/a.cpp" <<'END'
#include <cstddef>
std::size_t size() { return 1; }
END
g++ -std=c++17 -Wall -fsyntax-only "$work/a.cpp"
status=0
"$work/venv/bin/clang-tidy" --checks='-*,bugprone-*' "$work/a.cpp" -- -std=c++17 >"$work/log" 2>&1 || status=$?
cat "$work/log"
if [ "$status" = 0 ] || ! grep -q "'stddef.h' file not found" "$work/log"; then
  echo "changed: clang-tidy found the header (exit status $status)"
  exit 1
fi
echo "as described"
