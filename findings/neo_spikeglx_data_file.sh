#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# neo finds a reader for the header file of a SpikeGLX recording (NAME.imec0.ap.meta) and none for the file of its samples
# (NAME.imec0.ap.bin), which is the one that people name: neo.rawio.get_rawio() goes by the last suffix, three readers claim .bin, and
# if more than one does it returns None, as for a format that nobody knows. Nor does the reader take the file: SpikeGLXRawIO has a
# folder as its argument, and reads all recordings in it. Seen with neo 0.14.6.
#
# Needs python3 with venv; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check neo==0.14.6 numpy==2.4.6
"$work/venv/bin/python" - "$work" 2>"$work/log" <<'END' || { cat "$work/log" >&2; exit 1; }
import sys
from pathlib import Path

import neo.rawio
import numpy as np

folder = Path(sys.argv[1], "run")
folder.mkdir()
data = folder / "night_g0_t0.imec0.ap.bin"
np.zeros((100, 3), "<i2").tofile(data)
header = {"typeThis": "imec", "fileName": data.name, "fileSizeBytes": data.stat().st_size, "fileTimeSecs": 100 / 30000,
          "imSampRate": 30000, "nSavedChans": 3, "snsApLfSy": "2,0,1", "snsSaveChanSubset": "0:1,384", "imAiRangeMax": 0.6,
          "imAiRangeMin": -0.6, "imMaxInt": 512, "imDatPrb_type": 0, "firstSample": 0, "imProbeOpt": 3,
          "~imroTbl": "(0,384)(0 0 0 500 250 1)(1 0 0 500 250 1)",
          "~snsChanMap": "(384,0,1)(AP0;0:0)(AP1;1:1)(SY0;384:384)"}
data.with_suffix(".meta").write_text("".join(f"{key}={value}\n" for key, value in header.items()))
found = neo.rawio.get_rawio(str(data)), neo.rawio.get_rawio(str(data.with_suffix(".meta")))
names = [reader.__name__ if reader else None for reader in found]
reader = neo.rawio.SpikeGLXRawIO(dirname=str(folder))
reader.parse_header()
frames = reader.get_signal_size(0, 0, 0)
print(f"reader of {data.name}: {names[0]}, of its header file: {names[1]}, which reads {frames} frames of the folder")
if names != [None, "SpikeGLXRawIO"] or frames != 100:
    sys.exit("changed: expected no reader of the .bin file, and SpikeGLXRawIO for its .meta file")
END
echo "as described"
