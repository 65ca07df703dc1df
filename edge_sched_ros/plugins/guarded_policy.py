# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy from outside, whose decisions are checked before the dispatcher uses them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from typing import ClassVar

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import UseVariant
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import Policy
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.scores import MOST_OPTIONS
from edge_sched_ros.core.scores import ScoredOption
from edge_sched_ros.core.scores import Scores
from edge_sched_ros.core.scores import scores_of
from edge_sched_ros.core.view import View
from edge_sched_ros.plugins.interrupts import interrupts_raise

_log = logging.getLogger(__name__)


class GuardedPolicy:
    """
    Calls a policy, and checks its decisions before the dispatcher carries them out.

    After its first error (an exception, or an impossible decision) only the substitute decides,
    since the policy's state may be wrong from then on.

    :param name: its name, for messages
    :param substitute: decides instead; ``None`` to raise a ConfigError
    """

    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()

    def __init__(self, policy: Policy, name: str, substitute: Policy | None) -> None:
        self.name = policy.name
        self.asks_when_busy = bool(policy.asks_when_busy)
        self.switches_variants = bool(getattr(policy, 'switches_variants', False))
        self.follows_plan = bool(getattr(policy, 'follows_plan', False))
        self.policy = policy
        self._asked_for = name
        self._substitute = substitute
        #: its error; empty while it decides
        self.problem = ''

    def decide(self, view: View) -> list[Decision]:
        """Return the decisions of the policy, or of the substitute."""
        if not self.problem:
            try:
                returned: Any = self.policy.decide(view)
                problem = _wrong_answer(returned)
                decisions = [] if problem else list(returned)
                problem = problem or _first_mistake(decisions, view)
            except BaseException as error:
                # own code may raise anything; the lock of the dispatcher is held here
                if isinstance(error, KeyboardInterrupt) and interrupts_raise():
                    raise  # the user ends a command
                problem = brief_error(error)
            if not problem:
                return decisions
            self._give_up(problem)
        assert self._substitute is not None
        return self._substitute.decide(view)

    def last_scores(self, view: View) -> Scores | None:
        """Return what the policy tells of its last call; an error in it gives none."""
        if self.problem:
            return scores_of(self._substitute, view)
        try:
            told = scores_of(self.policy, view)
            return None if told is None else _checked(told)
        except Exception:
            # a trace without scores is better than a policy given up for them
            return None

    def _give_up(self, problem: str) -> None:
        if self._substitute is None:
            raise ConfigError('policy', f"'{self._asked_for}' failed: {problem}")
        instead = self._substitute.name
        self.problem = f'{self._asked_for} failed, {instead} decides instead: {problem}'
        _log.error('policy: %s', self.problem)


def _checked(told: Scores) -> Scores:
    """Return scores of own code in exact types, so that they can be written."""
    options: list[ScoredOption] = [
        (float(number), [(int(job), str(unit)) for job, unit in pairs])
        for number, pairs in told.options[:MOST_OPTIONS]
    ]
    return Scores(f'own {told.of}', options)


def _wrong_answer(returned: Any) -> str:
    """Return why the result of ``decide`` is not a list of decisions; empty if it is."""
    # a generator is accepted as a list
    if isinstance(returned, (list, tuple, Iterator)):
        return ''
    return f'its decide returned {returned!r:.200}, not a list of decisions'


def _first_mistake(decisions: list[Any], view: View) -> str:
    """Return the decision that cannot be carried out; empty if all can."""
    ready = {job.id: job for job in view.ready}
    free = view.free_slots()
    switched: set[int] = set()
    for decision in decisions:
        if isinstance(decision, WakeAt):
            if not isinstance(decision.time_ns, int):
                return f'it decided {decision!r:.200}: times are whole nanoseconds'
            continue
        if not isinstance(decision, (Run, Drop, UseVariant)):
            return f'it decided {decision!r:.200}, which is not a decision of a policy'
        job = ready.get(decision.job) or (
            view.jobs.get(decision.job) if isinstance(decision, Drop) else None
        )
        if job is None:
            return f'it decided {decision!r:.200}: no such job is ready'
        if isinstance(decision, UseVariant):
            switched.add(job.id)
            problem = _wrong_variant(decision, job, view)
        elif isinstance(decision, Run):
            problem = _wrong_run(decision, job, free, job.id in switched)
            free[decision.unit] = free.get(decision.unit, 0) - 1
            del ready[job.id]
        else:
            problem = ''
            ready.pop(job.id, None)
        if problem:
            return f'it decided {decision!r:.200}: {problem}'
    return ''


def _wrong_run(decision: Run, job: Job, free: dict[str, int], switched: bool) -> str:
    if free.get(decision.unit, 0) < 1:
        return f'{decision.unit} is not idle'
    if switched:
        return ''  # its stages depend on the other variant
    if decision.stage != job.stage.name:
        return f'the next stage is {job.stage.name}'
    return '' if decision.unit in job.stage.units else f'{decision.unit} cannot run that stage'


def _wrong_variant(decision: UseVariant, job: Job, view: View) -> str:
    if job.started:
        return 'the job has already started'
    variants = [one.name for one in view.tasks[job.task].variants]
    return '' if decision.variant in variants else f'the variants are {", ".join(variants)}'
