# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a mistyped name was meant to be."""

from __future__ import annotations

import pytest

from edge_sched_ros.core.near import did_you_mean


@pytest.mark.parametrize(
    ('name', 'near'),
    [
        ('EDF', 'edf'),
        ('Edf+Drop', 'edf+drop'),
        ('edf-drop', 'edf+drop'),
        ('round-robin', 'round_robin'),
        ('horizn', 'horizon'),
        ('edf', 'edf'),
        ('lifo', ''),
        ('', ''),
    ],
)
def test_capitals_and_dashes_make_no_difference(name, near):
    hint = f"; did you mean '{near}'?" if near else ''
    assert did_you_mean(name, ('edf', 'edf+drop', 'round_robin', 'horizon')) == hint
