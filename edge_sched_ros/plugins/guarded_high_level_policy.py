# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A high-level policy from outside, whose answers are checked before the dispatcher uses them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Sequence
from typing import ClassVar
from typing import TypeVar

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.high_level.job import FleetJob
from edge_sched_ros.core.high_level.policy import Assignment
from edge_sched_ros.core.high_level.policy import CutsChanged
from edge_sched_ros.core.high_level.policy import HighLevelPolicy
from edge_sched_ros.core.high_level.tasks import FleetTask
from edge_sched_ros.core.high_level.view import HighLevelView
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.plugins.high_level_answers import checked_assignments
from edge_sched_ros.plugins.high_level_answers import checked_cuts

_log = logging.getLogger(__name__)

_Answer = TypeVar('_Answer')


class GuardedHighLevelPolicy:
    """
    Calls a policy, and checks its answers before the dispatcher carries them out.

    After its first error (an exception, or an answer that cannot be carried out) only the
    substitute decides, since the policy's state may be wrong from then on. Jobs in flight keep
    the cuts they have.

    :param name: its name, for messages
    :param substitute: decides instead; ``None`` to raise a ConfigError
    """

    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()

    def __init__(
        self, policy: HighLevelPolicy, name: str, substitute: HighLevelPolicy | None
    ) -> None:
        self.name = name
        self.policy = policy
        self._substitute = substitute
        #: keys of tasks whose cuts are those of the substitute
        self._cut_anew: set[str] = set()
        #: its error; empty while it decides
        self.problem = ''

    @property
    def chooses_variants(self) -> bool:
        """Whether the one that decides may give a job any variant."""
        policy = self._substitute if self.problem else self.policy
        return bool(getattr(policy, 'chooses_variants', False))

    def cuts(self, task: FleetTask, view: HighLevelView) -> Sequence[Cut]:
        """Return the cuts of the policy, or of the substitute."""
        if not self.problem:
            cuts = self._ask(lambda: checked_cuts(self.policy.cuts(task, view), task))
            if cuts is not None:
                return cuts
        assert self._substitute is not None
        self._cut_anew.add(task.key)
        return self._substitute.cuts(task, view)

    def assign(self, job: FleetJob, view: HighLevelView) -> Sequence[Assignment] | str:
        """
        Return the devices that the policy gives a job, or that the substitute does.

        :raises CutsChanged: when the substitute was not asked for the cuts of every task yet
        """
        if not self.problem:
            chosen = self._ask(
                lambda: checked_assignments(self.policy.assign(job, view), job, view)
            )
            if chosen is not None:
                return chosen
        assert self._substitute is not None
        if job.cut is None and not self._all_are_cut_anew(view):
            raise CutsChanged
        return self._substitute.assign(job, view)

    def prepare(self, task: FleetTask, view: HighLevelView) -> bool:
        """Let the one that decides work out what it keeps of a task, if it does such."""
        if self.problem and not self._all_are_cut_anew(view):
            return False  # the substitute would keep what it made of the cuts of another policy
        policy = self._substitute if self.problem else self.policy
        prepare = getattr(policy, 'prepare', None)
        if prepare is None:
            return False
        return bool(self._ask(lambda: bool(prepare(task, view))))

    def _all_are_cut_anew(self, view: HighLevelView) -> bool:
        return all(every[0].key in self._cut_anew for every in view.choices.values())

    def _ask(self, question: Callable[[], _Answer]) -> _Answer | None:
        try:
            return question()
        except (Exception, SystemExit) as error:
            self._give_up(brief_error(error))
        return None

    def _give_up(self, problem: str) -> None:
        if self._substitute is None:
            raise ConfigError('high_level_policy', f"'{self.name}' failed: {problem}")
        instead = self._substitute.name
        self.problem = f'{self.name} failed, {instead} decides instead: {problem}'
        _log.error('high_level_policy: %s', self.problem)
