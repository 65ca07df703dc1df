# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Real-time settings: what is permitted is in force for all threads, what is not is told."""

from __future__ import annotations

import errno
import json
import os
import resource
import sys

import pytest
from children import finished

from edge_sched_ros.execution import realtime
from edge_sched_ros.execution.realtime import apply_realtime
from edge_sched_ros.execution.realtime import lock_all_memory
from edge_sched_ros.execution.realtime import Measure
from edge_sched_ros.execution.realtime import read_isolated
from edge_sched_ros.execution.realtime import schedule_fifo
from edge_sched_ros.execution.realtime import use_isolated_cores
from edge_sched_ros.execution.realtime_undo import ProcessBefore
from edge_sched_ros.execution.realtime_undo import undo_realtime
from edge_sched_ros.pipeline.health.health import OK
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.realtime_health import realtime_health

#: in a process of its own: a priority would hold up the other tests
_FIFO = """
import json, os, threading
from edge_sched_ros.execution.realtime import schedule_fifo
release = threading.Event()
before = threading.Thread(target=release.wait)
before.start()
made = schedule_fifo(1)
found = []
after = threading.Thread(target=lambda: found.append(os.sched_getscheduler(0)))
after.start(); after.join()
found.append(os.sched_getscheduler(before.native_id))
os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
release.set()
print(json.dumps([made.done, made.text, found]))
"""
#: the same, taken back
_UNDONE = """
import json, os, threading
from edge_sched_ros.execution.realtime import schedule_fifo
from edge_sched_ros.execution.realtime_undo import process_now, undo_realtime
release = threading.Event()
thread = threading.Thread(target=release.wait)
before = process_now()
made = schedule_fifo(1)
thread.start()
undo_realtime(before, [made])
found = [os.sched_getscheduler(0), os.sched_getscheduler(thread.native_id)]
release.set()
print(json.dumps([made.done, made.text, found]))
"""


def test_nothing_is_touched_unless_asked_for(monkeypatch):
    monkeypatch.setattr(os, 'sched_setscheduler', None)
    monkeypatch.setattr(os, 'sched_setaffinity', None)
    assert apply_realtime() == ()


def test_threads_from_before_and_after_get_the_priority():
    done, text, found = json.loads(finished([sys.executable, '-c', _FIFO]).stdout)
    if not done:
        assert 'CAP_SYS_NICE' in text
        pytest.skip(text)
    assert found == [os.SCHED_FIFO, os.SCHED_FIFO] and 'priority 1' in text


def test_a_priority_is_taken_back_from_all_threads():
    done, text, found = json.loads(finished([sys.executable, '-c', _UNDONE]).stdout)
    if not done:
        pytest.skip(text)
    assert found == [os.SCHED_OTHER, os.SCHED_OTHER]


def test_only_what_is_in_force_is_taken_back(monkeypatch):
    calls = []
    monkeypatch.setattr(os, 'sched_setscheduler', lambda *_: calls.append('priority'))
    monkeypatch.setattr(os, 'sched_getaffinity', lambda _thread: {0, 7})
    monkeypatch.setattr(os, 'sched_setaffinity', lambda _thread, to: calls.append(to))
    before = ProcessBefore(os.SCHED_OTHER, 0, frozenset({0, 1}))
    undo_realtime(before, [Measure('realtime_priority', False, 'not permitted')])
    assert not calls
    undo_realtime(before, [Measure('isolated_cores', True, 'cores 7')])
    assert calls and set(map(frozenset, calls)) == {frozenset({0})}


def test_a_priority_that_is_not_permitted_is_told(monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EPERM, 'Operation not permitted')

    monkeypatch.setattr(realtime.os, 'sched_setscheduler', refuse)
    made = schedule_fifo(10)
    assert not made.done and 'CAP_SYS_NICE' in made.text and 'rtprio 10' in made.text


def test_memory_is_locked_only_without_a_limit(monkeypatch):
    calls = []

    def call(flags):
        calls.append(flags)
        return 0

    monkeypatch.setattr(realtime, '_may_lock', lambda: False)
    monkeypatch.setattr(realtime.resource, 'getrlimit', lambda _what: (65536, 65536))
    refused = lock_all_memory(call)
    # above the limit, the next allocation would fail
    assert not refused.done and 'memlock is 64 KiB' in refused.text and not calls
    monkeypatch.setattr(
        realtime.resource, 'getrlimit', lambda _what: (resource.RLIM_INFINITY,) * 2
    )
    assert lock_all_memory(call).done and calls == [1 | 2 | 4]
    assert not lock_all_memory(lambda _flags: -1).done


@pytest.mark.parametrize(
    ('text', 'cores'),
    [('', set()), ('2-3,5\n', {2, 3, 5}), ('7', {7}), ('x', set())],
)
def test_isolated_cores_are_read(tmp_path, text, cores):
    file = tmp_path / realtime._ISOLATED
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert read_isolated(tmp_path) == cores
    assert read_isolated(tmp_path / 'none') == frozenset()


def test_isolated_cores_are_allowed_to_all_threads(tmp_path, monkeypatch):
    file = tmp_path / realtime._ISOLATED
    file.parent.mkdir(parents=True)
    file.write_text('6-7')
    allowed = {0, 1}
    monkeypatch.setattr(realtime.os, 'sched_getaffinity', lambda _thread: set(allowed))
    monkeypatch.setattr(realtime.os, 'sched_setaffinity', lambda _thread, to: allowed.update(to))
    made = use_isolated_cores(tmp_path)
    assert made.done and made.text == 'cores 6, 7' and allowed == {0, 1, 6, 7}
    # the kernel leaves out what the cpuset does not have
    allowed.discard(7)
    monkeypatch.setattr(realtime.os, 'sched_setaffinity', lambda _thread, to: None)
    made = use_isolated_cores(tmp_path)
    assert not made.done and made.text == 'the cpuset does not have the cores 7'
    file.write_text('')
    assert 'isolcpus' in use_isolated_cores(tmp_path).text


def test_diagnostics_warn_of_what_is_not_in_force():
    good, bad = Measure('a', True, 'is'), Measure('b', False, 'not permitted')
    assert realtime_health(()) == []
    (line,) = realtime_health((good,))
    assert (line.level, line.message) == (OK, 'a: is')
    (line,) = realtime_health((good, bad))
    assert (line.level, line.message) == (WARN, 'b: not permitted')
    assert line.values == {'a': 'is', 'b': 'not permitted'}
