# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A device: offers its units, runs the partitions it is given, sends tensors on."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core import reasons
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import InvariantError
from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.fleet.device.account import PartitionAccount
from edge_sched_ros.fleet.device.claim import Change
from edge_sched_ros.fleet.device.claim import Claims
from edge_sched_ros.fleet.device.entering import Entering
from edge_sched_ros.fleet.device.entering import EnteringNodes
from edge_sched_ros.fleet.device.exiting import described
from edge_sched_ros.fleet.device.exiting import StandingSends
from edge_sched_ros.fleet.device.networks import ServedNetwork
from edge_sched_ros.fleet.device.offer import offer_of
from edge_sched_ros.fleet.device.partitions import LoadedPartitions
from edge_sched_ros.fleet.device.sending import Outbox
from edge_sched_ros.fleet.device.store import Key
from edge_sched_ros.fleet.device.store import Owner
from edge_sched_ros.fleet.device.store import TensorStore
from edge_sched_ros.fleet.device.work import Runnable
from edge_sched_ros.fleet.device.work import Runner
from edge_sched_ros.fleet.device.work import Work
from edge_sched_ros.fleet.device.work import WorkEnd
from edge_sched_ros.fleet.ports import DevicePort
from edge_sched_ros.fleet.wire.records import Arrived
from edge_sched_ros.fleet.wire.records import Beat
from edge_sched_ros.fleet.wire.records import CancelOrder
from edge_sched_ros.fleet.wire.records import DeviceStatus
from edge_sched_ros.fleet.wire.records import Exited
from edge_sched_ros.fleet.wire.records import Failed
from edge_sched_ros.fleet.wire.records import FrameKey
from edge_sched_ros.fleet.wire.records import LoadOrder
from edge_sched_ros.fleet.wire.records import NotSent
from edge_sched_ros.fleet.wire.records import Offer
from edge_sched_ros.fleet.wire.records import Order
from edge_sched_ros.fleet.wire.records import Orders
from edge_sched_ros.fleet.wire.records import PushOrder
from edge_sched_ros.fleet.wire.records import SendOrder
from edge_sched_ros.fleet.wire.records import TensorRecord
from edge_sched_ros.fleet.wire.tensors import decode
from edge_sched_ros.fleet.wire.tensors import TensorError

_log = logging.getLogger(__name__)

#: a coordinator that was not heard for so long has lost the device
LEASE_NS = 1_000_000_000
#: tensors whose job nobody ended are kept so long
_KEEP_NS = 10_000_000_000
#: a partition waits so long for its inputs after its deadline
_GRACE_NS = 500_000_000
#: jobs remembered after their end: their tensors may still be on their way
_ENDED = 4096
#: instances are random numbers below this
_MOST_INSTANCES = 2**63 - 1
_MOST_PROBLEMS = 8


class DeviceServer:
    """
    Serves one coordinator at a time.

    Any thread may call it. It never waits: tensors and reports go out by its port.

    :param name: unique among the devices of a coordinator
    :param networks: by the name they are served by
    :param runner: runs partitions
    :param instance: random number of this life
    :param offers: whether its units are to run partitions; else it only has frames and answers
    """

    def __init__(
        self,
        name: str,
        *,
        networks: Mapping[str, ServedNetwork],
        runner: Runner,
        port: DevicePort,
        instance: int,
        offers: bool = True,
        lease_ns: int = LEASE_NS,
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self.name = name
        self.account = PartitionAccount()
        self.instance = instance
        #: the life before, which ended when a coordinator fell silent
        self._previous = instance
        self._runner = runner
        self._port = port
        self._clock_ns = clock_ns
        self._lock = threading.RLock()
        self._claims = Claims(name, lease_ns)
        self._store = TensorStore()
        self._loaded = LoadedPartitions(networks)
        self._entering = EnteringNodes()
        self._sends = StandingSends()
        self._running: dict[tuple[int, str], Work] = {}
        self._task_of: dict[int, str] = {}
        self._ended: deque[int] = deque(maxlen=_ENDED)
        self._problems: deque[str] = deque(maxlen=_MOST_PROBLEMS)
        self._told: set[str] = set()
        self._offer = offer_of(name, runner.units, networks if offers else {})

    @property
    def offer(self) -> DeviceOffer:
        """What the device offers."""
        return self._offer

    @property
    def serves(self) -> str:
        """Name of the coordinator it serves; empty for none."""
        return self._claims.current.coordinator

    # --- life -------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to run partitions, and say what there is to offer."""
        self._runner.start(self._work_ended)
        self._port.offer(Offer(self.name, self.instance, self._offer))
        self._port.status(self.status())

    def stop(self) -> None:
        """End every partition and all threads."""
        with self._lock:
            self._reset()
        self._runner.stop()

    def tick(self) -> None:
        """Say that the device is alive, and look after what time changes; ten times a second."""
        with self._lock:
            now_ns = self._clock_ns()
            if self._claims.check(now_ns):
                self._changed('released', 'is silent')
                self._begin_anew()
            outbox = self._outbox()
            for node in self._entering.overdue(now_ns - _GRACE_NS):
                self._end_entering(node, 'no_inputs', outbox)
            self._store.end_older(now_ns - _KEEP_NS, but=self._needed())
            status = self.status()
        outbox.send(self._port)
        self._port.status(status)

    def status(self) -> DeviceStatus:
        """Return what the device does now."""
        with self._lock:
            now_ns, claim = self._clock_ns(), self._claims.current
            return DeviceStatus(
                device=self.name,
                instance=self.instance,
                sent_ns=self._clock_ns(),
                coordinator=claim.coordinator,
                session=claim.session,
                epoch=claim.epoch if self._ready() else 0,
                beat_sent_ns=claim.beat_sent_ns,
                beat_received_ns=claim.beat_received_ns,
                units=self._runner.loads(now_ns),
                counts=self.account.to_counts(),
                problems=tuple(self._problems),
            )

    def _ready(self) -> bool:
        """Whether whom it serves would hear of what it does."""
        claim, port = self._claims.current, self._port
        home = not claim.home or claim.home == self.name or port.reaches_device(claim.home)
        return bool(claim.coordinator) and home and port.reaches(claim.coordinator)

    # --- records ----------------------------------------------------------------------------

    def hear(self, beat: Beat) -> None:
        """Take in a coordinator's beat."""
        with self._lock:
            now_ns = self._clock_ns()
            change = self._claims.hear(beat, now_ns, self.instance)
            self._note_other_life(beat)
            if self._claims.current.session == beat.session and self.serves:
                others = (name for name in beat.epochs if name != self.name)
                self._port.meet(beat.coordinator, others)
            self._changed(change, 'lets it go')
            if change == 'refused':
                why = self._claims.refused[beat.coordinator]
                self._tell(f"refused the coordinator '{beat.coordinator}': {why}")
                self.account.reject('coordinator_refused')
        if change == 'claimed':
            self._port.status(self.status())

    def _begin_anew(self) -> None:
        """Offer a new life: the coordinator may not know that everything it sent is forgotten."""
        self._previous = self.instance
        self.instance = self._previous % _MOST_INSTANCES + 1
        self._offer_again()

    def _offer_again(self) -> None:
        offer = Offer(self.name, self.instance, self._offer, previous=self._previous)
        self._port.offer(offer)

    def _note_other_life(self, beat: Beat) -> None:
        """Look whether a coordinator means an earlier life of this device, or another device."""
        meant = beat.instances.get(self.name, self.instance)
        if meant == self.instance:
            return
        if meant == self._previous:
            self._offer_again()  # the first offer may have been lost on a link that was cut
        else:
            self._tell(
                f"the coordinator '{beat.coordinator}' uses another device called '{self.name}': "
                'give this one a name of its own'
            )

    def take_orders(self, orders: Orders) -> None:
        """Do what a coordinator orders; what another one orders is counted and left undone."""
        with self._lock:
            claim = self._claims.current
            if (orders.session, orders.epoch) != (claim.session, claim.epoch):
                self.account.reject('stale_orders')
                return
            outbox = self._outbox()
            for order in orders.orders:
                self._do(order, outbox)
            for job in orders.ended_jobs:
                self._end_job(job)
            for frame in orders.ended_frames:
                self._store.end(frame)
        outbox.send(self._port)

    def take_tensor(self, record: TensorRecord) -> None:
        """Keep a tensor that another device sent; what is no tensor is counted and told."""
        with self._lock:
            if record.session != self._claims.current.session or record.target != self.name:
                self.account.reject('stale_tensor')
                return
            now_ns = self._clock_ns()
            if not record.of_frame and record.job in self._ended:
                self.account.reject('late_tensor')
                return
            outbox = self._outbox()
            expected = self._loaded.expected(self._task_of.get(record.job, ''), record.tensor)
            try:
                value = decode(record, expected)
            except TensorError as error:
                self.account.reject(error.reason)
                self._tell(f"the tensor '{record.tensor}' of '{record.source}' {error}")
                outbox.report(
                    NotSent(record.job, record.tensor, record.source, self.name, error.reason)
                )
            else:
                self.account.tensors_in += 1
                self.account.bytes_in += record.nbytes
                owner: Owner = record.frame if record.of_frame else record.job
                self._put((owner, record.tensor), value, now_ns, outbox)
                outbox.report(
                    Arrived(
                        record.job,
                        record.tensor,
                        record.source,
                        record.nbytes,
                        record.sent_ns,
                        now_ns,
                    )
                )
        outbox.send(self._port)

    def count(self, reason: str) -> None:
        """Count a message that could not even be read."""
        with self._lock:
            self.account.reject(reason)

    # --- at home ----------------------------------------------------------------------------

    def put_frame(self, frame: FrameKey, tensors: Mapping[str, Any]) -> None:
        """Keep what came with a frame; of the device that has the camera."""
        with self._lock:
            outbox = self._outbox()
            for name, value in tensors.items():
                self._put((frame, name), value, self._clock_ns(), outbox)
        outbox.send(self._port)

    def value(self, job: int, tensor: str) -> Any:
        """Return a tensor of a job; ``None`` when it is not here."""
        with self._lock:
            key = (job, tensor)
            return self._store.get(key) if key in self._store else None

    # --- orders -----------------------------------------------------------------------------

    def _do(self, order: Order, outbox: Outbox) -> None:
        if isinstance(order, PushOrder):
            self._push(order, outbox)
        elif isinstance(order, SendOrder):
            owner: Owner = order.frame if order.of_frame else order.job
            key = (owner, order.tensor)
            if key in self._store:
                outbox.tensor(order, self._store.get(key))
            else:
                self._sends.add(key, order)
        elif isinstance(order, CancelOrder):
            self._cancel(order)
        else:
            self._load(order)

    def _load(self, order: LoadOrder) -> None:
        line = self._loaded.load(order)
        if line:
            self._tell(line)

    def _push(self, order: PushOrder, outbox: Outbox) -> None:
        where = (order.job, order.partition)
        if where in self._running or self._entering.has(*where):
            self.account.reject('pushed_twice')
            return
        self.account.push()
        self._task_of[order.job] = order.task
        loaded = self._loaded.get(order.task, order.partition)
        if loaded.problem:
            self.account.end(reason=loaded.problem)
            outbox.report(Failed(order.job, order.partition, loaded.problem))
            return
        keys: dict[str, Key] = {
            name: (order.frame if name in loaded.frame_inputs else order.job, name)
            for name in loaded.inputs
        }
        node = Entering(order, loaded, keys)
        missing = frozenset(key for key in keys.values() if key not in self._store)
        if missing:
            self._entering.add(node, missing)
        else:
            self._run(node, outbox)

    def _cancel(self, order: CancelOrder) -> None:
        if self._entering.remove(order.job, order.partition) is not None:
            self.account.end(cancelled=True)
        elif (work := self._running.pop((order.job, order.partition), None)) is not None:
            self._cancel_works([work])

    def _cancel_works(self, works: list[Work]) -> None:
        for work in works:
            work.cancelled = True
            self.account.end(cancelled=True)
        self._runner.cancel(works)

    def _end_job(self, job: int) -> None:
        self._ended.append(job)
        self._task_of.pop(job, None)
        for _ in self._entering.remove_job(job):
            self.account.end(cancelled=True)
        works = [self._running.pop(where) for where in list(self._running) if where[0] == job]
        if works:
            self._cancel_works(works)
        self._sends.end(job)
        self._store.end(job)

    # --- entering, running, exiting -----------------------------------------------------------

    def _put(self, key: Key, value: Any, now_ns: int, outbox: Outbox) -> None:
        self._store.put(key, value, now_ns)
        for order in self._sends.take(key):
            outbox.tensor(order, value)
        for node in self._entering.arrived(key):
            self._run(node, outbox)

    def _run(self, node: Entering, outbox: Outbox) -> None:
        order, loaded = node.order, node.loaded
        work = Work(
            order.job,
            order.partition,
            Runnable(loaded.network, loaded.segments, order.unit_of),
            order.frame,
            order.deadline_ns,
            order.priority,
            {name: self._store.get(key) for name, key in node.keys.items()},
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
        self.account.end(reason=reason)
        outbox.report(Failed(node.order.job, node.order.partition, reason))

    def _work_ended(self, end: WorkEnd) -> None:
        """Send outputs on and say how it went; called by the runner from any thread."""
        work = end.work
        with self._lock:
            if work.cancelled:
                return  # counted when it was
            self._running.pop((work.job, work.partition), None)
            outbox = self._outbox()
            self.account.end(reason=end.reason, dropped=end.dropped)
            if end.reason:
                retry = not end.dropped or end.reason == reasons.NO_UNIT
                outbox.report(Failed(work.job, work.partition, end.reason, retry))
            else:
                now_ns = self._clock_ns()
                outputs = {name: work.tensors[name] for name in work.keep}
                outbox.report(
                    Exited(work.job, work.partition, end.stages, described(outputs), work.items)
                )
                for name, value in outputs.items():
                    self._put((work.job, name), value, now_ns, outbox)
        outbox.send(self._port)

    # --- claims -----------------------------------------------------------------------------

    def _changed(self, change: Change, why: str) -> None:
        if change == 'claimed':
            self._reset()
            _log.info('%s: serves the coordinator %s', self.name, self._claims.current.coordinator)
        elif change == 'released':
            self._reset()
            _log.info('%s: serves nobody: the coordinator %s', self.name, why)

    def _reset(self) -> None:
        """Begin empty: whoever claims the device has pushed nothing yet."""
        for _ in self._entering.remove_all():
            self.account.end(cancelled=True)
        works = list(self._running.values())
        self._running.clear()
        if works:
            self._cancel_works(works)
        self._sends.clear()
        self._store.clear()
        self._loaded.clear()
        self._task_of.clear()
        self._ended.clear()

    def _needed(self) -> frozenset[Owner]:
        frames = {work.frame for work in self._running.values()}
        frames |= {node.order.frame for node in self._entering.nodes}
        jobs = {job for job, _ in self._running} | {n.order.job for n in self._entering.nodes}
        return frozenset(frames | jobs)

    def _outbox(self) -> Outbox:
        claim = self._claims.current
        return Outbox(
            self.name, claim.session, claim.epoch, claim.coordinator, self.account, self._clock_ns
        )

    def _tell(self, line: str) -> None:
        """Log a problem and show it in the status; each once."""
        if line not in self._told and len(self._told) < 1000:
            self._told.add(line)
            self._problems.append(line)
            _log.warning('%s: %s', self.name, line)

    def validate(self) -> None:
        """
        Check that every partition is accounted for.

        :raises InvariantError: when one is not
        """
        with self._lock:
            self.account.validate(len(self._running) + len(self._entering.nodes))
            for node in self._entering.nodes:
                if all(key in self._store for key in node.keys.values()):
                    raise InvariantError(f'{node.order} waits for what is here')
