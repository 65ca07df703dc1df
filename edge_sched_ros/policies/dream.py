# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""DREAM: score-based dynamic scheduling of several networks."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.scores import MAP_SCORE
from edge_sched_ros.core.scores import MOST_OPTIONS
from edge_sched_ros.core.scores import Scores
from edge_sched_ros.core.scores import slacks
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.map_jobs import map_jobs
from edge_sched_ros.policies.map_jobs import Pair
from edge_sched_ros.policies.map_jobs import ranked_pairs
from edge_sched_ros.policies.map_score import MapScore
from edge_sched_ros.policies.map_score import ScoreSettings
from edge_sched_ros.policies.smart_drop import SmartDrop
from edge_sched_ros.policies.tuning import OnlineTuner
from edge_sched_ros.policies.turns import give_turns
from edge_sched_ros.policies.variant_choice import VariantChoice

_UNVERIFIED = '; paper value unverified'
_ADDED = '; an addition to the paper'
#: number of early drops in a row after which one job runs anyway
_PROBE_AFTER = 10


class Dream:
    """
    Gives idle units the jobs with the greatest MapScore, drops, and switches variants.

    Source: Kim et al., "DREAM: A Dynamic Scheduler for Dynamic Real-time Multi-model ML
    Workloads", ASPLOS 2023. Its parts can be switched off one by one: ``tune``, ``smart_drop``,
    ``variants`` (false each: scores only). Everything that the abstract does not specify is a
    parameter. ``guard``, ``wait`` and ``drop_unreachable`` are this project's additions; they and
    the defaults of alpha and beta were chosen on the seeds 0 to 45 of the suite ``random``.
    """

    name: ClassVar[str] = 'dream'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = (
        PolicyParameter(
            'alpha', 1.0, 0.0, 100.0, 'Weight of starvation in the score' + _UNVERIFIED
        ),
        PolicyParameter('beta', 0.3, 0.0, 100.0, 'Weight of energy in the score' + _UNVERIFIED),
        PolicyParameter(
            'tune', True, 0, 1, 'Whether the policy tunes alpha and beta while it runs'
        ),
        PolicyParameter(
            'smart_drop',
            True,
            0,
            1,
            'Whether the policy drops frames by the four conditions of smart drop',
        ),
        PolicyParameter(
            'variants', True, 0, 1, 'Whether the policy uses lighter variants under load'
        ),
        PolicyParameter(
            'togo_min',
            False,
            0,
            1,
            'Whether the remaining time is that on the fastest unit instead of the mean over'
            ' the units' + _UNVERIFIED,
        ),
        PolicyParameter(
            'urgency_limit', 100.0, 1.0, 1e6, 'Urgency of a job without slack' + _UNVERIFIED
        ),
        PolicyParameter(
            'switch_cost',
            0.1,
            0.0,
            10.0,
            'Cost of giving a unit to another task, relative to the energy of the stage'
            + _UNVERIFIED,
        ),
        PolicyParameter(
            'drop_late',
            True,
            0,
            1,
            'Whether the policy drops frames whose deadline has passed' + _UNVERIFIED,
        ),
        PolicyParameter(
            'drop_unreachable',
            True,
            0,
            1,
            'Whether the policy drops frames that would be late even alone on the fastest units'
            + _ADDED,
        ),
        PolicyParameter(
            'wait',
            True,
            0,
            1,
            'Whether a frame waits for a busy unit on which its stage would end sooner, if the'
            ' idle one is too slow for its deadline or a later frame could overtake it' + _ADDED,
        ),
        PolicyParameter(
            'guard',
            True,
            0,
            1,
            'Whether a frame goes first that would be late behind the one with the greatest score,'
            ' if that one can be on time after it' + _ADDED,
        ),
        PolicyParameter(
            'drop_cap',
            0.2,
            0.0,
            1.0,
            'Maximum share of the latest frames of a task that may be dropped' + _UNVERIFIED,
        ),
        PolicyParameter(
            'drop_window',
            10,
            1,
            32,
            'Number of latest frames that drop_cap refers to' + _UNVERIFIED,
        ),
        PolicyParameter(
            'hysteresis',
            0.1,
            0.0,
            0.9,
            'Share of the slack that must remain before a heavier variant is used',
        ),
    )
    switches_variants: ClassVar[bool] = True
    asks_when_busy: ClassVar[bool] = False

    def __init__(self, **values: float) -> None:
        self._settings = ScoreSettings(
            bool(values['togo_min']), values['urgency_limit'], values['switch_cost']
        )
        self._drop_late = bool(values['drop_late'])
        self._drop_unreachable = bool(values['drop_unreachable'])
        self._wait = bool(values['wait'])
        self._guard = bool(values['guard'])
        self._point = (values['alpha'], values['beta'])
        self.tuner = OnlineTuner(self._point) if values['tune'] else None
        self.smart_drop = (
            SmartDrop(cap=values['drop_cap'], window=int(values['drop_window']))
            if values['smart_drop']
            else None
        )
        self._variants = VariantChoice(values['hysteresis']) if values['variants'] else None
        #: what the last call compared; empty when it dropped jobs or changed variants
        self._pairs: list[Pair] = []

    def decide(self, view: View) -> list[Decision]:
        """Choose variants, drop lost jobs, then map jobs to units by score."""
        self._pairs = []
        if self.tuner is not None:
            self.tuner.update(view)
            self._point = self.tuner.point
        if self._drop_late and (late := _late(view)):
            return late
        if self._drop_unreachable and (lost := _unreachable(view)):
            return lost
        score = MapScore(view, self._settings, *self._point)
        if self._variants is not None and (changes := self._variants.decide(view, score.togo_ns)):
            return changes
        if self.smart_drop is not None and (worst := self.smart_drop.pick(view, score)):
            return [Drop(worst.id, worst.task, reasons.SMART_DROP)]
        pairs = self._pairs = ranked_pairs(view, score)
        return give_turns(view, map_jobs(view, pairs, wait=self._wait, guard=self._guard))

    def last_scores(self, view: View) -> Scores:
        """Return the scores of the last call, or the slack of every job if it mapped none."""
        if not self._pairs:
            return slacks(view)
        best = self._pairs[:MOST_OPTIONS]
        return Scores(MAP_SCORE, [(-pair[0], [(pair[3], pair[4])]) for pair in best])


def _late(view: View) -> list[Decision]:
    return [
        Drop(job.id, job.task, reasons.DEADLINE_PASSED)
        for job in view.ready
        if job.deadline_ns <= view.now_ns
    ]


def _unreachable(view: View) -> list[Decision]:
    """Return the drops of jobs that are late in any case; one in a while runs, to be measured."""
    return [
        Drop(job.id, job.task, reasons.DEADLINE_UNREACHABLE)
        for job in view.ready
        if view.now_ns + view.least_of_any_variant_ns(job) > job.deadline_ns
        and view.accounts[job.task].unreachable_in_a_row < _PROBE_AFTER
    ]


POLICY = Dream
