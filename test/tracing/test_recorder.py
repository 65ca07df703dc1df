# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The recorder of a node: what it cannot write it counts, and says once."""

from __future__ import annotations

import pytest
from children import TIMEOUT_S
from recorded import lines

from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.tracing import recorder
from edge_sched_ros.tracing.recorder import Recorder


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    # the end of a run waits for the disk of a busy machine
    monkeypatch.setattr(recorder, '_LAST_S', TIMEOUT_S)


def _recorder(path, **more):
    return Recorder(path, most_bytes=100_000, head=lambda: {'policy': 'edf'}, **more)


def test_events_answers_and_the_end_are_written(tmp_path):
    path = tmp_path / 'run.trace'
    one = _recorder(path)
    one.start()
    one(5, TimerFired(), [Drop(1, 'a', 'superseded')])
    one.published(6, 1)
    one.stop()
    head, event, published, end = lines(path)
    assert head == {'trace': 3, 'policy': 'edf', 'lines_before': 0, 'part': 0}
    assert event['decisions'][0]['reason'] == 'superseded'
    assert published == {'now_ns': 6, 'published': 1}
    assert end == {'events': 2}
    assert (one.written, one.lost, one.problem) == (2, 0, '')


def test_a_full_disk_is_told_once_and_lines_are_counted(caplog):
    one = _recorder('/dev/full')
    one.start()
    for now_ns in range(3):
        one(now_ns, TimerFired(), [])
    one.stop()
    assert one.lost >= 3
    assert one.written == 0
    assert one.problem == 'No space left on device'
    told = [record.getMessage() for record in caplog.records]
    assert sum('cannot be written: No space left' in text for text in told) == 1
    assert sum('lines lost' in text for text in told) == 1


def test_lines_are_written_again_when_there_is_room(tmp_path, monkeypatch, caplog):
    path = tmp_path / 'run.trace'
    one = _recorder(path)
    write = one._file.write
    broken = [OSError(28, 'No space left on device')]

    def failing(text):
        if broken:
            raise broken.pop()
        write(text)

    monkeypatch.setattr(one._file, 'write', failing)
    one(1, TimerFired(), [])
    one._flush()
    one(2, TimerFired(), [])
    one.start()
    one.stop()
    assert (one.lost, one.written, one.problem) == (1, 1, '')
    assert 'written again, 1 lines lost' in caplog.text
    # who reads the file sees where lines are missing
    assert lines(path)[1:] == [
        {'lost': 1},
        {'now_ns': 2, 'event': {'type': 'TimerFired'}, 'decisions': []},
        {'events': 1},
    ]


def test_a_thread_that_does_not_follow_loses_lines_not_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder, '_MOST_WAITING', 10)
    one = _recorder(tmp_path / 'run.trace')
    for now_ns in range(25):
        one(now_ns, TimerFired(), [])
    assert one.lost == 15
    one.start()
    one.stop()
    assert one.written == 10
    assert {'lost': 15} in lines(tmp_path / 'run.trace')
