# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Measure what a remote partition costs beyond the wire, and what the death of a device costs.

``python benchmarks/devices.py`` runs two processes that talk over DDS as a coordinator's home and
a device do, and prints the time from an order to send a tensor until its partition has run on the
other side and its answer is back, less that of the same partition on the home device, less the
wire: sending the same bytes over plain ROS topics between the same processes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time

import numpy as np

SIZES = {'1 KiB': 1 << 10, '100 KiB': 100 << 10, '1 MiB': 1 << 20}
#: goals of issue and results, in milliseconds beyond the wire
GOALS_MS = {'100 KiB': 2.0, '1 MiB': 8.0}
_TIMEOUT_S = 60.0


def _form(nbytes):
    """Return a network of one segment that turns a tensor into a small one."""
    from edge_sched_ros.core.high_level.graph import NetworkGraph
    from edge_sched_ros.core.high_level.graph import Segment
    from edge_sched_ros.core.high_level.graph import Tensor
    from edge_sched_ros.fleet.graphs import NetworkForm
    from edge_sched_ros.fleet.wire.tensors import Expected

    sizes = {'x': nbytes, 'y': 4}
    graph = NetworkGraph(
        f'net{nbytes}',
        (Segment('only', ('x',), ('y',)),),
        ('x',),
        ('y',),
        {name: Tensor(name, size) for name, size in sizes.items()},
        'sha256:0',
    )
    expected = {'x': Expected('uint8', (nbytes,)), 'y': Expected('float32', (1,))}
    return NetworkForm(graph, expected)


class _Served:
    """A network that does next to nothing."""

    def __init__(self, nbytes):
        self.form = _form(nbytes)
        self.units = {'only': ('cpu0',)}
        self.costs_ns = {'only': {'cpu0': 10_000}}

    def run(self, segment, unit, inputs):
        return [np.array([inputs[0][-1]], np.float32)]

    @staticmethod
    def items(result):
        return 0


def _device(node, name, port):
    """Return a device that serves all sizes on one core."""
    from edge_sched_ros.core.units import Unit
    from edge_sched_ros.execution.units import LocalUnit
    from edge_sched_ros.fleet.device.runner import RuntimeRunner
    from edge_sched_ros.fleet.device.server import DeviceServer

    networks = {one.form.graph.name: one for one in map(_Served, SIZES.values())}
    runner = RuntimeRunner(networks, (LocalUnit(Unit('cpu0', 'cpu')),), policy='fcfs')
    return DeviceServer(
        name, networks=networks, runner=runner, port=port, instance=os.getpid(), lease_ns=1 << 62
    )


def _serve():
    """Be the other side, until stdin ends."""
    import rclpy

    from edge_sched_ros.nodes.devices.ports import RosPort
    from edge_sched_ros.nodes.process_tuning import tune_process

    tune_process()
    rclpy.init()
    node = rclpy.create_node('far')
    port = RosPort(node, count=print)
    device = _device(node, 'far', port)
    port.serve_device(device)
    device.start()
    port.start()
    echo = _Echo(node)
    stop = threading.Event()

    def beat():
        while not stop.wait(0.1):
            device.tick()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    print('ready', flush=True)
    sys.stdin.read()
    stop.set()
    thread.join(_TIMEOUT_S)
    echo.close()
    port.stop_taking()
    device.stop()
    port.close()
    rclpy.shutdown()


class _Echo:
    """Answers raw bytes with a few: what the wire and ROS cost, without any of our code."""

    def __init__(self, node):
        from edge_sched_ros.msg import TensorMessage
        from edge_sched_ros.nodes.devices.ports import TENSORS
        from edge_sched_ros.nodes.intake import Intake

        self._intake = Intake(node)
        self._publisher = node.create_publisher(TensorMessage, 'wire/back', TENSORS)
        self._small = None
        subscription = node.create_subscription(
            TensorMessage,
            'wire/there',
            print,
            TENSORS,
            callback_group=self._intake.group,
            raw=True,
        )
        self._intake.add(subscription, self._answer)
        self._intake.start()

    def _answer(self, serialized):
        from edge_sched_ros.fleet.wire.frame_key import FrameKey
        from edge_sched_ros.fleet.wire.tensor_record import TensorRecord
        from edge_sched_ros.nodes.devices.raw_tensor import write_tensor

        if self._small is None:
            self._small = write_tensor(
                TensorRecord(0, 0, FrameKey('', 0), False, '', '', '', '', '', (), 0, b'1234')
            )
        self._publisher.publish(self._small)

    def close(self):
        self._intake.stop()


class _Near:
    """The home device and a coordinator that only gives orders and waits."""

    name = 'near_boss'

    def __init__(self):
        import rclpy

        from edge_sched_ros.fleet.local_bus import LocalBus
        from edge_sched_ros.nodes.devices.ports import RosPort

        self.node = rclpy.create_node('near')
        self.port = RosPort(self.node, count=print)
        self.bus = LocalBus(self.port)
        self.home = _device(self.node, 'home', self.bus)
        self.bus.join_device(self.home)
        self.bus.join_coordinator(self)
        self.port.serve_coordinator(self)
        self.port.serve_device(self.home, alone=False)
        self.claimed = threading.Event()
        self._done = threading.Event()
        self._waiting = ()

    def start(self):
        self.bus.start()
        self.home.start()
        self.port.start()
        deadline = time.monotonic() + _TIMEOUT_S
        while not self.claimed.is_set():
            assert time.monotonic() < deadline, 'the other side was not found'
            self.beat()
            self.home.tick()
            time.sleep(0.1)

    def beat(self):
        from edge_sched_ros.fleet.wire.offers import Beat

        self.bus.meet_device('far')
        self.bus.beat(Beat(self.name, 1, time.monotonic_ns(), 'home', {'home': 1, 'far': 1}))

    def take_offer(self, offer):
        pass

    def take_status(self, status):
        ready = status.device == 'far' and status.epoch == 1
        if ready and self.bus.reaches_with_orders('far'):
            self.claimed.set()

    def take_reports(self, reports):
        from edge_sched_ros.fleet.wire.reports import Arrived
        from edge_sched_ros.fleet.wire.reports import Exited

        for one in reports.reports:
            kind = {Arrived: 'arrived', Exited: 'exited'}.get(type(one), 'failed')
            if (kind, reports.device) == self._waiting:
                self._done.set()
            assert kind != 'failed', one

    def run(self, job, nbytes, device):
        """Return how long a partition takes on a device, from its order to its answer, in ns."""
        from edge_sched_ros.fleet.wire.frame_key import FrameKey
        from edge_sched_ros.fleet.wire.orders import LoadOrder
        from edge_sched_ros.fleet.wire.orders import Orders
        from edge_sched_ros.fleet.wire.orders import PushOrder
        from edge_sched_ros.fleet.wire.orders import SendOrder

        frame, task = FrameKey('camera', job), f'task{nbytes}'
        load = LoadOrder(task, f'net{nbytes}', 'sha256:0', (('all', ('only',)),))
        self.bus.orders(Orders(device, 1, 1, (load,)))
        self.home.put_frame(frame, {'x': np.ones(nbytes, np.uint8)})
        time.sleep(0.002)
        self._done.clear()
        far = device != 'home'
        self._waiting = ('arrived', 'home') if far else ('exited', 'home')
        started_ns = time.perf_counter_ns()
        push = PushOrder(job, task, 'all', frame, time.monotonic_ns() + 10**10)
        if far:
            send_back = SendOrder(job, 'y', 'home', frame)
            self.bus.orders(Orders('home', 1, 1, (SendOrder(job, 'x', 'far', frame, True),)))
            self.bus.orders(Orders('far', 1, 1, (push, send_back)))
        else:
            self.bus.orders(Orders('home', 1, 1, (push,)))
        assert self._done.wait(_TIMEOUT_S), 'no answer'
        took_ns = time.perf_counter_ns() - started_ns
        for name in {'home', device}:
            self.bus.orders(Orders(name, 1, 1, (), (job,), (frame,)))
        return took_ns


class _Wire:
    """Sends raw bytes over the same kind of topic and waits for a few bytes back."""

    def __init__(self, node):
        from edge_sched_ros.msg import TensorMessage
        from edge_sched_ros.nodes.devices.ports import TENSORS
        from edge_sched_ros.nodes.intake import Intake

        self._intake = Intake(node)
        self._publisher = node.create_publisher(TensorMessage, 'wire/there', TENSORS)
        subscription = node.create_subscription(
            TensorMessage, 'wire/back', print, TENSORS, callback_group=self._intake.group, raw=True
        )
        self._back = threading.Event()
        self._intake.add(subscription, lambda _: self._back.set())
        self._intake.start()
        while not self._publisher.get_subscription_count():
            time.sleep(0.05)
        time.sleep(0.5)

    def run(self, nbytes):
        from edge_sched_ros.fleet.wire.frame_key import FrameKey
        from edge_sched_ros.fleet.wire.tensor_record import TensorRecord
        from edge_sched_ros.nodes.devices.raw_tensor import write_tensor

        data = np.ones(nbytes, np.uint8).data
        serialized = write_tensor(
            TensorRecord(0, 0, FrameKey('', 0), False, '', '', '', '', '', (), 0, data)
        )
        self._back.clear()
        started_ns = time.perf_counter_ns()
        self._publisher.publish(serialized)
        assert self._back.wait(_TIMEOUT_S), 'the wire is silent'
        return time.perf_counter_ns() - started_ns

    def close(self):
        self._intake.stop()


def _measure(runs):
    import rclpy

    from edge_sched_ros.nodes.process_tuning import tune_process

    tune_process()
    rclpy.init()
    near = _Near()
    near.start()
    wire = _Wire(near.node)
    found = {}
    job = 0
    for label, nbytes in SIZES.items():
        remote, local, bare = [], [], []
        for run in range(runs + 5):
            job += 2
            # interleaved: what else the machine does meets all three alike
            times = (near.run(job, nbytes, 'far'), near.run(job + 1, nbytes, 'home'))
            sent = wire.run(nbytes)
            near.beat()
            if run >= 5:
                for kept, one in zip((remote, local, bare), (*times, sent)):
                    kept.append(one / 1e6)
        median = [statistics.median(one) for one in (remote, local, bare)]
        beyond = sorted(r - loc - b for r, loc, b in zip(remote, local, bare))
        found[label] = {
            'remote_ms': round(median[0], 3),
            'local_ms': round(median[1], 3),
            'wire_ms': round(median[2], 3),
            'beyond_wire_ms': round(statistics.median(beyond), 3),
            'beyond_wire_p90_ms': round(beyond[int(len(beyond) * 0.9)], 3),
        }
    wire.close()
    near.port.stop_taking()
    near.home.stop()
    near.bus.stop()
    near.port.close()
    rclpy.shutdown()
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--runs', type=int, default=200)
    parser.add_argument('--json', action='store_true')
    parser.add_argument('--serve', action='store_true', help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        _serve()
        return
    os.environ.setdefault('ROS_DOMAIN_ID', str(50 + os.getpid() % 50))
    os.environ.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    far = subprocess.Popen(
        [sys.executable, __file__, '--serve'], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert far.stdout is not None and far.stdout.readline()
        found = _measure(arguments.runs)
    finally:
        assert far.stdin is not None
        far.stdin.close()
        far.wait(_TIMEOUT_S)
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    print(f'{arguments.runs} runs of each, interleaved; medians in ms')
    print(f'{"tensor":>8} {"remote":>8} {"local":>8} {"wire":>8} {"beyond":>8} {"p90":>8}  goal')
    for label, one in found.items():
        goal = GOALS_MS.get(label)
        said = (
            ''
            if goal is None
            else f'< {goal}: ' + ('held' if one['beyond_wire_ms'] < goal else 'missed')
        )
        print(
            f'{label:>8} {one["remote_ms"]:8.2f} {one["local_ms"]:8.2f} {one["wire_ms"]:8.2f} '
            f'{one["beyond_wire_ms"]:8.2f} {one["beyond_wire_p90_ms"]:8.2f}  {said}'
        )


if __name__ == '__main__':
    main()
