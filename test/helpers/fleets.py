# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A coordinator and devices in one thread and virtual time, without networks and without ROS."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import numpy as np

from edge_sched_ros.core.high_level.dispatcher import HighLevelDispatcher
from edge_sched_ros.core.high_level.graph import NetworkGraph
from edge_sched_ros.core.high_level.graph import Segment
from edge_sched_ros.core.high_level.graph import Tensor
from edge_sched_ros.core.high_level.tasks import FleetTask
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.fleet.coordinator.coordinator import Coordinator
from edge_sched_ros.fleet.device.networks import ServedNetwork
from edge_sched_ros.fleet.device.server import DeviceServer
from edge_sched_ros.fleet.device.work import WorkEnd
from edge_sched_ros.fleet.graphs import NetworkForm
from edge_sched_ros.fleet.local_bus import LocalBus
from edge_sched_ros.fleet.wire.offers import UnitLoad
from edge_sched_ros.fleet.wire.reports import StageRun
from edge_sched_ros.fleet.wire.tensors import Expected
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.plugins.high_level_policies import make_high_level_policy

MS = 1_000_000


def detections(count: int = 1) -> Detections:
    """Return some boxes."""
    boxes = np.arange(4 * count, dtype=np.float32).reshape(count, 4)
    return Detections(boxes, np.ones(count, np.float32), np.zeros(count, np.int64), ('thing',))


def network(name: str = 'net', digest: str = 'sha256:1', *, cost_ms: float = 10) -> ServedNetwork:
    """Return a network of two segments between pre- and postprocessing that costs so much."""
    sizes = {'image': 3072, 'a': 400, 'b': 400, 'c': 400, 'result': 100}
    chain = ('image', 'a', 'b', 'c', 'result')
    names = ('preprocess', 'first', 'second', 'postprocess')
    graph = NetworkGraph(
        name,
        tuple(Segment(one, (chain[i],), (chain[i + 1],)) for i, one in enumerate(names)),
        ('image',),
        ('result',),
        {tensor: Tensor(tensor, nbytes) for tensor, nbytes in sizes.items()},
        digest,
    )
    expected = {tensor: Expected('float32', (100,)) for tensor in 'abc'}
    expected['result'] = Expected(answer=Detections)
    costs = {one: {'cpu0': round(cost_ms * MS / len(names))} for one in names}
    units = dict.fromkeys(names, ('cpu0',))
    return ServedNetwork(NetworkForm(graph, expected), None, units, costs)  # type: ignore[arg-type]


def picture(value: int = 0, size: int = 32) -> SourceImage:
    """Return a small picture."""
    data = np.full(size * size * 3, value, np.uint8)
    return SourceImage.from_raw(data, width=size, height=size, encoding='bgr8', step=3 * size)


class Clock:
    """Virtual time, with what is due in it."""

    def __init__(self) -> None:
        self.now_ns = 1_000 * MS
        self._due: list[tuple[int, int, Any]] = []
        self._count = itertools.count()

    def __call__(self) -> int:
        return self.now_ns

    def at(self, time_ns: int, call: Any) -> None:
        """Have something called at a time."""
        heapq.heappush(self._due, (time_ns, next(self._count), call))

    def run_until(self, time_ns: int, between: Any) -> None:
        """Call what is due up to a time, and something after each."""
        between()
        while self._due and self._due[0][0] <= time_ns:
            due_ns, _, call = heapq.heappop(self._due)
            self.now_ns = max(self.now_ns, due_ns)
            call()
            between()
        self.now_ns = time_ns


class VirtualRunner:
    """
    One unit that runs partitions one after the other, and gives what the segments promise.

    :param outputs: tensor -> what is given instead
    """

    units = (Unit('cpu0', 'cpu'),)

    def __init__(self, clock: Clock, served: ServedNetwork, offset_ns: int) -> None:
        self._clock = clock
        self._offset_ns = offset_ns
        self._served = served
        self._waiting: deque[Any] = deque()
        self._running: Any = None
        self.hangs = False
        self.outputs: dict[str, Any] = {}
        self.ran = 0

    def start(self, on_end: Any) -> None:
        self._on_end = on_end

    def submit(self, work: Any) -> None:
        self._waiting.append(work)
        self._next()

    def _next(self) -> None:
        if self._running is not None or not self._waiting or self.hangs:
            return
        work = self._running = self._waiting.popleft()
        took_ns = sum(self._served.costs_ns[one]['cpu0'] for one in work.runnable.segments)
        started_ns = self._clock.now_ns
        self._clock.at(started_ns + took_ns, lambda: self._end(work, started_ns))

    def _end(self, work: Any, started_ns: int) -> None:
        if self._running is not work or self.hangs:
            return
        self._running = None
        segments, graph = work.runnable.segments, self._served.form.graph
        each_ns = (self._clock.now_ns - started_ns) // len(segments)
        begin_ns = started_ns + self._offset_ns
        stages = tuple(
            StageRun(one, 'cpu0', begin_ns + i * each_ns, begin_ns + (i + 1) * each_ns)
            for i, one in enumerate(segments)
        )
        for one in graph.segments:
            if one.name in segments:
                assert all(tensor in work.tensors for tensor in one.inputs), one
                for tensor in one.outputs:
                    work.tensors[tensor] = self._value(tensor)
        self.ran += 1
        self._on_end(WorkEnd(work, stages=stages))
        self._next()

    def _value(self, tensor: str) -> Any:
        if tensor in self.outputs:
            return self.outputs[tensor]
        return detections() if tensor == 'result' else np.ones(100, np.float32)

    def cancel(self, works: Any) -> None:
        for work in works:
            if work in self._waiting:
                self._waiting.remove(work)
            self._on_end(WorkEnd(work, 'cancelled', dropped=True))

    def problems(self) -> tuple[str, ...]:
        """Return nothing: nothing hangs here."""
        return ()

    def loads(self, now_ns: int) -> tuple[UnitLoad, ...]:
        waiting = len(self._waiting) + (self._running is not None)
        return (UnitLoad('cpu0', now_ns + waiting * 10 * MS),)

    def stop(self) -> None:
        self._waiting.clear()


@dataclass
class Device:
    """A device that can be cut off, hang or die."""

    server: DeviceServer
    runner: VirtualRunner


class CutBus(LocalBus):
    """
    A bus with bad links.

    What comes from or goes to devices that are cut off is lost. Slow links deliver later, and lose
    every so many-th sign of life; all else is sent again, which takes as long once more.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.cut: set[str] = set()
        #: device -> delay one way
        self.slow_ns: dict[str, int] = {}
        self.lose_every = 0
        self._sent = 0

    def _carry(self, devices: set[str], send: Any, *, again: bool = True) -> None:
        if devices & self.cut:
            return
        delay_ns = max((self.slow_ns.get(name, 0) for name in devices), default=0)
        if delay_ns and self.lose_every:
            self._sent += 1
            if self._sent % self.lose_every == 0:
                if not again:
                    return
                delay_ns *= 3
        if delay_ns:
            self._clock.at(self._clock.now_ns + delay_ns, send)
        else:
            send()

    def status(self, record: Any) -> None:
        send = super().status
        self._carry({record.device}, lambda: send(record), again=False)

    def offer(self, record: Any) -> None:
        send = super().offer
        self._carry({record.device}, lambda: send(record))

    def reports(self, record: Any, coordinator: str) -> None:
        send = super().reports
        self._carry({record.device}, lambda: send(record, coordinator))

    def tensor(self, record: Any) -> None:
        send = super().tensor
        self._carry({record.source, record.target}, lambda: send(record))

    def orders(self, record: Any) -> None:
        send = super().orders
        self._carry({record.device}, lambda: send(record))

    def beat(self, record: Any) -> None:
        for device in list(self._devices.values()):
            self._carry(
                {device.name}, lambda one=device: self._post(lambda: one.hear(record)), again=False
            )


@dataclass
class Fleet:
    """
    A coordinator 'boss' with a local device 'home' and others, every 10 ms of virtual time.

    :param home_runs: whether the local device runs partitions
    :param after: task -> the task before it, or those whose answers it joins
    """

    policy: Any = 'whole_network'
    home_runs: bool = False
    deadline_ms: float = 200
    wanted: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ('task',)
    after: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    clock: Clock = field(default_factory=Clock)
    bus: CutBus = field(init=False)
    ends: list[Any] = field(default_factory=list)
    devices: dict[str, Device] = field(default_factory=dict)
    hung: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.frames = 0
        self.bus = CutBus(self.clock)
        self._instances = itertools.count(1)
        self._sessions = itertools.count(77)
        self.coordinate()
        self._tick_ns = self.clock.now_ns

    def coordinate(self) -> None:
        """Start a coordinator with its local device; one that was there before is gone."""
        self.add('home', offers=self.home_runs)
        form = network().form
        make = make_high_level_policy
        if not isinstance(self.policy, str):
            own = self.policy
            make = lambda _name, _values: own  # noqa: E731
        before = {
            name: (one,) if isinstance(one, str) else one for name, one in self.after.items()
        }
        tasks = tuple(
            FleetTask(
                name,
                form.graph,
                f'camera>{"+".join(before[name])}' if name in before else 'camera',
                'home',
                round(self.deadline_ms * MS),
                max_in_flight=8,
                after=before[name][0] if name in before else '',
                joined_with=before[name][1:] if name in before else (),
            )
            for name in self.tasks
        )
        self.dispatcher = HighLevelDispatcher(
            tasks=tasks, policy=str(self.policy), make_policy=make
        )
        self.coordinator = Coordinator(
            'boss',
            home=self.devices['home'].server,
            dispatcher=self.dispatcher,
            forms={form.graph.name: form},
            port=self.bus,
            session=next(self._sessions),
            on_end=self.ends.append,
            wanted=self.wanted,
            clock_ns=self.clock,
        )
        self.bus.join_coordinator(self.coordinator)
        self.coordinator.start(alarm=False)

    def add(
        self,
        name: str,
        *,
        offers: bool = True,
        served: Any = None,
        offset_ns: int = 0,
        coordinators: tuple[str, ...] = (),
        peers: tuple[str, ...] = (),
    ) -> Any:
        """Start a device; one of that name that was there before is gone."""
        served = served or network()
        runner = VirtualRunner(self.clock, served, offset_ns)
        server = DeviceServer(
            name,
            networks={served.form.graph.name: served},
            runner=runner,
            port=self.bus,
            instance=next(self._instances),
            offers=offers,
            # the local device lives and dies with its coordinator
            lease_ns=(10**18 if name == 'home' else 1000 * MS),
            coordinators=coordinators,
            peers=peers,
            clock_ns=lambda: self.clock.now_ns + offset_ns,
        )
        self.devices[name] = Device(server, runner)
        self.bus.join_device(server)
        server.start()
        return self.devices[name]

    def hang(self, name: str) -> None:
        """Let a device do nothing, and hear nothing."""
        self.hung.add(name)
        self.bus.cut.add(name)
        self.devices[name].runner.hangs = True

    def go_on(self, name: str) -> None:
        """Let a device that hung go on."""
        self.hung.discard(name)
        self.bus.cut.discard(name)
        self.devices[name].runner.hangs = False

    def kill(self, name: str) -> None:
        """Let a device die."""
        self.bus.leave(name)
        self.devices.pop(name).runner.hangs = True

    def run(self, ms: float, *, fps: float = 0) -> None:
        """Let time pass, with frames."""
        end_ns = self.clock.now_ns + round(ms * MS)
        next_ns = self.clock.now_ns
        while self.clock.now_ns < end_ns:
            if fps and self.clock.now_ns >= next_ns:
                next_ns += round(1000 / fps * MS)
                self.frame()
            self._step()
        self.validate()

    def frame(self) -> None:
        """Let a frame arrive."""
        self.frames += 1
        self.coordinator.submit(Frame('camera', self.frames, self.frames, 'lens', picture()))

    def _step(self) -> None:
        self.clock.run_until(self.clock.now_ns + 10 * MS, self.bus.pump)
        if self.clock.now_ns - self._tick_ns >= 100 * MS:
            self._tick_ns = self.clock.now_ns
            for name, device in list(self.devices.items()):
                if name not in self.hung:
                    device.server.tick()
            self.bus.pump()
            self.coordinator.tick()
            self.coordinator.wake()
            self.bus.pump()

    def validate(self) -> None:
        """Check every account."""
        self.dispatcher.validate()
        for device in self.devices.values():
            device.server.validate()
        released = sum(one.released for one in self.dispatcher.ledger.tasks.values())
        assert released == len(self.ends) + self.coordinator.in_flight

    def outcomes(self) -> dict[str, int]:
        """Return how often jobs ended how, reasons included."""
        found: dict[str, int] = {}
        for end in self.ends:
            key = f'{end.outcome} {end.reason}'.strip()
            found[key] = found.get(key, 0) + 1
        return found

    def state(self, name: str) -> str:
        """Return the state of a device in a word."""
        member = self.coordinator.members.get(name)
        return 'unknown' if member is None else member.state
