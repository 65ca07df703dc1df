# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A runtime with scripted programs, and the ends it delivers."""

from __future__ import annotations

import threading
import time
from collections import deque

from children import TIMEOUT_S

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.runtime import Runtime
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.plugins.policies import make_policy


class Script:
    """A program whose stages do what they are told."""

    stages = ('infer',)
    stateful = False
    output = 'none'

    def __init__(self, *steps):
        self.steps = deque(steps)
        self.threads = []
        self.parents = []
        self.all_parents = []

    def run(self, stage, context):
        self.threads.append(threading.current_thread().name)
        self.parents.append(context.parent)
        self.all_parents.append(dict(context.parents))
        step = self.steps.popleft() if self.steps else None
        if callable(step):
            step = step()
        if isinstance(step, Exception):
            raise step
        context.result = step if step is not None else context.frame.seq
        return 3


class Desk:
    """A runtime and the ends it delivers."""

    def __init__(
        self, programs, *tasks, units=('cpu0', 'cpu1'), kind='cpu', core=None, **settings
    ):
        self.ends = []
        self._changed = threading.Condition()
        self.dispatcher = LowLevelDispatcher(
            tasks=tasks,
            units=tuple(Unit(u, kind) for u in units),
            policy='edf',
            make_policy=make_policy,
            **settings,
        )
        self.runtime = Runtime(
            dispatcher=self.dispatcher,
            programs=programs,
            units=tuple(LocalUnit(Unit(u, kind), core) for u in units),
            deliver=self._take,
            clock_ns=time.monotonic_ns,
        )

    def _take(self, end):
        with self._changed:
            self.ends.append(end)
            self._changed.notify_all()

    def wait_for(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.ends) >= count, TIMEOUT_S), self.ends

    def __enter__(self):
        self.runtime.start()
        return self

    def __exit__(self, *error):
        self.runtime.stop()
        self.dispatcher.validate()
