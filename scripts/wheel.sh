#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the wheel of the Python package, which needs nothing of this system but the C library, and tests it.
#
#   wheel.sh [DIRECTORY]     where the wheel and the environments are made (default: build/wheel)
#
# One build serves all versions of Python: every python3.10 to python3.14 that is found installs it in an
# environment of its own and runs the tests of arrays and recordings.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-build/wheel}
rm -rf "$out"
mkdir -p "$out"
python3 -m venv "$out/builder"
NRC_BUNDLE=1 "$out/builder/bin/python" -m pip wheel -q --no-deps -w "$out/dist" .
wheel=$(find "$PWD/$out/dist" -name 'nrc_codec-*.whl')
echo "built ${wheel##*/}"

tested=0
for version in 10 11 12 13 14; do
  python=$(command -v "python3.$version" || true)
  # A command of pyenv's may be there without its version.
  if [ -z "$python" ] || ! "$python" -c '' 2>/dev/null; then
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
