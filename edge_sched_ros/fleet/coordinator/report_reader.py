# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What devices report, as events of the high-level dispatcher."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.core.high_level.events import HighLevelEvent
from edge_sched_ros.core.high_level.events import PartitionExited
from edge_sched_ros.core.high_level.events import PartitionFailed
from edge_sched_ros.core.high_level.events import TensorArrived
from edge_sched_ros.core.high_level.events import TransferFailed
from edge_sched_ros.fleet.coordinator.links import Links
from edge_sched_ros.fleet.coordinator.live import LiveJobs
from edge_sched_ros.fleet.coordinator.members import Members
from edge_sched_ros.fleet.device.networks import items_of
from edge_sched_ros.fleet.graphs import NetworkForm
from edge_sched_ros.fleet.graphs import RESULT
from edge_sched_ros.fleet.wire.reports import Arrived
from edge_sched_ros.fleet.wire.reports import Exited
from edge_sched_ros.fleet.wire.reports import Failed
from edge_sched_ros.fleet.wire.reports import Report
from edge_sched_ros.fleet.wire.tensors import TensorError

#: what a device cannot have sent if it told the truth
_UNTRUE = frozenset({'bad_kind', 'bad_dtype', 'bad_shape', 'bad_size', 'bad_result', 'bad_image'})


class ReportReader:
    """
    Reads reports on the coordinator's clock, and refuses devices that report untruths.

    :param forms: network -> what it promises
    :param answer_of: job -> its answer; ``None`` while it is not at home
    :param rejected: counts what could not be used, by reason
    :param refuse: (device, why) -> events that follow from using it no more
    """

    def __init__(
        self,
        *,
        members: Members,
        links: Links,
        live: LiveJobs,
        forms: Mapping[str, NetworkForm],
        rejected: Counter[str],
        refuse: Callable[[str, str], list[HighLevelEvent]],
        answer_of: Callable[[int], Any],
        clock_ns: Callable[[], int],
    ) -> None:
        self._members = members
        self._links = links
        self._live = live
        self._forms = forms
        self._rejected = rejected
        self._refuse = refuse
        self._answer_of = answer_of
        self._clock_ns = clock_ns
        #: (device, task) -> partitions that ended there
        self.done: Counter[tuple[str, str]] = Counter()

    def events_of(self, device: str, report: Report) -> list[HighLevelEvent]:
        """Return what a device's report means."""
        if isinstance(report, Exited):
            return self._exited(device, report)
        if isinstance(report, Failed):
            return [
                PartitionFailed(report.job, report.partition, device, report.reason, report.retry)
            ]
        if isinstance(report, Arrived):
            return self._arrived(device, report)
        failed = TransferFailed(
            report.job, report.tensor, report.source, report.target, report.reason
        )
        if report.reason in _UNTRUE and report.source != report.target:
            self._rejected[report.reason] += 1
            why = f"its tensor '{report.tensor}' is not what it says ({report.reason})"
            return [*self._refuse(report.source, why), failed]
        return [failed]

    def _arrived(self, device: str, report: Arrived) -> list[HighLevelEvent]:
        measured = self._links.arrived(device, report)
        answer = self._answer_of(report.job) if report.tensor == RESULT else None
        try:
            self._check_answer(report.job, answer)
        except TensorError as error:
            # the local device cannot tell: it need not have been told of the job
            self._rejected[error.reason] += 1
            failed = TransferFailed(report.job, report.tensor, report.source, device, error.reason)
            return [*self._refuse(report.source, f'its answer {error}'), failed]
        arrived = TensorArrived(report.job, report.tensor, device, items_of(answer))
        return [arrived] if measured is None else [measured, arrived]

    def _check_answer(self, job: int, answer: Any) -> None:
        """:raises TensorError: when an answer is none that the network of a job gives."""
        live = self._live.get(job)
        if answer is None or live is None:
            return
        form = self._forms.get(live.network)
        expected = None if form is None else form.expected.get(RESULT)
        if expected is not None:
            expected.check_value(answer)

    def _exited(self, device: str, report: Exited) -> list[HighLevelEvent]:
        task, network = self._live.network_of(report.job)
        offset_ns = self._members.offset_ns(device)
        if not task:
            return []
        form = self._forms.get(network)
        try:
            for output in report.outputs:
                expected = form.expected.get(output.tensor) if form is not None else None
                if expected is not None:
                    expected.check(output.dtype, output.shape)
        except TensorError as error:
            self._rejected[error.reason] += 1
            return self._refuse(device, f"its tensor '{output.tensor}' {error}")
        self.done[(device, task)] += 1
        live = self._live.get(report.job)
        if live is None:
            return []
        ready_ns = live.pushed_ns.get(report.partition, live.release.release_ns)
        for run in report.stages:
            started_ns, finished_ns = run.started_ns - offset_ns, run.finished_ns - offset_ns
            unit = f'{device}/{run.unit}'
            live.stages.append(StageTiming(run.segment, unit, ready_ns, started_ns, finished_ns))
            ready_ns = finished_ns
        now_ns = self._clock_ns()
        started = [run.started_ns - offset_ns for run in report.stages]
        ended = [run.finished_ns - offset_ns for run in report.stages]
        return [
            PartitionExited(
                report.job,
                report.partition,
                device,
                min(started, default=now_ns),
                max(ended, default=now_ns),
                {
                    run.segment: (run.unit, run.finished_ns - run.started_ns)
                    for run in report.stages
                },
                report.items,
            )
        ]
