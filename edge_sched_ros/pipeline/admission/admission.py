# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Admission: whether a change of tasks at run time leaves every deadline within reach."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import Any

from edge_sched_ros.capacity.admission import blamed
from edge_sched_ros.capacity.admission import predict
from edge_sched_ros.capacity.admission import TaskVerdict
from edge_sched_ros.capacity.admission_tasks import TaskDemand
from edge_sched_ros.core.parameters import changed_task
from edge_sched_ros.core.parameters import DYNAMIC_TASK_KEYS
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.pipeline.admission.changes import alike
from edge_sched_ros.pipeline.admission.changes import made_heavier
from edge_sched_ros.pipeline.admission.changes import next_lighter
from edge_sched_ros.pipeline.admission.changes import reordered
from edge_sched_ros.pipeline.admission.demand import demands
from edge_sched_ros.pipeline.admission.demand import Known
from edge_sched_ros.pipeline.admission.floor_demand import floors_problem
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount
from edge_sched_ros.pipeline.inputs.stream_rates import StreamRates

OFF, WARN, REFUSE, DEGRADE = MODES = ('off', 'warn', 'refuse', 'degrade')
#: minimum time between two periodic predictions
_REFRESH_NS = 10_000_000_000

#: task -> settings of the dispatcher that change
Changes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Ruling:
    """
    The decision on a change.

    :param task: the task that would miss its deadline or minimum rate; empty if none would
    :param reason: why
    :param refused: whether the change must not be made
    :param pins: task -> the lighter variant that admission gives it
    :param what: its setting that would not be kept
    """

    task: str = ''
    reason: str = ''
    refused: bool = False
    pins: Mapping[str, str] = field(default_factory=dict)
    what: str = 'deadline'

    @property
    def text(self) -> str:
        """Return which task would miss what and why; empty if none would."""
        return f"'{self.task}' would miss its {self.what}: {self.reason}" if self.task else ''


@dataclass(frozen=True, slots=True)
class Outlook:
    """
    What the model predicts for the present tasks.

    :param unknown: task without a prediction -> why
    :param floors: why the minimum rates cannot be kept together; empty if they can
    """

    verdicts: Mapping[str, TaskVerdict] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)
    floors: str = ''


class Admission:
    """
    Decides on changes by the model; makes no change itself.

    :param read: returns the dispatcher's present state
    :param mode: one of :data:`MODES`
    """

    def __init__(self, read: Callable[[], Known], mode: str = WARN) -> None:
        self._read = read
        self.mode = mode
        self.rates = StreamRates()
        #: task -> the variant that admission has given it
        self.pins: Mapping[str, str] = {}
        #: the decision on the last changes considered
        self.ruling = Ruling()
        self.outlook = Outlook()
        self._asked: list[TaskDemand] = []
        self._predicted_ns: int | None = None
        #: whether tasks were changed since the last prediction
        self._outdated = False

    def consider(self, changes: Changes, mode: str = '', *, at_start: bool = False) -> Ruling:
        """
        Decide on changes, and keep the decision.

        Unknown costs or rates never cause a refusal.

        :param mode: the mode after the changes; empty for the present one
        :param at_start: whether every task is new, since nothing ran before
        """
        self.ruling = self._considered(changes, mode or self.mode, at_start)
        return self.ruling

    def _considered(self, changes: Changes, mode: str, at_start: bool) -> Ruling:
        known = self._read()
        now = {name: self._unpinned(spec) for name, spec in known.tasks.items()}
        then = dict(now)
        for name, values in changes.items():
            core = {key: value for key, value in values.items() if key in DYNAMIC_TASK_KEYS}
            then |= {name: changed_task(then, name, core)}
        if mode != OFF:
            task, reason = floors_problem(known, then, {})
            if task and (at_start or not floors_problem(known, now, self.pins)[0]):
                refused = mode in (REFUSE, DEGRADE)
                return Ruling(task, reason, refused, self.pins, 'min_rate_hz')
        touched = list(now) if at_start else made_heavier(now, then)
        if mode == OFF or not (touched or reordered(now, then)):
            # a change that only lowers the load may return others to their own variants
            return Ruling(pins=self._relieved(known, then, mode))
        before = {} if at_start else self._judge(known, now, self.pins)
        return self._rule(known, then, before, touched, mode)

    def _rule(
        self,
        known: Known,
        tasks: Mapping[str, TaskSpec],
        before: Mapping[str, TaskVerdict],
        touched: list[str],
        mode: str,
    ) -> Ruling:
        pins: dict[str, str] = {}
        first = ('', '')
        while True:
            verdicts = self._judge(known, tasks, pins)
            name = blamed(before, verdicts, touched)
            if not name:
                return Ruling(pins=pins)
            first = first if first[0] else (name, verdicts[name].reason)
            lighter = next_lighter(known, tasks, pins) if mode == DEGRADE else None
            if lighter is None:
                return Ruling(*first, refused=mode in (REFUSE, DEGRADE), pins=self.pins)
            pins |= lighter

    def _relieved(
        self, known: Known, tasks: Mapping[str, TaskSpec], mode: str
    ) -> Mapping[str, str]:
        """Return the pins that are still needed; all of them if even they do not help."""
        if not self.pins or mode != DEGRADE:
            return {}
        ruling = self._rule(known, tasks, {}, list(tasks), mode)
        return self.pins if ruling.refused else ruling.pins

    def _judge(
        self, known: Known, tasks: Mapping[str, TaskSpec], pins: Mapping[str, str]
    ) -> dict[str, TaskVerdict]:
        asked, _ = demands(known, tasks, self.rates.hz, pins)
        return predict(asked, known.slots, known.order, known.cpus)

    def _unpinned(self, spec: TaskSpec) -> TaskSpec:
        return spec.pinned('') if spec.name in self.pins else spec

    # --- what is reported -------------------------------------------------------------------

    def renew(self) -> None:
        """Record that tasks were changed: the next update predicts again at any time."""
        self._outdated = True

    def update(self, inputs: Mapping[str, InputAccount], now_ns: int) -> None:
        """Record rates, and predict again when costs or rates have changed."""
        self.rates.update(inputs, now_ns)
        if self.mode == OFF:
            self.outlook, self._asked = Outlook(), []
            return
        # before reading: a change made meanwhile counts for the next update
        outdated, self._outdated = self._outdated, False
        known = self._read()
        asked, unknown = demands(known, known.tasks, self.rates.hz)
        waited = self._predicted_ns is None or now_ns - self._predicted_ns >= _REFRESH_NS
        drifted = not alike(self._asked, asked)
        if outdated or (drifted and (waited or len(asked) != len(self._asked))):
            self._asked, self._predicted_ns = asked, now_ns
            verdicts = predict(asked, known.slots, known.order, known.cpus)
            _, floors = floors_problem(known, known.tasks, {})
            self.outlook = Outlook(verdicts, unknown, floors)
        elif unknown != self.outlook.unknown:
            self.outlook = replace(self.outlook, unknown=unknown)
