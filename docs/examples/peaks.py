# SPDX-License-Identifier: Apache-2.0
import numpy as np
import spikeinterface.core as si
from spikeinterface.sortingcomponents.peak_detection import detect_peaks

from nrc_codec.spikeinterface import read_nrc

settings = {"method": "by_channel", "job_kwargs": {"n_jobs": 1, "progress_bar": False}}
before = detect_peaks(si.load("session"), **settings)
after = detect_peaks(read_nrc("session.nrc"), **settings)
assert np.array_equal(before, after)
print(f"{len(before)} peaks before and after")
