# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A high-level dispatcher over devices on a virtual clock, for tests."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.core import reasons
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.high_level.cutting import cut_into
from edge_sched_ros.core.high_level.decisions import Cancel
from edge_sched_ros.core.high_level.decisions import HighLevelDecision
from edge_sched_ros.core.high_level.decisions import JobCompleted
from edge_sched_ros.core.high_level.decisions import JobDropped
from edge_sched_ros.core.high_level.decisions import JobFailed
from edge_sched_ros.core.high_level.decisions import JobReleased
from edge_sched_ros.core.high_level.decisions import Load
from edge_sched_ros.core.high_level.decisions import Push
from edge_sched_ros.core.high_level.decisions import Send
from edge_sched_ros.core.high_level.dispatcher import HighLevelDispatcher
from edge_sched_ros.core.high_level.events import DeviceJoined
from edge_sched_ros.core.high_level.events import DeviceLost
from edge_sched_ros.core.high_level.events import PartitionExited
from edge_sched_ros.core.high_level.events import PartitionFailed
from edge_sched_ros.core.high_level.events import TaskChanged
from edge_sched_ros.core.high_level.events import TensorArrived
from edge_sched_ros.core.high_level.events import TransferFailed
from edge_sched_ros.core.high_level.graph import NetworkGraph
from edge_sched_ros.core.high_level.graph import Segment
from edge_sched_ros.core.high_level.graph import Tensor
from edge_sched_ros.core.high_level.links import Link
from edge_sched_ros.core.high_level.offer import DeviceOffer
from edge_sched_ros.core.high_level.policy import Assignment
from edge_sched_ros.core.high_level.policy import HighLevelPolicyFactory
from edge_sched_ros.core.high_level.tasks import FleetTask
from edge_sched_ros.core.units import Unit
from edge_sched_ros.plugins.high_level_policies import make_high_level_policy

MS = 1_000_000
#: no time at all, so that tests can count in round numbers
FREE_LINK = Link(latency_ns=0, bytes_per_s=1e18)


def chain(
    name: str = 'net',
    segments: int = 3,
    *,
    kib: float = 100.0,
    home_only: tuple[int, ...] = (),
    digest: str = '',
) -> NetworkGraph:
    """Return a network that is a chain; its tensors are ``image``, ``t0``, ..., ``result``."""
    names = ['image', *(f't{n}' for n in range(segments - 1)), 'result']
    return NetworkGraph(
        name=name,
        segments=tuple(
            Segment(f's{n}', (names[n],), (names[n + 1],), n in home_only) for n in range(segments)
        ),
        inputs=('image',),
        outputs=('result',),
        tensors={name: Tensor(name, round(kib * 1024)) for name in names},
        digest=digest,
    )


def diamond(name: str = 'diamond') -> NetworkGraph:
    """Return a network with two branches."""
    edges = {
        'stem': (('image',), ('a',)),
        'left': (('a',), ('b',)),
        'right': (('a',), ('c',)),
        'join': (('b', 'c'), ('result',)),
    }
    return graph_of(name, edges)


def graph_of(
    name: str,
    edges: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]],
    outputs: tuple[str, ...] = ('result',),
) -> NetworkGraph:
    """Return a network: segment -> (inputs, outputs)."""
    tensors = {t for inputs, given in edges.values() for t in (*inputs, *given)}
    return NetworkGraph(
        name=name,
        segments=tuple(Segment(one, *ends) for one, ends in edges.items()),
        inputs=('image',),
        outputs=outputs,
        tensors={tensor: Tensor(tensor, 1000) for tensor in sorted(tensors)},
    )


def task(name: str, graph: NetworkGraph, **settings: object) -> FleetTask:
    """Return a task with sensible settings."""
    values = {'stream': 'camera', 'home': 'robot', 'deadline_ns': 100 * MS, **settings}
    return FleetTask(name=name, graph=graph, **values)  # type: ignore[arg-type]


def offer(
    name: str,
    *graphs: NetworkGraph,
    ms: float = 3.0,
    units: tuple[str, ...] = ('cpu0',),
    times: Mapping[str, Mapping[str, float]] | None = None,
    **settings: object,
) -> DeviceOffer:
    """
    Return a device that runs every segment of the networks.

    :param ms: what a segment takes on every unit
    :param times: segment -> unit -> ms, where that differs
    """
    costs_ns = {}
    for graph in graphs:
        for segment in graph.segments:
            on = (times or {}).get(segment.name, dict.fromkeys(units, ms))
            if on:
                costs_ns[graph.name, segment.name] = {u: round(t * MS) for u, t in on.items()}
    values = {'digests': {graph.name: graph.digest for graph in graphs}, **settings}
    return DeviceOffer(name, tuple(Unit(unit) for unit in units), costs_ns, **values)  # type: ignore[arg-type]


class FleetBench:
    """
    A dispatcher, its virtual time, and what devices would have: validates after every event.

    Tests say what happens next: :meth:`run` ends a partition, :meth:`deliver` a transfer.
    """

    def __init__(
        self,
        *tasks: FleetTask,
        policy: str = 'whole_network',
        links: Mapping[tuple[str, str], Link] | None = None,
        make_policy: HighLevelPolicyFactory = make_high_level_policy,
        **parameters: object,
    ) -> None:
        names = {'robot', 'desk', 'orin', *(f'd{n}' for n in range(8))}
        free = {(a, b): FREE_LINK for a in names for b in names if a != b}
        self.dispatcher = HighLevelDispatcher(
            tasks=tasks,
            policy=policy,
            make_policy=make_policy,
            policy_parameters=parameters,
            links=free if links is None else links,
        )
        self.now_ns = 0
        self.seq = 0
        self.offers: dict[str, DeviceOffer] = {}
        self.loaded: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
        #: (job, partition) -> the latest push
        self.pushed: dict[tuple[int, str], Push] = {}
        #: (job, tensor, target) -> the latest order
        self.orders: dict[tuple[int, str, str], Send] = {}
        #: device -> (job or frame, tensor)
        self.tensors: dict[str, set[tuple[object, str]]] = {}
        self.released: dict[int, JobReleased] = {}
        self.ended: dict[int, HighLevelDecision] = {}
        self.log: list[tuple[int, object]] = []
        self.decisions: list[HighLevelDecision] = []

    # --- events ---------------------------------------------------------------------------

    def send(self, event: object, *, at_ms: float | None = None) -> list[HighLevelDecision]:
        """Feed one event and return the decisions."""
        if at_ms is not None:
            self.now_ns = round(at_ms * MS)
        self.log.append((self.now_ns, event))
        decisions = self.dispatcher.handle(event, self.now_ns)  # type: ignore[arg-type]
        self.decisions += decisions
        for decision in decisions:
            self._note(decision)
        self.dispatcher.validate()
        return decisions

    def join(self, *offers: DeviceOffer) -> list[HighLevelDecision]:
        """Let devices join."""
        out = []
        for one in offers:
            self.forget(one.name)
            self.offers[one.name] = one
            self.tensors[one.name] = set()
            out += self.send(DeviceJoined(one))
        return out

    def lose(self, device: str, reason: str = 'silent') -> list[HighLevelDecision]:
        """Let a device be lost."""
        self.forget(device)
        return self.send(DeviceLost(device, reason))

    def forget(self, device: str) -> None:
        """Let a device that is there have nothing."""
        if self.offers.pop(device, None) is None:
            return  # a home device sends frames and takes answers even so
        self.tensors.pop(device, None)
        self.loaded = {key: parts for key, parts in self.loaded.items() if key[0] != device}
        self.pushed = {key: one for key, one in self.pushed.items() if one.device != device}
        self.orders = {
            key: one for key, one in self.orders.items() if device not in (one.source, one.target)
        }

    def change_policy(self, policy: str) -> list[HighLevelDecision]:
        """Let another policy decide."""
        return self.send(TaskChanged({'policy': policy}))

    def frame(
        self, stream: str = 'camera', *, at_ms: float | None = None
    ) -> list[HighLevelDecision]:
        """Let a frame arrive."""
        if at_ms is not None:
            self.now_ns = round(at_ms * MS)
        self.seq += 1
        return self.send(FrameArrived(stream, self.seq, self.now_ns))

    # --- what devices do ------------------------------------------------------------------

    def runnable(self) -> list[Push]:
        """Return the pushed partitions whose inputs are on their device."""
        return [push for push in self.pushed.values() if self._can_run(push)]

    def _can_run(self, push: Push) -> bool:
        segments = set(self.loaded[push.device, push.network][push.partition])
        graph = self.graph_of(push)
        made = {t for one in graph.segments if one.name in segments for t in one.outputs}
        needed = {t for one in graph.segments if one.name in segments for t in one.inputs}
        return all(self.has(push.device, push.job, tensor) for tensor in needed - made)

    def graph_of(self, push: Push) -> NetworkGraph:
        """Return the network of a partition, in the variant that its job runs."""
        graphs = self.dispatcher.tasks[push.task].graphs
        return next(graph for graph in graphs if graph.name == push.network)

    def has(self, device: str, job: int, tensor: str) -> bool:
        """Return whether a device has a tensor."""
        spec = self.dispatcher.tasks[self.released[job].task]
        if tensor in spec.graph.inputs:
            key = (self.released[job].stream, self.released[job].seq)
            return device == spec.home or (key, tensor) in self.tensors.get(device, ())
        return (job, tensor) in self.tensors.get(device, ())

    def sendable(self) -> list[Send]:
        """Return the orders whose source has the tensor."""
        return [
            order
            for order in self.orders.values()
            if self.has(order.source, order.job, order.tensor)
        ]

    def run(self, push: Push, *, ms: float = 0.0, costs: bool = False) -> list[HighLevelDecision]:
        """End a partition on its device."""
        assert self._can_run(push), f'{push} runs before its inputs are there'
        started_ns = self.now_ns
        self.now_ns += round(ms * MS)
        del self.pushed[push.job, push.partition]
        graph = self.graph_of(push)
        segments = self.loaded[push.device, push.network][push.partition]
        for segment in graph.segments:
            if segment.name in segments:
                for tensor in segment.outputs:
                    self.tensors[push.device].add((push.job, tensor))
        costs_ns = {}
        if costs:
            on = self.offers[push.device].costs_ns
            for name in segments:
                unit = min(on[graph.name, name], key=on[graph.name, name].__getitem__)
                costs_ns[name] = (unit, round(ms * MS / len(segments)))
        return self.send(
            PartitionExited(
                push.job, push.partition, push.device, started_ns, self.now_ns, costs_ns,
                attempt=push.attempt,
            )
        )  # fmt: skip

    def fail(
        self, push: Push, reason: str = 'broken', *, retry: bool = True
    ) -> list[HighLevelDecision]:
        """Let a device fail to run a partition."""
        del self.pushed[push.job, push.partition]
        return self.send(
            PartitionFailed(
                push.job, push.partition, push.device, reason, retry, attempt=push.attempt
            )
        )

    def deliver(self, order: Send) -> list[HighLevelDecision]:
        """Let a tensor arrive."""
        assert self.has(order.source, order.job, order.tensor)
        del self.orders[order.job, order.tensor, order.target]
        released = self.released[order.job]
        spec = self.dispatcher.tasks[released.task]
        owner: object = order.job
        if order.tensor in spec.graph.inputs:
            owner = (released.stream, released.seq)
        self.tensors.setdefault(order.target, set()).add((owner, order.tensor))
        return self.send(TensorArrived(order.job, order.tensor, order.target))

    def lose_transfer(self, order: Send) -> list[HighLevelDecision]:
        """Let a tensor not arrive."""
        del self.orders[order.job, order.tensor, order.target]
        return self.send(
            TransferFailed(order.job, order.tensor, order.source, order.target, 'lost')
        )

    def finish_all(self, *, ms: float = 1.0) -> list[HighLevelDecision]:
        """Let devices work until nothing is left to do."""
        out: list[HighLevelDecision] = []
        for _ in range(10_000):
            if orders := self.sendable():
                out += self.deliver(orders[0])
            elif pushes := self.runnable():
                out += self.run(pushes[0], ms=ms)
            else:
                return out
        raise AssertionError('devices work for ever')

    # --- decisions ------------------------------------------------------------------------

    def _note(self, decision: HighLevelDecision) -> None:
        if isinstance(decision, Load):
            assert decision.device in self.offers
            loaded = self.loaded.setdefault((decision.device, decision.network), {})
            loaded.update(decision.partitions)
        elif isinstance(decision, JobReleased):
            assert decision.job not in self.released
            self.released[decision.job] = decision
        elif isinstance(decision, Push):
            assert decision.device in self.offers, f'{decision} goes to a device that is lost'
            assert decision.partition in self.loaded[decision.device, decision.network]
            assert decision.job not in self.ended
            self.pushed[decision.job, decision.partition] = decision
        elif isinstance(decision, Send):
            assert decision.source != decision.target
            assert decision.job not in self.ended
            self.orders[decision.job, decision.tensor, decision.target] = decision
        elif isinstance(decision, Cancel):
            one = self.pushed.get((decision.job, decision.partition))
            if one is not None and one.device == decision.device:
                del self.pushed[decision.job, decision.partition]
        elif isinstance(decision, (JobCompleted, JobDropped, JobFailed)):
            assert decision.job not in self.ended, f'{decision} ends twice'
            assert decision.job in self.released
            self.ended[decision.job] = decision
            self._end(decision.job)

    def _end(self, job: int) -> None:
        self.pushed = {key: one for key, one in self.pushed.items() if key[0] != job}
        graph = self.dispatcher.tasks[self.released[job].task].graph
        frame = (self.released[job].stream, self.released[job].seq)
        alive = any(
            (one.stream, one.seq) == frame
            for number, one in self.released.items()
            if number not in self.ended
        )
        # what was asked for of a frame is for its other jobs as well
        self.orders = {
            key: one
            for key, one in self.orders.items()
            if key[0] != job or (alive and one.tensor in graph.inputs)
        }
        for held in self.tensors.values():
            held -= {key for key in held if key[0] == job}

    def account(self, name: str):
        """Return the ledger's account of a task."""
        return self.dispatcher.ledger.tasks[name]


def of(decisions: list[HighLevelDecision], kind: type) -> list:
    """Return the decisions of one type."""
    return [decision for decision in decisions if isinstance(decision, kind)]


class Placed:
    """A policy that cuts into single segments and puts them where a test says."""

    name = 'placed'
    parameters = ()

    def __init__(self, devices):
        self.devices = devices

    def cuts(self, task, view):
        """Return single segments."""
        return [cut_into(task.graph, [(s.name,) for s in task.graph.segments])]

    def assign(self, job, view):
        """Return what the test says, or the first device that may run it."""
        parts = job.open if job.cut is not None else view.cuts[job.task][0].partitions.values()
        out = []
        for part in parts:
            able = view.devices_for(job, part)
            if not able:
                return reasons.NO_DEVICE
            wanted = self.devices.get(part.name)
            device = wanted if wanted in able or job.cut is None else able[0]
            out.append(Assignment(part.name, device, job.deadline_ns))
        return out


def placed(*tasks, **devices):
    """Return a bench whose segments run where they are told."""
    bench = FleetBench(*tasks)
    policy = Placed(devices)
    links = {key: link for key, link in bench.dispatcher.links.known().items()}
    bench.dispatcher = HighLevelDispatcher(
        tasks=tasks, policy='placed', make_policy=lambda name, values: policy, links=links
    )
    return bench


def pushes(decisions):
    """Return (partition, device) of pushes."""
    return [(one.partition, one.device) for one in of(decisions, Push)]


def sends(decisions):
    """Return (tensor, source, target) of orders."""
    return [(one.tensor, one.source, one.target) for one in of(decisions, Send)]
