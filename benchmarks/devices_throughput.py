# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Throughput of two to four networks on devices, as processes with one core each, over DDS.

``dev/env.sh python benchmarks/devices_throughput.py [--seconds N] [--repetitions N] [--depth N]
[--cases A+B ...] [--json]``

A coordinator whose own computer runs no network gets frames from a driver in this process; a round
is a frame that all networks answer, and as many rounds are in flight as ``--depth`` says. Ways:
all networks one after the other on one device; each network whole on one device, with the
networks divided so that the device with the most work has the least; whole networks on whichever
device is best; networks in segments, which the policy ``look_ahead`` cuts. Every way is started,
warmed up and measured in turn, as often as ``--repetitions`` says: medians are shown. The
coordinator and the driver use the cores of the devices, too, on a machine with as few cores.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import itertools
import json
import os
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from edge_sched_ros.cli.demo_parts import own_domain
from edge_sched_ros.cli.main import main as edge_sched
from edge_sched_ros.cli.processes import Programs
from edge_sched_ros.installation.own_module import module_command

WIDTH, HEIGHT = 640, 480
TOPIC = 'camera/image_raw'
#: throughput over whole networks that stay where they are, published for other networks
WANTED = 0.516
_START_S = 180.0
#: time without any answer after which new frames are sent
_SILENT_S = 2.0
_OUTCOMES_ANSWERED = (0, 1)
MODELS = Path(__file__).resolve().parents[1] / 'models'
DATA = Path(__file__).resolve().parents[2] / 'shared' / 'data' / 'yolox_nano_416x416.onnx'
CASES = ('detector+depth', 'detector+yolox', 'detector+depth+yolox', 'detector+depth+yolox+second')
SEQUENTIAL, FIXED, WHOLE, SEGMENTS = 'sequential', 'fixed', 'whole, any device', 'segments'


@dataclass(frozen=True)
class Network:
    """A network as YAML files, and what a run of it takes on a core."""

    whole: str
    cut: str
    ms: float


def networks(folder: Path, parts: int) -> dict[str, Network]:
    """Write the networks, whole and in segments."""
    sources = {name: MODELS / f'{name}.yaml' for name in ('detector', 'depth')}
    if DATA.is_file():
        sources['yolox'] = folder / 'yolox.yaml'
        wide = {'name': 'images', 'width': 416, 'height': 416, 'align': 'topleft'}
        labels = [f'coco{n}' for n in range(80)]
        described = {'file': str(DATA), 'input': wide, 'decoder': 'yolox', 'labels': labels}
        sources['yolox'].write_text(yaml.safe_dump(described))
    # a second detector of the same file, as a second camera would have
    sources['second'] = sources['detector']
    found = {}
    for name, source in sources.items():
        data = yaml.safe_load(source.read_text())
        file = (source.parent / data['file']).resolve()
        data = {key: one for key, one in data.items() if key not in ('variants', 'accuracy')}
        data['file'] = str(file)
        whole, cut = folder / f'{name}_whole.yaml', folder / f'{name}.yaml'
        with contextlib.redirect_stdout(io.StringIO()):
            edge_sched(['cut', str(file), '--max-parts', str(parts), '-o', str(folder), '--json'])
        whole.write_text(yaml.safe_dump(data))
        cut.write_text(yaml.safe_dump({**data, 'segments': f'{file.stem}.segments.yaml'}))
        found[name] = Network(str(whole), str(cut), _run_ms(str(file)))
    return found


def _run_ms(file: str) -> float:
    from edge_sched_ros.planning.cutting.sessions import open_session

    session = open_session(file, file)
    (given,) = session.get_inputs()
    feed = {given.name: np.zeros([s if isinstance(s, int) else 1 for s in given.shape], 'f4')}
    times = []
    for _ in range(12):
        begin = time.thread_time()
        session.run(None, feed)
        times.append(time.thread_time() - begin)
    return 1e3 * statistics.median(times)


def divided(case: list[str], found: dict[str, Network], devices: int) -> list[list[str]]:
    """Return the networks of each device, so that the most work of one is the least."""
    ways = itertools.product(range(devices), repeat=len(case))

    def most(way: tuple[int, ...]) -> float:
        return max(
            sum(found[name].ms for name, on in zip(case, way) if on == device)
            for device in range(devices)
        )

    best = min(ways, key=most)
    return [[name for name, on in zip(case, best) if on == d] for d in range(devices)]


class Driver:
    """Publishes frames and counts rounds that all tasks have answered, in its own thread."""

    def __init__(self, tasks: list[str], depth: int) -> None:
        import rclpy
        from rclpy.executors import SingleThreadedExecutor
        from sensor_msgs.msg import Image

        from edge_sched_ros.msg import JobTiming

        self._tasks, self._depth = tasks, depth
        self._context = rclpy.Context()
        rclpy.init(context=self._context)
        self._node = rclpy.create_node('driver', context=self._context)
        self._publisher = self._node.create_publisher(Image, TOPIC, 4 * depth)
        self._node.create_subscription(JobTiming, 'coordinator/timing', self._take, 100)
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self._node)
        pixels = np.random.default_rng(0).integers(0, 255, HEIGHT * WIDTH * 3, dtype=np.uint8)
        self._image = Image(width=WIDTH, height=HEIGHT, encoding='bgr8', step=3 * WIDTH)
        self._image.data.frombytes(pixels.tobytes())
        self._left: Counter[int] = Counter()
        self._spoilt: set[int] = set()
        self._stop = threading.Event()
        self.lost: Counter[str] = Counter()
        self.rounds = 0
        self.last = time.monotonic()
        self._thread = threading.Thread(target=self._spin)

    def start(self) -> None:
        """Begin when the coordinator listens."""
        end = time.monotonic() + _START_S
        while not self._publisher.get_subscription_count():
            assert time.monotonic() < end, 'the coordinator does not listen'
            time.sleep(0.05)
        for _ in range(self._depth):
            self._submit()
        self._thread.start()

    def _spin(self) -> None:
        while not self._stop.is_set():
            self._executor.spin_once(timeout_sec=0.1)
            # nobody tells of a picture that DDS has lost
            if time.monotonic() - self.last > _SILENT_S:
                self._left.clear()
                self.lost['silence'] += 1
                self.last = time.monotonic()
                for _ in range(self._depth):
                    self._submit()

    def _submit(self) -> None:
        stamp = self._node.get_clock().now()
        self._image.header.stamp = stamp.to_msg()
        self._left[stamp.nanoseconds] = len(self._tasks)
        self._publisher.publish(self._image)

    def _take(self, timing: Any) -> None:
        stamp = timing.header.stamp
        key = stamp.sec * 10**9 + stamp.nanosec
        if key not in self._left:
            return
        self.last = time.monotonic()
        if timing.outcome not in _OUTCOMES_ANSWERED:
            self.lost[timing.reason] += 1
            self._spoilt.add(key)
        self._left[key] -= 1
        if self._left[key]:
            return
        del self._left[key]
        if key in self._spoilt:
            self._spoilt.remove(key)
        else:
            self.rounds += 1
        self._submit()

    def close(self) -> None:
        """End the thread and leave DDS."""
        import rclpy

        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(10.0)
        self._executor.shutdown()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)


@contextlib.contextmanager
def running(
    folder: Path,
    tasks: dict[str, str],
    devices: list[list[str]],
    policy: str,
    depth: int,
) -> Iterator[Driver]:
    """
    Start a coordinator and its devices, one core each, and yield what drives them.

    :param tasks: task -> the YAML file of its network
    :param devices: the tasks whose networks each device has
    """
    values: dict[str, Any] = {
        'home_runs': False,
        'high_level_policy': policy,
        'tasks': list(tasks),
    }
    for task, file in tasks.items():
        one = {'network': file, 'topic': TOPIC, 'deadline_ms': 10_000.0, 'queue_depth': depth}
        values[task] = {**one, 'max_in_flight': depth}
    parameters = folder / 'coordinator.yaml'
    parameters.write_text(yaml.safe_dump({'/**': {'ros__parameters': values}}))
    environment = own_domain()
    os.environ.update(environment)
    cores = sorted(os.sched_getaffinity(0))
    with Programs(logs=folder, environment=environment) as programs:
        for number, names in enumerate(devices):
            files = ', '.join(f"'{tasks[name]}'" for name in dict.fromkeys(names))
            core = cores[number % len(cores)]
            arguments = (f'device:=d{number}', f'networks:=[{files}]', f"units:=['cpu{core}']")
            given = itertools.chain.from_iterable(('-p', one) for one in arguments)
            command = module_command('edge_sched_ros.nodes.device_node', '--ros-args', *given)
            programs.start(f'd{number}', command)
        coordinator = programs.start(
            'coordinator',
            module_command(
                'edge_sched_ros.nodes.coordinator_node',
                '--ros-args',
                '--params-file',
                str(parameters),
            ),
        )
        for number, _ in enumerate(devices):
            joined = f'the device d{number} has joined'
            coordinator.wait_for(
                lambda log, joined=joined: joined in log, what=joined, timeout_s=_START_S
            )
        driver = Driver(list(tasks), depth)
        try:
            driver.start()
            yield driver
        finally:
            driver.close()
        coordinator.interrupt()


def rate(driver: Driver, warm_s: float, seconds: float) -> float:
    """Return rounds a second after a warm-up."""

    def wait(limit_s: float) -> None:
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            time.sleep(0.05)

    wait(warm_s)
    before, begin = driver.rounds, time.monotonic()
    wait(seconds)
    return (driver.rounds - before) / (time.monotonic() - begin)


def measure(case: str, found: dict[str, Network], options: argparse.Namespace) -> dict[str, Any]:
    """Return rounds a second of every way, by repetition."""
    names = case.split('+')
    whole = {name: found[name].whole for name in names}
    cut = {name: found[name].cut for name in names}
    everywhere = [names] * options.devices
    ways = {
        SEQUENTIAL: (whole, [names], 'whole_network'),
        FIXED: (whole, divided(names, found, options.devices), 'whole_network'),
        WHOLE: (whole, everywhere, 'least_loaded'),
        SEGMENTS: (cut, everywhere, options.policy),
    }
    rates: dict[str, list[float]] = {way: [] for way in ways}
    lost: dict[str, Counter[str]] = {way: Counter() for way in ways}
    for number in range(options.repetitions):
        order = list(ways)[number % len(ways) :] + list(ways)[: number % len(ways)]
        for way in order:
            tasks, devices, policy = ways[way]
            used = [one for one in devices if one]
            with tempfile.TemporaryDirectory() as folder:
                with running(Path(folder), tasks, used, policy, options.depth) as driver:
                    rates[way].append(rate(driver, options.warm_s, options.seconds))
                    lost[way] += driver.lost
    over = {
        base: {
            way: statistics.median(a / b for a, b in zip(rates[way], rates[base])) - 1
            for way in ways
        }
        for base in (FIXED, SEQUENTIAL)
        if all(rates[base])
    }
    return {
        'rounds_a_second': {way: statistics.median(rates[way]) for way in ways},
        'over': over,
        'lost': {way: dict(lost[way]) for way in ways},
        'divided': ways[FIXED][1],
    }


def show(case: str, found: dict[str, Any]) -> None:
    """Print the lines of a case."""
    fixed = ' | '.join('+'.join(one) or '-' for one in found['divided'])
    print(f'{case} (fixed: {fixed})')
    for way, rounds in found['rounds_a_second'].items():
        gains = ''.join(f'{gain[way]:+10.1%}' for gain in found['over'].values())
        lost = ', '.join(f'{n} {reason}' for reason, n in found['lost'][way].items())
        print(f'  {way:20}{rounds:8.2f}/s{gains}  {lost}', flush=True)


def main() -> None:
    """Print a table per case, and the means over them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--cases', nargs='*', default=list(CASES), help='networks joined by +')
    parser.add_argument('--seconds', type=float, default=8.0)
    parser.add_argument('--warm-s', type=float, default=4.0)
    parser.add_argument('--repetitions', type=int, default=3)
    parser.add_argument('--devices', type=int, default=2)
    parser.add_argument('--depth', type=int, default=4, help='rounds in flight')
    parser.add_argument('--parts', type=int, default=2)
    parser.add_argument('--policy', default='look_ahead', help='that cuts networks')
    parser.add_argument('--json', action='store_true')
    options = parser.parse_args()
    report = {}
    with tempfile.TemporaryDirectory() as folder:
        known = networks(Path(folder), options.parts)
        for case in options.cases:
            if all(name in known for name in case.split('+')):
                report[case] = measure(case, known, options)
                if not options.json:
                    show(case, report[case])
    if options.json:
        print(json.dumps({'load': os.getloadavg(), 'cases': report}, indent=2))
        return
    print(f'mean over cases: rounds a second over fixed (wanted {WANTED:+.1%}), over sequential')
    for way in (WHOLE, SEGMENTS):
        gains = ''.join(
            f'{statistics.mean(one["over"][base][way] for one in report.values()):+10.1%}'
            for base in (FIXED, SEQUENTIAL)
        )
        print(f'  {way:20}{gains}')
    print('load of the machine:', *(f'{load:.1f}' for load in os.getloadavg()))


if __name__ == '__main__':
    main()
