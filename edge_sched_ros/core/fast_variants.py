# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The variant that a task runs by default: the fastest within its tolerance, by measured costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace

from edge_sched_ros.core.job_table import JobTable
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.times import Times

#: answers of each variant that measure it, and frames after which that must do for each
_TRIALS, _MOST_FRAMES = 8, 32
#: part of the other's time that a variant must not exceed to be chosen instead
_FASTER = 0.95
#: frames between two comparisons, and between two frames that measure the others again
_COMPARE_EVERY, _TRY_EVERY = 64, 1024


@dataclass(slots=True)
class _Choice:
    """
    The choice of one task.

    :param full: the task with all its variants
    :param within: the variants to choose from, the network's own first
    :param chosen: index of the one that runs when nothing is measured
    """

    full: TaskSpec
    within: tuple[VariantSpec, ...]
    chosen: int = 0
    #: whether all of them have been measured
    known: bool = False
    #: released jobs at the last look, and frames since the choice began
    released: int = -1
    frames: int = 0
    #: expected times by variant in the last comparison, in nanoseconds
    times_ns: tuple[int, ...] = ()


class FastVariants:
    """
    Narrows tasks to the fastest variant whose accuracy is within their tolerance.

    Policies see only what is left: that variant, and lighter ones beyond the tolerance. Variants
    without known costs run in turn until these are measured, and the others again from time to
    time. A variant takes no part if it cannot run on each unit on which the network's own file
    runs: the faster unit would be lost with it.

    :param table: jobs and tasks
    :param profiles: costs of stages
    :param times: expected times by these costs
    """

    def __init__(self, table: JobTable, profiles: Profiles, times: Times) -> None:
        self._table = table
        self._profiles = profiles
        self._times = times
        self._choices: dict[str, _Choice] = {}
        for spec in table.specs.values():
            self.refresh(spec)

    def __bool__(self) -> bool:
        """Whether any task has a choice."""
        return bool(self._choices)

    def refresh(self, spec: TaskSpec) -> None:
        """Begin to choose for a task; not for one that is fixed to a variant."""
        self._choices.pop(spec.name, None)
        within = () if spec.all_variants else within_tolerance(spec)
        if len(within) > 1:
            choice = self._choices[spec.name] = _Choice(spec, within)
            choice.known = all(self._is_known(spec.name, one) for one in within)
            if choice.known:
                choice.frames = len(within)
                self._compare(choice)
            self._narrow(choice, choice.chosen)

    def changed(self, spec: TaskSpec) -> None:
        """Take over new settings of a task, other than its variant."""
        choice = self._choices.get(spec.name)
        if choice is not None:
            full = choice.full
            choice.full = replace(spec, variants=full.variants, all_variants=full.all_variants)

    def full(self, spec: TaskSpec) -> TaskSpec:
        """Return a task with all variants that it may choose from, as it was before any choice."""
        choice = self._choices.get(spec.name)
        return spec if choice is None else choice.full

    def arrived(self) -> None:
        """Choose for the jobs that a frame is about to release."""
        for name, choice in self._choices.items():
            count = len(choice.within)
            account = self._table.ledger.tasks[name]
            if account.released == choice.released:
                continue
            choice.released = account.released
            if not choice.known:
                self._try(choice, account.variants)
            elif choice.frames % _TRY_EVERY < count:
                self._narrow(choice, choice.frames % _TRY_EVERY)
            elif choice.frames % _COMPARE_EVERY == count:
                self._compare(choice)
                self._narrow(choice, choice.chosen)
            choice.frames += 1

    def _try(self, choice: _Choice, answers: Mapping[str, int]) -> None:
        """Run the variants in turn until each is measured."""
        count = len(choice.within)
        measured = all(answers.get(one.name, 0) >= _TRIALS for one in choice.within)
        if measured or choice.frames >= _MOST_FRAMES * count:
            choice.known, choice.frames = True, count
            self._compare(choice)
            self._narrow(choice, choice.chosen)
        else:
            self._narrow(choice, choice.frames % count)

    def _compare(self, choice: _Choice) -> None:
        name, items = choice.full.name, self._usual_items(choice)
        least_ns = self._times.least_ns
        times = choice.times_ns = tuple(least_ns(name, one, 0, items) for one in choice.within)
        for index, time_ns in enumerate(times):
            # an unknown time is 0
            if 0 < time_ns < _FASTER * times[choice.chosen]:
                choice.chosen = index

    def _usual_items(self, choice: _Choice) -> int:
        """Return how many items a job of a task has: one variant may be the faster for many."""
        name, first = choice.full.name, choice.within[0]
        usual = [
            cost.usual_items
            for stage in first.stages
            for cost in self._profiles.on_units(name, first.name, stage.name).values()
        ]
        return max(1, round(max(usual, default=1.0)))

    def _narrow(self, choice: _Choice, index: int) -> None:
        """Let policies see one of the variants, and those beyond the tolerance."""
        full, one = choice.full, choice.within[index]
        if self._table.specs[full.name].variants[0] is not one:
            lighter = tuple(other for other in full.variants if other not in choice.within)
            self._table.narrow(replace(full, variants=(one, *lighter), all_variants=full.variants))

    def _is_known(self, task: str, variant: VariantSpec) -> bool:
        on_units_ns = self._times.on_units_ns
        return all(on_units_ns(task, variant.name, one.name, 1) for one in variant.stages)

    def told(self, task: str) -> str:
        """Return which variant a task runs and why; empty if it has no choice."""
        choice = self._choices.get(task)
        if choice is None:
            return ''
        names = [one.name for one in choice.within]
        if not choice.known:
            return f'measures {", ".join(names)}'
        times = ', '.join(
            f'{name} {time_ns / 1e6:.3g} ms' for name, time_ns in zip(names, choice.times_ns)
        )
        accuracy = choice.within[choice.chosen].accuracy
        return f'{names[choice.chosen]} ({times}; accuracy {accuracy:.3g} of {names[0]})'


def within_tolerance(spec: TaskSpec) -> tuple[VariantSpec, ...]:
    """Return the first variant, and those that may run instead of it by their accuracy."""
    if spec.tolerance is None:
        return ()
    first, *others = spec.variants
    needed = {unit for stage in first.stages for unit in stage.units}
    # relative accuracies are quotients of given numbers
    least = first.accuracy * (1 - spec.tolerance) - 1e-9
    return (
        first,
        *(
            one
            for one in others
            if one.accuracy >= least
            and needed <= {unit for stage in one.stages for unit in stage.units}
        ),
    )
