# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A pipeline in this process: frames in, ended jobs out, no ROS."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

from children import TIMEOUT_S
from images import image

from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.pipeline.health.health import examine
from edge_sched_ros.pipeline.health.health import Health
from edge_sched_ros.pipeline.health.health import Limits
from edge_sched_ros.pipeline.health.health import WARN
from edge_sched_ros.pipeline.health.rates import rates_between
from edge_sched_ros.pipeline.health.status import summary
from edge_sched_ros.pipeline.pipeline import Pipeline
from edge_sched_ros.pipeline.settings.config import from_parameters
from faults.log import LOG
from faults.log import Log
from faults.scene import OTHERS
from faults.scene import OTHERS_TOPIC
from faults.scene import parameters
from faults.scene import VICTIM
from faults.scene import VICTIM_TOPIC

_LIMITS = Limits(error_after_ns=10**18, silent_after_ns=10**18)


class PipelineRobot:
    """
    Three tasks on two topics; a round is one frame on each.

    :param more: parameters beside those of the scene
    """

    name = 'pipeline'

    def __init__(self, more: dict[str, Any]) -> None:
        self._changed = threading.Condition()
        self._ends: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()
        self.pipeline = Pipeline(from_parameters(parameters(more)), on_end=self._ended)
        self.pipeline.load()
        self.pipeline.start()
        self._seq = 0
        #: first pixel of the victim's frames
        self.marker = 0
        self._before = self.pipeline.status()
        self._log = Log()
        #: whether the receiver of the victim's results fails
        self.deaf = False
        #: slowest answer of a service, which a pipeline has not
        self.service_s = 0.0

    def _ended(self, end: Any) -> None:
        with self._changed:
            self._ends[end.task] += 1
            self._answers[end.task] += end.outcome in ('on_time', 'late')
            self._changed.notify_all()
        if self.deaf and end.task == VICTIM:
            raise SystemExit(end.task)

    def round(self) -> None:
        """Submit a frame on each topic and wait for the others' ends, not for the victim's."""
        self._seq += 1
        for topic, value in ((VICTIM_TOPIC, self.marker), (OTHERS_TOPIC, 0)):
            picture = image(value=value)
            self.pipeline.submit(Frame(topic, self._seq, self._seq * 10**6, 'lens', picture))
        self._wait(lambda: all(self._ends[name] >= self._seq for name in OTHERS), 'the others')

    def note(self, line: str) -> None:
        """Keep a line as if it were in the log."""
        self._log.note(line)

    def wait_for_victim(self) -> bool:
        """Wait until the victim's newest job has ended; whether it has."""
        count = self._seq
        with self._changed:
            return self._changed.wait_for(lambda: self._ends[VICTIM] >= count, TIMEOUT_S)

    def answers(self) -> int:
        """Return how often the victim has answered."""
        with self._changed:
            return self._answers[VICTIM]

    def health(self) -> list[Health]:
        """Return the diagnostics since the last call, and what was logged."""
        before, self._before = self._before, self.pipeline.status()
        found = examine(self._before, rates_between(before, self._before), _LIMITS)
        return [*found, *(Health(LOG, WARN, line, 'log') for line in self._log.take())]

    def close(self) -> dict[str, Any]:
        """End the robot and return its summary's tasks."""
        self.pipeline.stop()
        self._log.close()
        tasks: dict[str, Any] = summary(self.pipeline.status())['tasks']
        self.pipeline.unload()
        return tasks

    def _wait(self, condition: Any, what: str) -> None:
        with self._changed:
            if not self._changed.wait_for(condition, TIMEOUT_S):
                raise AssertionError(f'{what} did not end: {dict(self._ends)}')
