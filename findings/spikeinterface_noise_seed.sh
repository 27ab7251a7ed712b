#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# SpikeInterface's detect_peaks() gives other peaks for the same samples each time that they are opened: its threshold is a multiple
# of noise levels that it measures itself, in chunks at random places, without a seed. They are kept as a property of the recording
# object, so that a second call on the same object hides it. Whoever compares the peaks of a recording with those of its copy sees
# differences that the copy has not. With noise_levels from one get_noise_levels() the peaks are the same. Seen with
# spikeinterface 0.105.3.
#
# Needs python3 with venv; exits 1 if the behaviour is another one.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check spikeinterface==0.105.3 numpy==2.4.6
"$work/venv/bin/python" - 2>"$work/log" <<'END' || { cat "$work/log" >&2; exit 1; }
import sys

import numpy as np
import spikeinterface.core as si
from spikeinterface.sortingcomponents.peak_detection import detect_peaks

made, _ = si.generate_ground_truth_recording(durations=[60.0], num_channels=8, num_units=4, seed=1)
traces, rate = made.get_traces(), made.sampling_frequency
jobs = {"n_jobs": 1, "progress_bar": False}


def counts(**settings: object) -> list[int]:
    return [len(detect_peaks(si.NumpyRecording([traces], rate), method="by_channel", job_kwargs=jobs, **settings))
            for _ in range(3)]


own = counts()
given = counts(method_kwargs={"noise_levels": si.get_noise_levels(made, return_in_uV=False)})
print(f"peaks of the same samples, opened three times: {own}; with noise levels that are given: {given}")
if len(set(own)) == 1 or len(set(given)) != 1:
    sys.exit("changed: expected other peaks each time, and the same ones with given levels")
END
echo "as described"
