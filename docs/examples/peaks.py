# SPDX-License-Identifier: Apache-2.0
import numpy as np
import spikeinterface.core as si
from spikeinterface.sortingcomponents.peak_detection import detect_peaks

from nrc_codec.spikeinterface import read_nrc

recording = si.load("session")
# Measured once: the detector's own measurement looks at random places, others each time.
levels = si.get_noise_levels(recording, return_in_uV=False)
settings = {"method": "by_channel", "method_kwargs": {"noise_levels": levels}, "job_kwargs": {"n_jobs": 1}}
before = detect_peaks(recording, **settings)
after = detect_peaks(read_nrc("session.nrc"), **settings)
assert np.array_equal(before, after)
print(f"{len(before)} peaks before and after")
