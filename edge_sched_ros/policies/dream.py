# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""DREAM: score-based dynamic scheduling of several networks."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.view import View
from edge_sched_ros.policies.map_score import MapScore
from edge_sched_ros.policies.map_score import ScoreSettings
from edge_sched_ros.policies.placement import run
from edge_sched_ros.policies.placement import take_slot
from edge_sched_ros.policies.smart_drop import SmartDrop
from edge_sched_ros.policies.tuning import OnlineTuner
from edge_sched_ros.policies.turns import give_turns
from edge_sched_ros.policies.variant_choice import VariantChoice

_UNVERIFIED = '; paper value unverified'


class Dream:
    """
    Gives idle units the jobs with the greatest MapScore, drops, and switches variants.

    Source: Kim et al., "DREAM: A Dynamic Scheduler for Dynamic Real-time Multi-model ML
    Workloads", ASPLOS 2023. Its parts can be switched off one by one: ``tune``, ``smart_drop``,
    ``variants`` (false each: scores only). Everything that the abstract does not specify is a
    parameter.
    """

    name = 'dream'
    parameters: ClassVar[tuple[PolicyParameter, ...]] = (
        PolicyParameter(
            'alpha', 0.0, 0.0, 100.0, 'Weight of starvation in the score' + _UNVERIFIED
        ),
        PolicyParameter('beta', 2.0, 0.0, 100.0, 'Weight of energy in the score' + _UNVERIFIED),
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
        self._point = (values['alpha'], values['beta'])
        self.tuner = OnlineTuner(self._point) if values['tune'] else None
        self.smart_drop = (
            SmartDrop(cap=values['drop_cap'], window=int(values['drop_window']))
            if values['smart_drop']
            else None
        )
        self._variants = VariantChoice(values['hysteresis']) if values['variants'] else None

    def decide(self, view: View) -> list[Decision]:
        """Choose variants, drop lost jobs, then map jobs to units by score."""
        if self.tuner is not None:
            self.tuner.update(view)
            self._point = self.tuner.point
        if self._drop_late and (late := _late(view)):
            return late
        score = MapScore(view, self._settings, *self._point)
        if self._variants is not None and (changes := self._variants.decide(view, score.togo_ns)):
            return changes
        if self.smart_drop is not None and (lost := self.smart_drop.pick(view, score)):
            return [Drop(lost.id, lost.task, reasons.SMART_DROP)]
        return give_turns(view, _map(view, score))


def _late(view: View) -> list[Decision]:
    return [
        Drop(job.id, job.task, reasons.DEADLINE_PASSED)
        for job in view.ready
        if job.deadline_ns <= view.now_ns
    ]


def _map(view: View, score: MapScore) -> list[Decision]:
    """Take the best pair of job and idle unit until none is left."""
    idle = view.free_slots()
    pairs = [
        (-value, job.deadline_ns, job.release_ns, job.id, unit, job)
        for job in view.ready
        for unit, value in score.scores(job).items()
        if unit in idle
    ]
    pairs.sort(key=lambda pair: pair[:5])
    decisions: list[Decision] = []
    mapped: set[int] = set()
    for _, _, _, job_id, unit, job in pairs:
        if job_id not in mapped and unit in idle:
            mapped.add(job_id)
            take_slot(idle, unit)
            decisions.append(run(job, unit))
    return decisions


POLICY = Dream
