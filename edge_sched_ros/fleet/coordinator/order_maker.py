# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decisions of the high-level dispatcher, as orders to devices and ends of jobs."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.high_level.decisions import Cancel
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.decisions import JobCompleted
from edge_sched_ros.core.high_level.decisions import JobDropped
from edge_sched_ros.core.high_level.decisions import JobFailed
from edge_sched_ros.core.high_level.decisions import Load
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.decisions import Send
from edge_sched_ros.execution.jobs import DROPPED
from edge_sched_ros.execution.jobs import FAILED
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.jobs import LATE
from edge_sched_ros.execution.jobs import ON_TIME
from edge_sched_ros.fleet.coordinator.live import LiveJob
from edge_sched_ros.fleet.coordinator.live import LiveJobs
from edge_sched_ros.fleet.coordinator.members import Members
from edge_sched_ros.fleet.coordinator.order_book import OrderBook
from edge_sched_ros.fleet.device.server import DeviceServer
from edge_sched_ros.fleet.graphs import NetworkForm
from edge_sched_ros.fleet.graphs import RESULT
from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.orders import CancelOrder
from edge_sched_ros.fleet.wire.orders import LoadOrder
from edge_sched_ros.fleet.wire.orders import PushOrder
from edge_sched_ros.fleet.wire.orders import SendOrder


class OrderMaker:
    """
    Writes what devices are to do into an order book, and hands on the jobs that end.

    :param home: the local device, which gets the answers
    :param forms: task -> its network
    :param deliver: called with every ended job
    """

    def __init__(
        self,
        *,
        home: DeviceServer,
        members: Members,
        live: LiveJobs,
        forms: Mapping[str, NetworkForm],
        deliver: Callable[[JobEnd], None],
        clock_ns: Callable[[], int],
    ) -> None:
        self._home = home
        self._members = members
        self._live = live
        self._forms = forms
        self._deliver = deliver
        self._clock_ns = clock_ns

    def carry_out(self, decision: HighLevelDecision, book: OrderBook) -> None:
        """Carry out a decision that is about devices or ends a job; others are ignored."""
        if isinstance(decision, Push):
            self._push(decision, book)
        elif isinstance(decision, Send):
            self._send(decision, book)
        elif isinstance(decision, Cancel):
            book.add(decision.device, CancelOrder(decision.job, decision.partition))
        elif isinstance(decision, Load):
            order = LoadOrder(
                decision.task, decision.network, decision.digest, decision.partitions
            )
            book.add(decision.device, order)
        elif isinstance(decision, (JobCompleted, JobDropped, JobFailed)):
            self._end(decision, book)

    def _push(self, push: Push, book: OrderBook) -> None:
        live = self._live.get(push.job)
        if live is None:
            return
        live.pushed_ns[push.partition] = self._clock_ns()
        self._live.touch(push.job, [push.device])
        order = PushOrder(
            push.job,
            push.task,
            push.partition,
            live.key,
            push.deadline_ns + self._members.offset_ns(push.device),
            push.priority,
            push.unit_of,
        )
        book.add(push.device, order)

    def _send(self, send: Send, book: OrderBook) -> None:
        live = self._live.get(send.job)
        if live is None:
            return
        self._live.touch(send.job, [send.source, send.target])
        of_frame = send.tensor in self._forms[live.release.task].graph.inputs
        book.add(send.source, SendOrder(send.job, send.tensor, send.target, live.key, of_frame))

    def _end(self, decision: JobCompleted | JobDropped | JobFailed, book: OrderBook) -> None:
        live = self._live.end(decision.job)
        if live is None:
            return
        result, response_ns, reason = None, None, ''
        if isinstance(decision, JobCompleted):
            outcome = ON_TIME if decision.on_time else LATE
            result, response_ns = self._home.value(decision.job, RESULT), decision.response_ns
        else:
            outcome = DROPPED if isinstance(decision, JobDropped) else FAILED
            reason = decision.reason
        self._deliver(_job_end(live, outcome, reason, result, response_ns))
        for device in live.devices | {self._home.name}:
            book.end_job(device, decision.job)
        self.end_frame(live.key, book)

    def end_frame(self, key: FrameKey, book: OrderBook) -> None:
        """Have devices let go of a frame that no job needs any more."""
        for device in self._live.end_frame(key):
            book.end_frame(device, key)


def _job_end(
    live: LiveJob, outcome: str, reason: str, result: Any, response_ns: int | None
) -> JobEnd:
    release = live.release
    return JobEnd(
        task=release.task,
        job=release.job,
        outcome=outcome,
        reason=reason,
        frame=live.frame,
        result=result,
        stages=tuple(sorted(live.stages, key=lambda one: one.started_ns)),
        release_ns=release.release_ns,
        deadline_ns=release.deadline_ns,
        response_ns=response_ns,
        age_ns=live.age_ns,
        items=1,
        variant='',
    )
