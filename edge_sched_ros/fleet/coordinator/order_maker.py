# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Decisions of the high-level dispatcher, as orders to devices and ends of jobs."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.core.high_level.decisions import Cancel
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.decisions import JobCompleted
from edge_sched_ros.core.high_level.decisions import JobDropped
from edge_sched_ros.core.high_level.decisions import JobFailed
from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.core.high_level.decisions import Load
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.decisions import Send
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.jobs import DROPPED
from edge_sched_ros.execution.jobs import FAILED
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.jobs import LATE
from edge_sched_ros.execution.jobs import ON_TIME
from edge_sched_ros.fleet.before import Before
from edge_sched_ros.fleet.coordinator.live import LiveJob
from edge_sched_ros.fleet.coordinator.live import LiveJobs
from edge_sched_ros.fleet.coordinator.members import Members
from edge_sched_ros.fleet.coordinator.order_book import OrderBook
from edge_sched_ros.fleet.device.server import DeviceServer
from edge_sched_ros.fleet.graphs import BEFORE
from edge_sched_ros.fleet.graphs import FRAME
from edge_sched_ros.fleet.graphs import IMAGE
from edge_sched_ros.fleet.graphs import NetworkForm
from edge_sched_ros.fleet.graphs import RESULT
from edge_sched_ros.fleet.wire.frame_key import FrameKey
from edge_sched_ros.fleet.wire.orders import CancelOrder
from edge_sched_ros.fleet.wire.orders import LoadOrder
from edge_sched_ros.fleet.wire.orders import PushOrder
from edge_sched_ros.fleet.wire.orders import SendOrder


@dataclass(frozen=True, slots=True)
class Arrival:
    """
    A frame that arrived.

    :param frame: ``None`` when a trigger came before any picture
    :param age_ns: since it was taken
    """

    key: FrameKey
    frame: Frame | None
    age_ns: int


class OrderMaker:
    """
    Writes what devices are to do into an order book, and hands on the jobs that end.

    :param home: the local device, which gets the answers
    :param forms: network -> its graph
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
        #: jobs that ended with the present event, or whose answers a join awaits, and what they
        #: gave, for those after them
        self._ended: dict[int, tuple[LiveJob, Any]] = {}

    def carry_out(
        self,
        decision: HighLevelDecision,
        book: OrderBook,
        arrived: Arrival | None = None,
    ) -> None:
        """
        Carry out a decision that is about devices or jobs; others are ignored.

        :param arrived: the frame that the decision is about, if one arrived
        """
        if isinstance(decision, JobReleased):
            self._release(decision, arrived)
        elif isinstance(decision, Push):
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

    def _release(self, release: JobReleased, arrived: Arrival | None) -> None:
        """Keep what a job works on: a frame that arrived, or what the job before it gave."""
        if release.parent is None:
            if arrived is not None:
                self._live.add(release, arrived.frame, arrived.key, arrived.age_ns)
            return
        ended = [self._ended[job] for job in (release.parent, *release.joined)]
        parent = ended[0][0]
        key = FrameKey(release.stream, release.seq)
        if not self._live.has_frame(key):
            self._live.add_frame(key)
            self._put_answer(key, ended, release.items)
        self._live.add(release, parent.frame, key, parent.age_ns)

    def _put_answer(self, key: FrameKey, ended: list[tuple[LiveJob, Any]], items: int) -> None:
        parent, result = ended[0]
        frame = parent.frame
        if frame is not None:
            image = result if isinstance(result, SourceImage) else frame.image
            results = {live.release.task: answer for live, answer in ended}
            tensors = {IMAGE: image, FRAME: frame, BEFORE: Before(result, items, results)}
            self._home.put_frame(key, tensors)

    def _push(self, push: Push, book: OrderBook) -> None:
        live = self._live.get(push.job)
        if live is None:
            return
        live.network = push.network
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
            push.network,
        )
        book.add(push.device, order)

    def _send(self, send: Send, book: OrderBook) -> None:
        live = self._live.get(send.job)
        if live is None:
            return
        self._live.touch(send.job, [send.source, send.target])
        of_frame = send.tensor in self._forms[live.network].graph.inputs
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
        self._ended[decision.job] = (live, result)
        self._deliver(_job_end(live, outcome, reason, result, response_ns, decision.variant))
        for device in live.devices | {self._home.name}:
            book.end_job(device, decision.job)

    def end_frames(
        self, book: OrderBook, awaited: Collection[int], key: FrameKey | None = None
    ) -> None:
        """
        Have devices let go of the frames that no job needs after an event.

        :param awaited: ended jobs whose answers a join may still need
        :param key: of a frame that arrived with it
        """
        keys = {live.key: None for live, _ in self._ended.values()}
        for one in keys if key is None else {**keys, key: None}:
            for device in self._live.end_frame(one):
                book.end_frame(device, one)
        self._ended = {job: one for job, one in self._ended.items() if job in awaited}


def _job_end(
    live: LiveJob,
    outcome: str,
    reason: str,
    result: Any,
    response_ns: int | None,
    variant: str,
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
        items=release.items,
        variant=variant,
    )
