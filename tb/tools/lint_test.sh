#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Python, shell scripts, the format of C++ and what is made of the registers' description are as scripts/lint.sh
# wants them, and each of its tools finds a fault.
set -euo pipefail
cd "${NRC_SOURCE_DIR:-$(dirname "$0")/../..}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0
fail() {
  echo "lint: $*" >&2
  status=1
}

# Without its tools and without permission to install them it says so in one line.
if NO_INSTALL=1 NRC_LINT_VENV=$work/venv scripts/lint.sh shell >"$work/out" 2>"$work/log"; then
  fail "passes without its tools"
fi
if [ -s "$work/out" ] || [ "$(wc -l <"$work/log")" != 1 ] || ! grep -q 'without NO_INSTALL=1' "$work/log"; then
  fail "without its tools: $(cat "$work/out" "$work/log")"
fi
if scripts/lint.sh pyhton >"$work/log" 2>&1; then fail "accepts a part that does not exist"; fi
grep -q "unknown part 'pyhton'" "$work/log" || fail "for a part that does not exist: $(cat "$work/log")"

venv=$(realpath -m "${NRC_LINT_VENV:-build/lint-venv}")
if [ "${NO_INSTALL:-0}" = 1 ] && ! cmp -s scripts/lint_requirements.txt "$venv/requirements.txt"; then
  echo "lint: the tools are not installed (NO_INSTALL=1): nothing else is tested"
  exit "$status"
fi
scripts/lint.sh python shell format registers

# A project of three files that are right; then each is replaced by one that is not.
export NRC_LINT_VENV=$venv
project=$work/project
mkdir -p "$project/scripts"
cp scripts/lint.sh scripts/lint_requirements.txt "$project/scripts"
cp ruff.toml mypy.ini .clang-format "$project"

right() {
  printf 'def double(value: int) -> int:\n    return 2 * value\n' >"$project/a.py"
  # shellcheck disable=SC2016 # for the script
  printf '#!/bin/bash\necho "$1"\n' >"$project/a.sh"
  printf 'int a = 1;\n' >"$project/a.cpp"
  times=$((times + 1))
  touch -d "@$times" "$project/a.py"
}
# mypy takes a file with the size and the time, in seconds, of a file that it has checked for that file.
times=1000000000
right
"$project/scripts/lint.sh" python shell format >"$work/log" 2>&1 || fail "what is right fails: $(cat "$work/log")"

finds() { # PART TEXT FILE CONTENTS: the part fails and its output has TEXT
  right
  printf '%b' "$4" >"$project/$3"
  times=$((times + 1))
  touch -d "@$times" "$project/$3"
  if "$project/scripts/lint.sh" "$1" >"$work/log" 2>&1; then fail "$1 does not find $2"; fi
  grep -qF "$2" "$work/log" || fail "$1 does not say $2: $(cat "$work/log")"
  grep -q "^lint $1: FAILED" "$work/log" || fail "$1 has no line that says that it fails: $(cat "$work/log")"
}
finds python F821 a.py 'def double(value: int) -> int:\n    return 2 * number\n'
finds python ANN001 a.py 'def double(value) -> int:\n    return 2\n'
finds python ANN201 a.py 'def double(value: int):\n    return 2 * value\n'
finds python B023 a.py 'calls = []\nfor i in range(3):\n    calls.append(lambda: i)\n'
finds python B905 a.py 'pairs = list(zip([1], [2]))\n'
finds python E501 a.py "text = '$(printf '%0120d' 0)'\\n"
finds python I001 a.py 'import sys\nimport os\nprint(os, sys)\n'
finds python return-value a.py 'def double(value: int) -> str:\n    return 2 * value\n'
# shellcheck disable=SC2016 # for the script
finds shell SC2086 a.sh '#!/bin/bash\necho $1\n'
finds format clang-format-violations a.cpp 'int  a = 1;\n'
# A part that fails is not hidden by those around it.
if "$project/scripts/lint.sh" shell format python >"$work/log" 2>&1; then fail "one part of three fails, and all passes"; fi
grep -q '^lint python: passed' "$work/log" || fail "a part does not run after one that fails: $(cat "$work/log")"
exit "$status"
