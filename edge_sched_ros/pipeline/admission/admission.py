# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Admission: whether a change of tasks at run time leaves every deadline within reach."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
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
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccount
from edge_sched_ros.pipeline.inputs.stream_rates import StreamRates

OFF, WARN, REFUSE, DEGRADE = MODES = ('off', 'warn', 'refuse', 'degrade')
#: time between two predictions nobody asked for, at least
_REFRESH_NS = 10_000_000_000

#: task -> settings of the dispatcher that change
Changes = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Ruling:
    """
    What is to become of a change.

    :param task: who would miss its deadline, empty where nobody would
    :param reason: why
    :param refused: whether the change must not be made
    :param pins: task -> the lighter variant that admission gives it
    """

    task: str = ''
    reason: str = ''
    refused: bool = False
    pins: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return who would miss and why; empty where nobody would."""
        return f"'{self.task}' would miss its deadline: {self.reason}" if self.task else ''


@dataclass(frozen=True, slots=True)
class Outlook:
    """
    What the model says of the tasks as they are.

    :param unknown: task that it leaves out -> why
    """

    verdicts: Mapping[str, TaskVerdict] = field(default_factory=dict)
    unknown: Mapping[str, str] = field(default_factory=dict)


class Admission:
    """
    Asks the model; changes nothing itself.

    :param read: returns what the dispatcher knows
    :param mode: one of :data:`MODES`
    """

    def __init__(self, read: Callable[[], Known], mode: str = WARN) -> None:
        self._read = read
        self.mode = mode
        self.rates = StreamRates()
        #: task -> the variant that admission has given it
        self.pins: Mapping[str, str] = {}
        #: what was said of the changes considered last
        self.ruling = Ruling()
        self.outlook = Outlook()
        self._asked: list[TaskDemand] = []
        self._predicted_ns: int | None = None
        #: whether tasks were changed since it was predicted
        self._outdated = False

    def consider(self, changes: Changes, mode: str = '', *, at_start: bool = False) -> Ruling:
        """
        Return, and keep, what is to become of changes.

        What is not known counts for the change: nothing is refused for lack of knowledge.

        :param mode: that will be in force with them; empty for the present one
        :param at_start: nothing ran before: every task is new
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
        touched = list(now) if at_start else made_heavier(now, then)
        if mode == OFF or not (touched or reordered(now, then)):
            # what only gets lighter may free others of their lighter variants
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
        """Return the pins that are still needed; all where even they do not help."""
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
        """Take it that tasks were changed: the next look predicts anew, whenever it comes."""
        self._outdated = True

    def update(self, inputs: Mapping[str, InputAccount], now_ns: int) -> None:
        """Note rates, and predict anew when costs or rates have become others."""
        self.rates.update(inputs, now_ns)
        if self.mode == OFF:
            self.outlook, self._asked = Outlook(), []
            return
        # before reading: a change that comes meanwhile counts for the next look
        outdated, self._outdated = self._outdated, False
        known = self._read()
        asked, unknown = demands(known, known.tasks, self.rates.hz)
        waited = self._predicted_ns is None or now_ns - self._predicted_ns >= _REFRESH_NS
        drifted = not alike(self._asked, asked)
        if outdated or (drifted and (waited or len(asked) != len(self._asked))):
            self._asked, self._predicted_ns = asked, now_ns
            verdicts = predict(asked, known.slots, known.order, known.cpus)
            self.outlook = Outlook(verdicts, unknown)
        elif unknown != self.outlook.unknown:
            self.outlook = Outlook(self.outlook.verdicts, unknown)
