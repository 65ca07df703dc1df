# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the dispatcher can carry out what a high-level policy from outside answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from edge_sched_ros.core.high_level.cutting import cut_into
from edge_sched_ros.core.high_level.graph import Cut
from edge_sched_ros.core.high_level.graph import Partition
from edge_sched_ros.core.high_level.graph_checks import check_cut
from edge_sched_ros.core.high_level.job import FleetJob
from edge_sched_ros.core.high_level.policy import Assignment
from edge_sched_ros.core.high_level.tasks import FleetTask
from edge_sched_ros.core.high_level.view import HighLevelView

_MOST_OF_A_REASON = 40


class WrongAnswer(Exception):
    """An answer that cannot be carried out: the text says why."""


def checked_cuts(returned: Any, task: FleetTask) -> list[Cut]:
    """
    Return the cuts that a policy gives a task.

    :raises WrongAnswer: when they are no sequence of cuts, or one is not made by ``cut_into``, so
        that a name of a partition would mean two things
    :raises ConfigError: when one is no cut of the network
    """
    cuts = [tuple(_sequence(cut, 'a cut')) for cut in _sequence(returned, 'cuts')]
    for cut in cuts:
        for part in cut:
            if not isinstance(part, Partition):
                raise WrongAnswer(f'its cuts has {part!r:.100}, not a Partition')
        check_cut(task.graph, cut)
        if set(cut) != set(cut_into(task.graph, [part.segments for part in cut])):
            names = ', '.join(part.name for part in cut)
            raise WrongAnswer(f'the partitions {names:.200} are not named as cut_into does')
    return cuts


def checked_assignments(
    returned: Any, job: FleetJob, view: HighLevelView
) -> list[Assignment] | str:
    """
    Return the devices that a policy gives to the partitions of a job, or its reason to drop it.

    :raises WrongAnswer: when a partition is missing or cannot run there
    """
    if isinstance(returned, str):
        if not returned.isidentifier() or len(returned) > _MOST_OF_A_REASON:
            raise WrongAnswer(
                f'its assign returned {returned!r:.100}: a reason is a word of letters, digits '
                f'and _, at most {_MOST_OF_A_REASON}'
            )
        return returned
    chosen = _sequence(returned, 'assignments, nor a reason to drop the job')
    for one in chosen:
        if not isinstance(one, Assignment):
            raise WrongAnswer(f'its assign returned {one!r:.100}, not an Assignment')
    spec = _spec({one.variant for one in chosen}, job, view)
    parts = _partitions([one.partition for one in chosen], job, spec, view)
    for one in chosen:
        if problem := _problem(one, parts[one.partition], spec, view):
            raise WrongAnswer(f'it decided {one!r:.200}: {problem}')
    return chosen


def _sequence(returned: Any, what: str) -> list[Any]:
    # a generator is accepted as a list
    if isinstance(returned, (list, tuple, Iterator)):
        return list(returned)
    raise WrongAnswer(f'it returned {returned!r:.100}, not a list of {what}')


def _spec(variants: set[Any], job: FleetJob, view: HighLevelView) -> FleetTask:
    """Return the task in the variant that the assignments of a job name."""
    if job.cut is not None or variants <= {'', job.spec.variant}:
        return job.spec
    for task in view.choices[job.task]:
        if variants == {task.variant} and view.cuts_of(task):
            return task
    raise WrongAnswer(f'it chose {variants!r:.100}, which is no variant of {job.task} now')


def _partitions(
    names: list[Any], job: FleetJob, spec: FleetTask, view: HighLevelView
) -> dict[Any, Partition]:
    """Return the partitions that need a device, by name; they must be these names."""
    if job.cut is not None:
        wanted = {part.name: part for part in job.open}
        if len(names) != len(wanted) or set(names) != set(wanted):
            raise WrongAnswer(f'it gave devices to {names!r:.100}, not to {list(wanted)!r:.100}')
        return wanted
    for plan in view.cuts_of(spec):
        if len(names) == len(plan.names) and plan.names == set(names):
            return dict(plan.partitions)
    raise WrongAnswer(f'it gave devices to {names!r:.200}, which is none of its cuts')


def _problem(one: Assignment, part: Partition, spec: FleetTask, view: HighLevelView) -> str:
    """Return why a partition cannot run as an assignment says; empty if it can."""
    if one.device not in view.devices or not view.can_run(spec, part, one.device):
        return 'it cannot run there'
    if not isinstance(one.deadline_ns, int):
        return 'times are whole nanoseconds'
    times = view.times_ns(spec.graph.name, one.device)
    for segment, unit in one.unit_of:
        if segment not in part.segments or unit not in times[segment]:
            return f'{segment} cannot run on {unit}'
    units = {unit.name for unit in view.devices[one.device].offer.units}
    for unit, time_ns in one.expected_ns:
        if unit not in units or not isinstance(time_ns, int) or time_ns < 0:
            return f'{time_ns!r} on {unit} cannot be expected'
    return ''
