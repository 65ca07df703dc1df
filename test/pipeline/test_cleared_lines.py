# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A line of the diagnostics that is gone is reported as OK, once."""

from __future__ import annotations

from edge_sched_ros.pipeline.health.cleared_lines import ClearedLines
from edge_sched_ros.pipeline.health.health import ERROR
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN

TASK = Health('detector', OK, 'on time', 'scheduler')
NAME = Health('name', WARN, '2 nodes are named /scheduler', 'scheduler', {'nodes': '2'})


def test_a_line_that_was_wrong_and_is_gone_is_ok_once():
    cleared = ClearedLines()
    assert cleared.added_to([TASK, NAME]) == [TASK, NAME]
    assert cleared.added_to([TASK]) == [
        TASK,
        Health(
            'name',
            OK,
            'no longer reported; before: 2 nodes are named /scheduler',
            'scheduler',
            {'nodes': '2'},
        ),
    ]
    assert cleared.added_to([TASK]) == [TASK]


def test_a_line_that_was_ok_may_vanish_and_one_that_is_wrong_again_is_told():
    cleared = ClearedLines()
    cleared.added_to([TASK, NAME])
    assert cleared.added_to([NAME]) == [NAME]
    cleared.added_to([])
    assert cleared.added_to([NAME]) == [NAME]
    assert [line.name for line in cleared.added_to([])] == ['name']


def test_what_was_wrong_is_repeated_in_short():
    cleared = ClearedLines()
    cleared.added_to([Health('long', ERROR, 'x' * 1000, 'scheduler')])
    (line,) = cleared.added_to([])
    assert line.level == OK and len(line.message) < 200
