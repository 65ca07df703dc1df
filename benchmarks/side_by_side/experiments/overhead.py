# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the node costs over the bare loop: one camera, one network, a calm rate."""

from __future__ import annotations

import os
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.side_by_side.accounts import procfs
from benchmarks.side_by_side.accounts.threads import by_kind
from benchmarks.side_by_side.analysis.overhead import added_ms
from benchmarks.side_by_side.analysis.overhead import inside
from benchmarks.side_by_side.analysis.overhead import Node
from benchmarks.side_by_side.bare.measure import BareLoops
from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.processes_one import ProcessesOne
from benchmarks.side_by_side.contenders.registry import SCHEDULER
from benchmarks.side_by_side.contenders.scheduler import Scheduler
from benchmarks.side_by_side.experiments.one_run import Bench
from benchmarks.side_by_side.experiments.started import Started
from benchmarks.side_by_side.workload import bundled

_RATE_HZ = 30.0
_TIMING = {f'{SCHEDULER}/timing': 'edge_sched_ros/msg/JobTiming'}
_ANSWERS = 'detect0/detections'


@dataclass(slots=True)
class _Rounds:
    """What the rounds gave, milliseconds; CPU time per frame."""

    nodes: list[Node] = field(default_factory=list)
    bare_ms: list[list[float]] = field(default_factory=list)
    node_cpu_ms: list[float] = field(default_factory=list)
    plain_cpu_ms: list[float] = field(default_factory=list)
    node_response_ms: list[float] = field(default_factory=list)
    plain_response_ms: list[float] = field(default_factory=list)
    threads_ms: list[dict[str, float]] = field(default_factory=list)


def measure(bench: Bench, pictures: Path, policy: str) -> dict[str, Any]:
    """
    Return the node's added latency and CPU time.

    Latency: from the node's callback to the publication of the answer, less the bare loop on the
    same picture. CPU: of the node less that of a plain node with the same network, subscription
    and publisher, which leaves out inference and transport.
    """
    workload = bundled(cameras=1, kinds=('detect',))
    file = bench.folder / 'workload_overhead.json'
    workload.save(file)
    # one unit, on the core of the bare loop
    core = max(os.sched_getaffinity(0))
    order = Order(workload, file, bench.folder, _RATE_HZ, [], policy, units=(f'cpu{core}',))
    node = plain = bare = None
    try:
        node = Started(Scheduler(), order, rig=bench.rig, pictures=pictures)
        plain = Started(ProcessesOne(), order, rig=bench.rig, pictures=pictures)
        bare = BareLoops(workload_file=file, pictures=pictures, folder=bench.folder, cores=[core])
        for started in (node, plain):
            started.wait_for_answers()
        rounds = _Rounds()
        for _ in range(bench.plan.overhead_rounds):
            _round(bench, pictures, node, plain, bare, rounds)
    finally:
        for started in (node, plain, bare):
            if started is not None:
                started.close()
    return _summary(rounds)


def _round(
    bench: Bench, pictures: Path, node: Started, plain: Started, bare: BareLoops, rounds: _Rounds
) -> None:
    seconds = bench.plan.overhead_s
    rounds.bare_ms.append(bare.paced_ms(_RATE_HZ, seconds))
    rounds.nodes.append(_latency(bench, pictures, node))
    cpu_ms, response_ms, threads = _costs(bench, pictures, plain)
    rounds.plain_cpu_ms.append(cpu_ms)
    rounds.plain_response_ms.append(response_ms)
    cpu_ms, response_ms, threads = _costs(bench, pictures, node)
    rounds.node_cpu_ms.append(cpu_ms)
    rounds.node_response_ms.append(response_ms)
    rounds.threads_ms.append(threads)


def _latency(bench: Bench, pictures: Path, node: Started) -> Node:
    """Return times inside the node, while it tells them; telling costs CPU, so only here."""
    place = node.place
    place.listen(_TIMING)
    place.record()
    sent = place.play(pictures, _RATE_HZ, bench.plan.overhead_s)
    place.wait_until_quiet()
    heard = place.heard()[_ANSWERS]
    timings = place.timings()
    place.unlisten(list(_TIMING))
    node.check()
    return inside(sent.stamps[0], heard, timings)


def _costs(
    bench: Bench, pictures: Path, started: Started
) -> tuple[float, float, dict[str, float]]:
    """Return CPU milliseconds a frame, the median response, and CPU by kind of thread."""
    place = started.place
    (pid,) = started.pids
    place.record()
    before, before_ns = procfs.thread_ns(pid), procfs.cpu_ns(pid)
    frames = len(place.play(pictures, _RATE_HZ, bench.plan.overhead_s).stamps[0])
    place.wait_until_quiet()
    after, after_ns = procfs.thread_ns(pid), procfs.cpu_ns(pid)
    started.check()
    heard = place.heard()[_ANSWERS]
    response_ms = float(np.median(heard.received - heard.stamps)) / 1e6
    threads = {kind: ms / frames for kind, ms in by_kind(pid, before, after).items()}
    return (after_ns - before_ns) / 1e6 / frames, response_ms, threads


def _summary(rounds: _Rounds) -> dict[str, Any]:
    extra = [n - p for n, p in zip(rounds.node_cpu_ms, rounds.plain_cpu_ms)]
    kinds = rounds.threads_ms[0]
    stages = [ms for node in rounds.nodes for ms in node.stages_ms.values()]
    return {
        **added_ms(rounds.nodes, rounds.bare_ms),
        'stages_ms': float(np.median(stages)) if stages else None,
        'cpu_ms_per_frame': float(np.median(extra)),
        'cpu_ms_per_frame_rounds': extra,
        'node_cpu_ms_per_frame': float(np.median(rounds.node_cpu_ms)),
        'plain_node_cpu_ms_per_frame': float(np.median(rounds.plain_cpu_ms)),
        'response_ms': float(np.median(rounds.node_response_ms)),
        'plain_node_response_ms': float(np.median(rounds.plain_response_ms)),
        'threads_ms_per_frame': {
            kind: float(np.median([r[kind] for r in rounds.threads_ms])) for kind in kinds
        },
    }
