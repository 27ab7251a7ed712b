#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks sources without running them: lint.sh [python|shell|format|registers|rtl|tidy ...], all of them by default.
#
#   python  ruff (with type hints required) and mypy
#   shell   shellcheck
#   format  clang-format of the C++ sources; `lint.sh reformat` applies it
#   registers  what is made of the registers' description; `lint.sh regenerate` makes it
#   rtl     lint_rtl.sh: Verilator on every configuration and board
#   tidy    clang-tidy on the C++ sources, in JOBS processes
#
# Prints what is wrong, then one line for each part. Exit status 1 if a part fails, 2 on wrong use.
#
# The tools of the first four come from PyPI in the versions of lint_requirements.txt, in a virtual
# environment, build/lint-venv or $NRC_LINT_VENV, which is made when it is missing or the versions
# change; with NO_INSTALL=1 it is not made. clang-tidy is Debian's, as PyPI's comes without the headers
# of the compiler; it needs compile_commands.json of a configured build tree, build or $NRC_BINARY_DIR.
set -euo pipefail
cd "$(dirname "$0")/.."

requirements=scripts/lint_requirements.txt
venv=${NRC_LINT_VENV:-build/lint-venv}
build=${NRC_BINARY_DIR:-build}
jobs=${JOBS:-$(nproc)}

die() {
  echo "error: lint: $*" >&2
  exit 2
}

# Makes the virtual environment if there is none of these versions.
tools() {
  # An environment without its python was moved, or the system has a newer one.
  if cmp -s "$requirements" "$venv/requirements.txt" && "$venv/bin/python" -c '' 2>/dev/null; then return; fi
  if [ "${NO_INSTALL:-0}" = 1 ]; then
    die "$venv lacks the tools of $requirements; run scripts/lint.sh once without NO_INSTALL=1"
  fi
  echo "Installing: the tools of $requirements in $venv" >&2
  local log
  log=$(mktemp "${TMPDIR:-/tmp}/nrc-lint.XXXXXX")
  rm -rf "$venv"
  if ! python3 -m venv "$venv" >"$log" 2>&1; then
    die "python3 -m venv $venv failed: $(tail -n 1 "$log") (log: $log); run scripts/install_deps.sh dev"
  fi
  if ! "$venv/bin/python" -m pip install --disable-pip-version-check --no-compile -q -r "$requirements" >"$log" 2>&1; then
    die "pip could not install $requirements: $(grep -m 1 '^ERROR' "$log" || tail -n 1 "$log") (log: $log)"
  fi
  cp "$requirements" "$venv/requirements.txt"
  rm -f "$log"
}

# The project's files of some names, without what is generated: tracked ones and new ones, or all files
# where this is no git repository.
sources() { # PATTERN...
  local pattern names=()
  if git ls-files --error-unmatch scripts/lint.sh >/dev/null 2>&1; then
    # Not those that are deleted and not yet committed.
    git ls-files -co --exclude-standard -- "$@" | while read -r file; do
      if [ -e "$file" ]; then echo "$file"; fi
    done
  else
    for pattern in "$@"; do names+=(-o -path "./$pattern"); done
    find . \( -path './build*' -o -path './.git' \) -prune -o -type f \( "${names[@]:1}" \) -print | sed 's:^\./::'
  fi | grep -v '/generated/' | LC_ALL=C sort
}

lint_python() {
  mapfile -t files < <(sources '*.py')
  local status=0
  "$venv/bin/ruff" check --quiet --output-format concise "${files[@]}" || status=1
  "$venv/bin/python" -m mypy --no-error-summary "${files[@]}" || status=1
  return "$status"
}

lint_shell() {
  mapfile -t files < <(sources '*.sh' '.ci/run')
  "$venv/bin/shellcheck" -x "${files[@]}"
}

lint_format() {
  mapfile -t files < <(sources '*.cpp' '*.hpp')
  "$venv/bin/clang-format" --dry-run -Werror "${files[@]}"
}

reformat() {
  mapfile -t files < <(sources '*.cpp' '*.hpp')
  "$venv/bin/clang-format" -i "${files[@]}"
}

lint_registers() {
  "$venv/bin/python" scripts/registers.py check
}

regenerate() {
  "$venv/bin/python" scripts/registers.py generate
}

lint_tidy() {
  local file header left_out=()
  if ! [ -e "$build/compile_commands.json" ]; then
    echo "error: there is no $build/compile_commands.json; run cmake -S . -B $build -DNRC_BUILD_STUDY=ON" >&2
    return 1
  fi
  if ! command -v clang-tidy >/dev/null; then
    echo "error: there is no clang-tidy; run scripts/install_deps.sh dev" >&2
    return 1
  fi
  while read -r file; do
    # Verilator writes the header of a model when it is built, pack_tables that of the challenge's tables;
    # simulations need not be configured.
    header=$(sed -n 's/^#include "\(V[A-Za-z0-9_]*\.h\|challenge_tables\.hpp\)"/\1/p
      s/^#include NRC_[A-Z]*_HEADER/Vnrc_*.h/p' "$file" | head -n 1)
    if ! grep -qF "/$file\"" "$build/compile_commands.json"; then
      left_out+=("$file")
    elif [ -n "$header" ] && [ -z "$(find "$build" -name "$header" -print -quit)" ]; then
      left_out+=("$file")
    elif [[ $file = sim/* || $file = tb/* ]] && ! grep -qF "/$file\"" "$build/compile_commands.json"; then
      left_out+=("$file")
    else
      files+=("$file")
    fi
  done < <(sources 'model/*.cpp' 'tools/*.cpp' 'study/*.cpp' 'sim/*.cpp' 'tb/faults/*.cpp')
  if [ ${#left_out[@]} -gt 0 ]; then
    echo "lint tidy: left out, as $build has not built what they include: ${left_out[*]}" >&2
  fi
  printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$jobs" clang-tidy -p "$build" --quiet
}

parts=("$@")
if [ $# = 0 ]; then parts=(python shell format registers rtl tidy); fi
needs_tools=0
for part in "${parts[@]}"; do
  case $part in
    python | shell | format | registers | reformat | regenerate) needs_tools=1 ;;
    rtl | tidy) ;;
    *) die "unknown part '$part'; give python, shell, format, registers, rtl, tidy, reformat or regenerate" ;;
  esac
done
if [ $needs_tools = 1 ]; then tools; fi

# Lines at the end, where a reader looks.
summary=()
failed=0
for part in "${parts[@]}"; do
  files=()
  result=passed
  case $part in
    python) lint_python ;;
    shell) lint_shell ;;
    format) lint_format ;;
    registers) lint_registers ;;
    rtl) scripts/lint_rtl.sh ;;
    tidy) lint_tidy ;;
    reformat) reformat ;;
    regenerate) regenerate ;;
  esac </dev/null || result=FAILED failed=1
  if [ ${#files[@]} -gt 0 ]; then result+=" (${#files[@]} files)"; fi
  summary+=("lint $part: $result")
done
printf '%s\n' "${summary[@]}"
exit $failed
