# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A platform's name with a power mode."""

from __future__ import annotations

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.loading import load_platform


def test_an_at_without_a_mode_is_an_error():
    with pytest.raises(ConfigError, match=r"^platform: 'orin_agx@': the power mode .* missing$"):
        load_platform('orin_agx@')
    assert load_platform('orin_agx').units
