# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Gives a policy that follows a plan another one when what it was made for has changed."""

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

#: what a search may take, in seconds
TIME_LIMIT_S = 5.0
#: (content of a system file, time limit) -> task -> the unit of each stage
MakePlan = Callable[[Mapping[str, Any], float], dict[str, list[str]]]


class Replanning:
    """
    Plans for one runtime, one at a time, on a thread that waits for another process.

    The policy goes on with the plan it has until the next one is there. What changes meanwhile is
    planned for afterwards.

    :param runtime: whose policy gets the plans
    :param make_plan: makes them; where absent a process of its own
    """

    def __init__(self, runtime: Runtime, make_plan: MakePlan | None = None) -> None:
        self._runtime = runtime
        self._closed = False
        self._make_plan = make_plan or partial(plan_elsewhere, cancelled=lambda: self._closed)
        self._made_for: Situation | None = None
        self._thread: threading.Thread | None = None
        #: the plan in force; empty before the first
        self.mapping: dict[str, list[str]] = {}
        #: why there was no plan the last time; empty when there was one
        self.problem = ''

    def check(self) -> None:
        """Begin a plan if one is wanted; to be called about once a second. Returns at once."""
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
        """Wait for the plan in the making; return whether there is none any more."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def close(self) -> None:
        """Let nothing come of the plan in the making; its process is ended."""
        self._closed = True

    def _is_asked_for(self) -> bool:
        """Whether the policy still takes plans."""
        follows = self._runtime.read(lambda dispatcher, _now_ns: dispatcher.follows_plan)
        return bool(follows) and not self._closed

    def _wanted(
        self, dispatcher: LowLevelDispatcher, _now_ns: int
    ) -> tuple[Situation, dict[str, Any]] | None:
        if not dispatcher.follows_plan:
            # it begins without a plan should it be taken again
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
