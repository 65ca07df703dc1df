# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plans from a process of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.planning.background import plan_elsewhere
from edge_sched_ros.planning.background import plan_now

FILE = {
    'units': {'gpu0': {'kind': 'gpu'}, 'dla0': {'kind': 'dla'}},
    'networks': {
        'a': {'cost': {'gpu0': [1.0, 9.0], 'dla0': [9.0, 1.0]}},
        'b': {'cost': {'gpu0': [9.0, 1.0], 'dla0': [1.0, 9.0]}},
    },
}


def _children() -> set[str]:
    return set(Path('/proc/thread-self/children').read_text().split())


def test_it_plans_as_here():
    assert plan_elsewhere(FILE, 5.0) == plan_now(FILE, 5.0)


def test_what_cannot_be_planned_is_told_as_here():
    with pytest.raises(ConfigError) as here:
        plan_now({**FILE, 'units': {}}, 5.0)
    with pytest.raises(ConfigError) as there:
        plan_elsewhere({**FILE, 'units': {}}, 5.0)
    assert str(here.value).split(': ')[-1] == str(there.value).split(': ')[-1]


def test_a_plan_nobody_wants_ends_its_process():
    before = _children()
    # more than can be searched in the half second after which it is asked
    times = {unit: [float(7 * n % 5 + 1) for n in range(25)] for unit in ('gpu0', 'dla0', 'dla1')}
    many = {f'n{index}': {'cost': times} for index in range(6)}
    units = {**FILE['units'], 'dla1': {'kind': 'dla'}}
    with pytest.raises(ConfigError, match='nobody wants it'):
        plan_elsewhere({'units': units, 'networks': many}, 60.0, cancelled=lambda: True)
    assert _children() <= before
