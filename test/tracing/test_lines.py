# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The text of events and decisions: whatever has a formatter of its own reads back the same."""

from __future__ import annotations

import json

import pytest

from edge_sched_ros.core.codec import from_dict
from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Fail
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.core.decisions import UseVariant
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.events import StageFailed
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.events import Started
from edge_sched_ros.core.events import TasksAdded
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.events import UnitChanged
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.tracing.lines import line_of
from edge_sched_ros.tracing.lines import text_of

_TASK = TaskSpec('a', (VariantSpec('', (StageSpec('infer', ('gpu0',)),)),), 5, stream='s')
_ITEMS = [
    FrameArrived('cam"era\\', 3, 17),
    FrameArrived('camera', 3, 17, 99),
    FrameArrived('camera', 3, 17, None, 'right'),
    FrameArrived('camera', 3, 17, None, '', True),
    StageFinished(1, 'infer', 'gpu0', 5, 9),
    StageFinished(1, 'infer', 'gpu0', 5, 9, 4, {'tracks': 4}, 2, 0.125),
    StageFinished(1, 'infer', 'gpu0', 5, 9, 0, {}, 0, 1e-20),
    StageFailed(1, 'infer', 'gpu0', 5, 9, 'worker_died'),
    UnitChanged('gpu0', 'unavailable', 'gone', 0.5),
    ParametersChanged({'policy': 'edf'}),
    TasksAdded((_TASK,)),
    TimerFired(),
    Started(),
    Release(1, 'a', 's', 3, 17, 99),
    Release(1, 'a', 's', 3, 17, 99, 0, 4, (0, 2)),
    Run(1, 'a', 'infer', 'gpu0', 'full'),
    Run(1, 'a', 'infer', 'gpu0', 'Größe', 3),
    Complete(1, 'a', True, 82),
    Complete(1, 'a', False, 82),
    Drop(1, 'a', 'superseded'),
    Fail(1, 'a', 'unit_lost'),
    UseVariant(1, 'small'),
    WakeAt(88),
]


@pytest.mark.parametrize('item', _ITEMS, ids=repr)
def test_what_is_written_reads_back_the_same(item):
    assert from_dict(json.loads(text_of(item))) == item


def test_a_line_has_time_event_and_decisions():
    text = line_of(7, TimerFired(), [WakeAt(9), Drop(1, 'a', 'superseded')])
    assert json.loads(text) == {
        'now_ns': 7,
        'event': {'type': 'TimerFired'},
        'decisions': [
            {'type': 'WakeAt', 'time_ns': 9},
            {'type': 'Drop', 'job': 1, 'task': 'a', 'reason': 'superseded'},
        ],
    }


def test_times_of_stages_are_those_of_their_events():
    times = (StageTiming('infer', 'gpu0', 1, 2, 3),)
    for item in (Complete(1, 'a', True, 82, times), Drop(1, 'a', 'superseded', times)):
        assert 'stages' not in json.loads(text_of(item))
