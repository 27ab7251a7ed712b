# SPDX-License-Identifier: Apache-2.0
"""What several tests use."""

from __future__ import annotations

import numpy as np
import pytest

from sample_noise import noise


@pytest.fixture
def samples() -> np.ndarray:
    return noise(5000, 12)
