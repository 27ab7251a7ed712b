#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares the Python package with the codecs that laboratories use, in the versions of
# python/tests/requirements_peers.txt, on a directory of recordings. Needs Python 3.10 to 3.13.
#
#   labs.sh OUT DATA        figures in OUT/labs.json, a picture in OUT/labs.svg
set -euo pipefail
[ $# = 2 ] || { echo "usage: labs.sh OUT DATA" >&2; exit 2; }
cd "$(dirname "$0")/.."
out=$1
data=$2

mkdir -p "$out"
stamp=$out/requirements.txt
if ! cmp -s python/tests/requirements_peers.txt "$stamp"; then
  rm -rf "$out/venv"
  python3 -m venv "$out/venv"
  "$out/venv/bin/python" -m pip install -q --disable-pip-version-check -r python/tests/requirements_peers.txt
  cp python/tests/requirements_peers.txt "$stamp"
fi
"$out/venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps --force-reinstall .
"$out/venv/bin/nrc-codec" benchmark "$data" --long 3600 --write 600 --json "$out/labs.json" --picture "$out/labs.svg"
