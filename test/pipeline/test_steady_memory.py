# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The way of a frame leaves nothing behind: 3,000 frames allocate no more than they free."""

from __future__ import annotations

import gc
import threading
import tracemalloc

import pytest
from children import TIMEOUT_S
from images import frame

from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters

_PROGRAM = """
class Program:
    stages, stateful, output = ('s',), False, 'none'
    def __init__(self, **options): ...
    def run(self, stage, context): return 1
    def set_option(self, name, value): ...
    def reset(self): ...
    def close(self): ...
"""
WARM_UP, FRAMES = 1_000, 3_000
#: bytes; a frame that left an object of 16 bytes behind would be above it
MOST_GROWTH = 30_000


class Turns:
    """Lets the next frame go when the one before has ended."""

    def __init__(self):
        self._ended = threading.Semaphore(0)

    def __call__(self, end):
        self._ended.release()

    def wait_for_one(self):
        assert self._ended.acquire(timeout=TIMEOUT_S)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return a function that sends frames through a running pipeline, one after the other."""
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / 'steady_program.py').write_text(_PROGRAM)
    parameters = {
        'tasks': ['one'],
        'units': ['cpu0'],
        'one.program': 'steady_program:Program',
        'one.topic': 'camera',
        'one.deadline_ms': 600_000,
    }
    turns = Turns()
    pipeline = Pipeline(from_parameters(parameters), on_end=turns)
    pipeline.load()
    pipeline.start()
    numbers = iter(range(1, 10**9))

    def _run(count, keep=None):
        for _ in range(count):
            made = frame(seq=next(numbers))
            if keep is not None:
                keep.append(bytes(500))
            pipeline.submit(made)
            turns.wait_for_one()

    yield _run
    pipeline.stop()
    pipeline.unload()


def _growth(run, count, keep=None):
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    run(count, keep)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    return after - before


def test_frames_leave_nothing_behind(run):
    tracemalloc.start()
    try:
        # windows of rates and of costs fill first
        run(WARM_UP)
        assert _growth(run, FRAMES) < MOST_GROWTH
        # what a frame leaves behind is noticed
        assert _growth(run, FRAMES // 20, []) > MOST_GROWTH
    finally:
        tracemalloc.stop()
