# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Partitions of jobs on a device: entering, running, exiting, and the tensors they need."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from edge_sched_ros.core import reasons
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.fleet.device.account import PartitionAccount
from edge_sched_ros.fleet.device.entering import Entering
from edge_sched_ros.fleet.device.entering import EnteringNodes
from edge_sched_ros.fleet.device.exiting import described
from edge_sched_ros.fleet.device.exiting import StandingSends
from edge_sched_ros.fleet.device.partitions import LoadedPartitions
from edge_sched_ros.fleet.device.sending import Outbox
from edge_sched_ros.fleet.device.store import Key
from edge_sched_ros.fleet.device.store import Owner
from edge_sched_ros.fleet.device.store import TensorStore
from edge_sched_ros.fleet.device.work import Runnable
from edge_sched_ros.fleet.device.work import Runner
from edge_sched_ros.fleet.device.work import Work
from edge_sched_ros.fleet.device.work import WorkEnd
from edge_sched_ros.fleet.wire.orders import CancelOrder
from edge_sched_ros.fleet.wire.orders import PushOrder
from edge_sched_ros.fleet.wire.orders import SendOrder
from edge_sched_ros.fleet.wire.reports import Exited
from edge_sched_ros.fleet.wire.reports import Failed
from edge_sched_ros.fleet.wire.tensors import Expected

#: tensors whose job nobody ended are kept so long
_KEEP_NS = 10_000_000_000
#: a partition waits so long for its inputs after its deadline
_GRACE_NS = 500_000_000
#: jobs remembered after their end: their tensors may still be on their way
_ENDED = 4096


class PartitionsInFlight:
    """
    Runs partitions when their inputs are there, and sends on what they give.

    Its user holds a lock around every call.

    :param account: counts every partition
    :param tell: called with lines for people
    """

    def __init__(
        self,
        loaded: LoadedPartitions,
        runner: Runner,
        account: PartitionAccount,
        tell: Callable[[str], None],
    ) -> None:
        self.store = TensorStore()
        self._loaded = loaded
        self._runner = runner
        self._account = account
        self._tell = tell
        self._entering = EnteringNodes()
        self._sends = StandingSends()
        self._running: dict[tuple[int, str], Work] = {}
        #: job -> its task and network
        self._network_of: dict[int, tuple[str, str]] = {}
        self._ended: deque[int] = deque(maxlen=_ENDED)

    # --- orders -----------------------------------------------------------------------------

    def push(self, order: PushOrder, outbox: Outbox) -> None:
        """Run a partition as soon as its inputs are here."""
        where = (order.job, order.partition)
        if where in self._running or self._entering.has(*where):
            self._account.reject('pushed_twice')
            return
        self._account.push()
        self._network_of[order.job] = (order.task, order.network)
        loaded = self._loaded.get(order.task, order.network, order.partition)
        if loaded.problem:
            self._account.end(reason=loaded.problem)
            outbox.report(Failed(order.job, order.partition, loaded.problem))
            return
        keys: dict[str, Key] = {
            name: (order.frame if name in loaded.frame_inputs else order.job, name)
            for name in loaded.inputs
        }
        node = Entering(order, loaded, keys)
        missing = frozenset(key for key in keys.values() if key not in self.store)
        if missing:
            self._entering.add(node, missing)
        else:
            self._run(node, outbox)

    def send(self, order: SendOrder, outbox: Outbox) -> None:
        """Send a tensor as soon as it is here."""
        self._sends.send(order, self.store, outbox)

    def cancel(self, order: CancelOrder) -> None:
        """Give up a partition that has not ended."""
        if self._entering.remove(order.job, order.partition) is not None:
            self._account.end(cancelled=True)
        elif (work := self._running.pop((order.job, order.partition), None)) is not None:
            self._cancel_works([work])

    def _cancel_works(self, works: list[Work]) -> None:
        for work in works:
            work.cancelled = True
            self._account.end(cancelled=True)
        self._runner.cancel(works)

    def end_job(self, job: int) -> None:
        """Give up what is left of a job, and let go of its tensors."""
        self._ended.append(job)
        self._network_of.pop(job, None)
        for _ in self._entering.remove_job(job):
            self._account.end(cancelled=True)
        works = [self._running.pop(where) for where in list(self._running) if where[0] == job]
        if works:
            self._cancel_works(works)
        self._sends.end(job)
        self.store.end(job)

    # --- tensors ----------------------------------------------------------------------------

    def has_ended(self, job: int) -> bool:
        """Whether a job has ended lately."""
        return job in self._ended

    def expected(self, job: int, tensor: str) -> Expected | None:
        """Return what the network of a job promises of a tensor; ``None`` when not known."""
        return self._loaded.expected(*self._network_of.get(job, ('', '')), tensor)

    def put(self, key: Key, value: Any, now_ns: int, outbox: Outbox) -> None:
        """Keep a tensor, and do what waits for it."""
        self.store.put(key, value, now_ns)
        for order in self._sends.take(key):
            outbox.tensor(order, value)
        for node in self._entering.arrived(key):
            self._run(node, outbox)

    def _run(self, node: Entering, outbox: Outbox) -> None:
        order, loaded = node.order, node.loaded
        work = Work(
            order.job,
            order.partition,
            Runnable(order.task, loaded.network, loaded.segments, order.unit_of),
            order.frame,
            order.deadline_ns,
            order.priority,
            {name: self.store.get(key) for name, key in node.keys.items()},
            frozenset(loaded.outputs),
        )
        self._running[(order.job, order.partition)] = work
        try:
            self._runner.submit(work)
        except ConfigError as error:
            del self._running[(order.job, order.partition)]
            self._tell(str(error))
            self._end_entering(node, reasons.NO_UNIT, outbox)

    def _end_entering(self, node: Entering, reason: str, outbox: Outbox) -> None:
        self._account.end(reason=reason)
        outbox.report(Failed(node.order.job, node.order.partition, reason))

    def ended(self, end: WorkEnd, now_ns: int, outbox: Outbox) -> None:
        """Send the outputs of a partition on and say how it went."""
        work = end.work
        if work.cancelled:
            return  # counted when it was
        self._running.pop((work.job, work.partition), None)
        self._account.end(reason=end.reason, dropped=end.dropped)
        if end.reason:
            retry = not end.dropped or end.reason == reasons.NO_UNIT
            outbox.report(Failed(work.job, work.partition, end.reason, retry))
            return
        outputs = {name: work.tensors[name] for name in work.keep}
        outbox.report(Exited(work.job, work.partition, end.stages, described(outputs), work.items))
        for name, value in outputs.items():
            self.put((work.job, name), value, now_ns, outbox)

    # --- time -------------------------------------------------------------------------------

    def check(self, now_ns: int, outbox: Outbox) -> None:
        """Give up partitions that wait for too long, and tensors that nobody ended."""
        for node in self._entering.overdue(now_ns - _GRACE_NS):
            self._end_entering(node, reasons.NO_INPUTS, outbox)
        self.store.end_older(now_ns - _KEEP_NS, but=self._needed())

    def _needed(self) -> frozenset[Owner]:
        frames = {work.frame for work in self._running.values()}
        frames |= {node.order.frame for node in self._entering.nodes}
        jobs = {job for job, _ in self._running} | {n.order.job for n in self._entering.nodes}
        return frozenset(frames | jobs)

    def clear(self) -> None:
        """Give up everything."""
        for _ in self._entering.remove_all():
            self._account.end(cancelled=True)
        works = list(self._running.values())
        self._running.clear()
        if works:
            self._cancel_works(works)
        self._sends.clear()
        self.store.clear()
        self._loaded.clear()
        self._network_of.clear()
        self._ended.clear()

    def validate(self) -> None:
        """
        Check that every partition is accounted for.

        :raises InvariantError: when one is not
        """
        self._account.validate(len(self._running) + len(self._entering.nodes))
        for node in self._entering.nodes:
            if all(key in self.store for key in node.keys.values()):
                raise InvariantError(f'{node.order} waits for what is here')
