#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the Python package as README.md says, in new environments, and runs the examples of the documents and the tests of what
# they use: SpikeInterface with Zarr 2 and HDF5, and Zarr 3.
#
#   pip_check.sh [DIRECTORY]     where the environments are made (default: build/pip-check)
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-build/pip-check}
rm -rf "$out"
mkdir -p "$out"
out=$(cd "$out" && pwd)

check() { # check NAME EXTRAS REQUIREMENTS TEST...
  local python=$out/$1/bin/python
  local extras=$2 requirements=$3
  python3 -m venv "$out/$1"
  shift 3
  # One build is enough: pip keeps no wheel of a local folder.
  if [ ! -d "$out/dist" ]; then
    "$python" -m pip wheel -q --disable-pip-version-check --no-deps -w "$out/dist" .
  fi
  "$python" -m pip install -q --disable-pip-version-check -r "$requirements" "$(echo "$out"/dist/*.whl)$extras"
  (cd python/tests && "$python" -m pytest -q -p no:cacheprovider "$@")
}

python3 --version
echo "compiler: $(command -v c++ || echo none, so one from PyPI)"
check zarr2 '[zarr2,hdf5,spikeinterface,neo]' python/tests/requirements.txt test_examples.py test_stores.py \
  test_spikeinterface.py test_formats.py test_arrays.py
check zarr3 '[zarr3]' python/tests/requirements_zarr3.txt test_examples.py test_zarr3.py
echo "passed"
