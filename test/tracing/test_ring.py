# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The file of a node's trace: bounded, its older half beside it, whole lines on a full disk."""

from __future__ import annotations

import json

import pytest

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.tracing.reading import lines_of_trace
from edge_sched_ros.tracing.ring import RingFile


def _ring(path, most_bytes=1000):
    return RingFile(path, most_bytes, lambda: {'policy': 'edf'})


def _numbers(path):
    return [line['n'] for _, line in lines_of_trace(path) if 'n' in line]


def _fill(ring, numbers):
    for number in numbers:
        ring.write([json.dumps({'n': number, 'fill': 'x' * 40})])


def test_the_last_lines_stay_and_the_size_is_bounded(tmp_path):
    path = tmp_path / 'run.trace'
    ring = _ring(path)
    _fill(ring, range(200))
    ring.close()
    found = _numbers(path)
    assert found == list(range(found[0], 200))
    assert len(found) >= 8
    head = len(path.read_text().splitlines()[0]) + 1
    files = list(tmp_path.iterdir())
    assert len(files) == 2
    assert sum(file.stat().st_size for file in files) <= 1000 + 2 * (head + 10)


def test_the_older_half_of_another_run_is_not_read(tmp_path):
    path = tmp_path / 'run.trace'
    first = _ring(path)
    _fill(first, range(50))
    first.close()
    older = (tmp_path / 'run.trace.1').read_bytes()
    second = _ring(path)
    _fill(second, range(100, 103))
    second.close()
    assert not (tmp_path / 'run.trace.1').exists()
    (tmp_path / 'run.trace.1').write_bytes(older)
    assert _numbers(path) == [100, 101, 102]


def test_a_ring_that_was_closed_goes_on_after_its_older_half(tmp_path):
    path = tmp_path / 'run.trace'
    ring = _ring(path)
    _fill(ring, range(3))
    ring.close()
    _fill(ring, range(3, 5))
    ring.close()
    assert _numbers(path) == [0, 1, 2, 3, 4]


def test_a_cut_last_line_is_left_out(tmp_path):
    path = tmp_path / 'run.trace'
    ring = _ring(path, 10_000)
    _fill(ring, range(3))
    ring.close()
    path.write_bytes(path.read_bytes()[:-5])
    assert _numbers(path) == [0, 1]


@pytest.mark.parametrize(
    ('content', 'problem'),
    [
        (b'', 'is not a trace: it is empty'),
        (b'\xff\xfe\n', 'is not a trace: it is not text'),
        (b'{"trace":2}\n', r':1: trace: must be 3; not a trace, or of another version'),
        (b'[1]\n', ':1: is not a JSON object'),
        (b'{"policy":"edf","tasks":{}}\n', 'is JSON, but not a trace'),
        (b'{"displayTimeUnit":"ms","traceEvents":[\n]}\n', 'is JSON, but not a trace'),
        (b'{"trace":3}\n{"n"\n', ':2: is not JSON'),
    ],
)
def test_what_is_no_trace_is_named(tmp_path, content, problem):
    path = tmp_path / 'run.trace'
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=problem):
        list(lines_of_trace(path))
