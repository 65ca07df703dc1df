# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Gives a policy that follows a plan a new plan when its conditions have changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from collections.abc import Mapping
from functools import partial
from typing import Any

from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.execution.runtime import Runtime
from edge_sched_ros.planning.background import plan_elsewhere
from edge_sched_ros.planning.situation import plan_for_policy
from edge_sched_ros.planning.situation import planning_file
from edge_sched_ros.planning.situation import Situation
from edge_sched_ros.planning.situation import situation_of

_log = logging.getLogger(__name__)

#: time limit of a search, in seconds
TIME_LIMIT_S = 5.0
#: (content of a system file, time limit) -> task -> the unit of each stage
MakePlan = Callable[[Mapping[str, Any], float], dict[str, list[str]]]


class Replanning:
    """
    Plans for one runtime, one at a time, on a thread that waits for another process.

    The policy follows its present plan until the next one is ready. Changes in the meantime are
    planned for afterwards.

    :param runtime: the runtime whose policy gets the plans
    :param make_plan: makes the plans; by default a separate process
    """

    def __init__(self, runtime: Runtime, make_plan: MakePlan | None = None) -> None:
        self._runtime = runtime
        self._closed = False
        self._make_plan = make_plan or partial(plan_elsewhere, cancelled=lambda: self._closed)
        self._made_for: Situation | None = None
        self._thread: threading.Thread | None = None
        #: the plan in force; empty before the first
        self.mapping: dict[str, list[str]] = {}
        #: why the last search gave no plan; empty when it gave one
        self.problem = ''

    def check(self) -> None:
        """Start a plan if the policy needs one; call it about once a second. Returns at once."""
        if self._thread is not None and self._thread.is_alive():
            return
        wanted = self._runtime.read(self._wanted)
        if wanted is None:
            return
        self._made_for, file = wanted
        self._thread = threading.Thread(
            target=self._plan, args=(file,), name='replanning', daemon=True
        )
        self._thread.start()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the plan being made; return whether it has ended."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def close(self) -> None:
        """Cancel the plan being made, and end its process."""
        self._closed = True

    def _is_asked_for(self) -> bool:
        """Whether the policy still accepts plans."""
        follows = self._runtime.read(lambda dispatcher, _now_ns: dispatcher.follows_plan)
        return bool(follows) and not self._closed

    def _wanted(
        self, dispatcher: LowLevelDispatcher, _now_ns: int
    ) -> tuple[Situation, dict[str, Any]] | None:
        if not dispatcher.follows_plan:
            # the policy starts without a plan if it is selected again
            self._made_for, self.mapping = None, {}
            return None
        situation = situation_of(dispatcher)
        if situation == self._made_for:
            return None
        return situation, planning_file(dispatcher)

    def _plan(self, file: Mapping[str, Any]) -> None:
        try:
            mapping = self._make_plan(file, TIME_LIMIT_S)
            self.problem = ''
            if mapping and mapping != self.mapping and self._is_asked_for():
                self._runtime.post(ParametersChanged(plan_for_policy(mapping)))
                _log.info('plan: %s', mapping)
                self.mapping = mapping
        except ConfigError as error:
            if self._closed:
                return
            self.problem = str(error)
            _log.warning('no new plan: %s', error)
