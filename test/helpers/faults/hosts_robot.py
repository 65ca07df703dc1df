# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A coordinator and two devices as processes, each in a network namespace of its own."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from children import settled
from children import TIMEOUT_S
from hosts import Hosts

from edge_sched_ros.cli.processes import Program
from edge_sched_ros.cli.processes import Programs
from faults.engines import plain_detector
from faults.fault import WARN
from faults.fleet_robot import BAD
from faults.fleet_robot import GOOD
from faults.log import LOG
from faults.scene import OTHERS
from faults.scene import OTHERS_TOPIC
from faults.scene import parameters
from faults.scene import total
from faults.scene import VICTIM
from faults.scene import VICTIM_TOPIC
from faults.told import camera_image
from faults.told import Line
from faults.told import lines_of

_CLONE_NEWNET = 0x40000000
_DOMAIN = 1
#: in which all that was published is answered
_SETTLES_S = 0.5
# shared memory would go past the links: the namespaces share /dev/shm
_ENVIRONMENT = {
    'ROS_DOMAIN_ID': str(_DOMAIN),
    'ROS_AUTOMATIC_DISCOVERY_RANGE': 'SUBNET',
    'FASTDDS_BUILTIN_TRANSPORTS': 'UDPv4',
}


class HostsRobot:
    """
    As :class:`FleetRobot`, with real processes, links and DDS.

    :param more: parameters of the coordinator
    """

    name = 'hosts'

    def __init__(self, more: Mapping[str, Any]) -> None:
        self._stack = ExitStack()
        try:
            self._start(more)
        except BaseException:
            self._stack.close()
            raise

    def _start(self, more: Mapping[str, Any]) -> None:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self._summary, self._file = folder / 'summary.json', folder / 'coordinator.yaml'
        network = plain_detector()
        networks = {f'{task}.network': network for task in (*OTHERS, VICTIM)}
        values = parameters(
            {
                **networks,
                **dict.fromkeys((f'{task}.program' for task in (*OTHERS, VICTIM)), None),
                **dict.fromkeys((f'{task}.queue_depth' for task in (*OTHERS, VICTIM)), 100),
                'watchdog_floor_ms': None,
                'home_runs': False,
                'high_level_policy': 'least_loaded',
                'status_period_s': 0.1,
                'summary_file': str(self._summary),
                **more,
            }
        )
        self._file.write_text(json.dumps({'/**': {'ros__parameters': values}}))
        self._hosts = self._stack.enter_context(Hosts(('boss', BAD, GOOD)))
        self._programs = self._stack.enter_context(Programs(logs=folder, environment=_ENVIRONMENT))
        self._network, self._starts = network, 0
        self._lines: dict[str, Line] = {}
        self._ends: Counter[str] = Counter()
        #: of frames before the present coordinator
        self._frames_before, self._frames, self._answers = 0, 0, 0
        self._tasks: list[dict[str, Any]] = []
        self._told: list[str] = []
        self.service_s = 0.0
        for name in (BAD, GOOD):
            self._device(name)
        self._coordinate()
        self._listen()

    def _listen(self) -> None:
        from diagnostic_msgs.msg import DiagnosticArray
        from ros import Bench

        from edge_sched_ros.msg import JobTiming

        with _on_host(self._hosts, 'boss'):
            self.bench = Bench(_DOMAIN)
        self._stack.callback(self.bench.close)
        watcher = self.bench.watcher
        watcher.create_subscription(JobTiming, 'coordinator/timing', self._ended, 1000)
        watcher.create_subscription(DiagnosticArray, '/diagnostics', self._diagnosed, 50)
        self.round_until_answered()

    # --- processes ----------------------------------------------------------------------------

    def _run(self, host: str, module: str, *arguments: str) -> Program:
        self._starts += 1
        command = [
            sys.executable,
            '-m',
            f'edge_sched_ros.nodes.{module}',
            '--ros-args',
            *arguments,
        ]
        return self._programs.start(
            f'{host}{self._starts}', settled(self._hosts.command(host, command))
        )

    def _device(self, name: str) -> None:
        networks = f'networks:=["{self._network}"]'
        self._run(name, 'device_node', '-p', f'device:="{name}"', '-p', networks)

    def _coordinate(self) -> None:
        self._boss = self._run('boss', 'coordinator_node', '--params-file', str(self._file))
        for name in (BAD, GOOD):
            text = f'the device {name} has joined'
            self._boss.wait_for(lambda log: text in log, what=text, timeout_s=TIMEOUT_S)  # noqa: B023

    def kill(self) -> None:
        """Kill all processes of the device."""
        self._hosts.kill(BAD)

    def start(self) -> None:
        """Start it again."""
        self._device(BAD)

    def hang(self) -> None:
        """Stop its processes."""
        self._hosts.signal(BAD, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let them go on."""
        self._hosts.signal(BAD, signal.SIGCONT)

    def cut(self) -> None:
        """Take its link down."""
        self._hosts.cut(BAD)

    def restore(self) -> None:
        """Take its link up."""
        self._hosts.restore(BAD)

    def coordinate_again(self, *, killed: bool) -> None:
        """Let the coordinator end, or be killed, and start another one."""
        self._end(killed=killed)
        self._ends.clear()
        self._answers = 0
        self._frames = 0
        self._coordinate()
        self.round_until_answered()

    # --- rounds -------------------------------------------------------------------------------

    def round(self) -> None:
        """Publish an image on each topic and wait for the ends of all jobs."""
        self._frames += 1
        self._publish()
        self.bench.wait_for(
            lambda: all(self._ends[name] >= self._frames for name in (*OTHERS, VICTIM)),
            'an end of all tasks',
        )

    def round_until_answered(self) -> None:
        """Publish until all tasks have answered: a new coordinator is discovered at some time."""

        published_s = 0.0

        def heard() -> bool:
            nonlocal published_s
            if time.monotonic() - published_s > _SETTLES_S:
                self._publish()
                published_s = time.monotonic()
            return len(self._ends) == len(OTHERS) + 1

        self.bench.wait_for(heard, 'first answers')
        # until nothing more comes
        until_s = time.monotonic() + 2 * _SETTLES_S
        while time.monotonic() < until_s:
            self.bench.executor.spin_once(timeout_sec=0.05)
        self._frames = 0
        self._ends.clear()

    def _publish(self) -> None:
        for topic in (VICTIM_TOPIC, OTHERS_TOPIC):
            self.bench.publish(topic, camera_image(self.bench))

    def _ended(self, timing: Any) -> None:
        self._ends[timing.task] += 1
        self._answers += any(stage.unit.startswith(f'{BAD}/') for stage in timing.stages)

    def _diagnosed(self, message: Any) -> None:
        self._lines |= lines_of(message)

    def answers(self) -> int:
        """Return how many jobs the device has worked on."""
        return self._answers

    def note(self, line: str) -> None:
        """Keep a line as if it were in the log."""
        self._told.append(line)

    def health(self) -> list[Line]:
        """Return the newest diagnostics, which come after this call."""
        self._lines.clear()
        self.bench.wait_for(lambda: f'device {BAD}' in self._lines, 'diagnostics')
        told, self._told = self._told, []
        return [*self._lines.values(), *(Line(LOG, WARN, line, {}) for line in told)]

    def _end(self, *, killed: bool = False) -> None:
        if killed:
            self._hosts.kill('boss')
            self._boss.wait(timeout_s=TIMEOUT_S)
            return
        if self._boss.interrupt():
            raise AssertionError(self._boss.output()[-2000:])
        self._tasks.append(json.loads(self._summary.read_text())['tasks'])

    def close(self) -> dict[str, Any]:
        """End everything and return the tasks of all coordinators that were not killed."""
        try:
            self._end()
        finally:
            self._stack.close()
        return total(self._tasks)


@contextmanager
def _on_host(hosts: Hosts, name: str) -> Iterator[None]:
    """Let this thread, and threads that it starts, be on a host."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = {key: os.environ.get(key) for key in _ENVIRONMENT}
    home = os.open('/proc/thread-self/ns/net', os.O_RDONLY)
    there = os.open(hosts.netns_file(name), os.O_RDONLY)
    os.environ.update(_ENVIRONMENT)
    try:
        if libc.setns(there, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), 'setns')
        yield
    finally:
        libc.setns(home, _CLONE_NEWNET)
        os.close(home)
        os.close(there)
        for key, value in before.items():
            os.environ.pop(key, None)
            if value is not None:
                os.environ[key] = value
