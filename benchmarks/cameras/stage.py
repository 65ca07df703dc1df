# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every part of this benchmark needs: cameras, a node, and the machine's load."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.side_by_side.accounts import procfs
from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.scheduler import Scheduler
from benchmarks.side_by_side.experiments.growth import waiting_network
from benchmarks.side_by_side.experiments.started import Started
from benchmarks.side_by_side.rig.rig import Rig
from benchmarks.side_by_side.workload import bundled
from benchmarks.side_by_side.workload import Workload
from edge_sched_ros.scenes.scene import Scene

WAITS = 'waits'
_SEED = 41
_PICTURES = 4


@dataclass(frozen=True, slots=True)
class Stage:
    """
    Cameras and observer.

    :param folder: files and logs of the run
    """

    rig: Rig
    folder: Path

    def pictures(self, width: int, height: int) -> Path:
        """Return a file with pictures of one camera; the others show them, too."""
        file = self.folder / f'pictures_{width}x{height}.npy'
        if not file.exists():
            scene = Scene(seed=_SEED, width=width, height=height, fps=30.0)
            frames = [scene.frame(10 * number).image_bgr for number in range(_PICTURES)]
            np.save(file, np.stack(frames)[None])
        return file

    def workload(self, name: str, cameras: int, kinds: Sequence[str], network: str) -> Workload:
        """Return tasks on cameras; network ``waits`` only waits."""
        own = bundled(cameras=cameras, kinds=tuple(kinds))
        if network != WAITS:
            return own
        waiting = waiting_network(self.folder)
        return Workload(name, dict.fromkeys(kinds, waiting), cameras=cameras, kinds=tuple(kinds))

    @contextmanager
    def node(
        self, workload: Workload, rate_hz: float, pictures: Path, units: Sequence[str] = ()
    ) -> Iterator[Started]:
        """Run a scheduler node that has answered on every topic."""
        file = self.folder / 'workload.json'
        workload.save(file)
        order = Order(workload, file, self.folder, rate_hz, [], units=tuple(units))
        started = Started(Scheduler(), order, rig=self.rig, pictures=pictures)
        try:
            started.wait_for_answers()
            yield started
        except BaseException:
            started.close()
            raise
        started.stop()


@contextmanager
def on_stage() -> Iterator[Stage]:
    """Run cameras and observer."""
    with tempfile.TemporaryDirectory() as folder, Rig(Path(folder)) as rig:
        yield Stage(rig, Path(folder))


class Costs:
    """CPU time of a node since it was made, by kind of thread, and of whatever else runs."""

    def __init__(self, pid: int, helpers: Sequence[int]) -> None:
        self.pid, self._helpers = pid, helpers
        self.threads = procfs.thread_ns(pid)
        self._spent_ns, self._machine = self._read(), procfs.machine_busy_s()

    def _read(self) -> tuple[int, float]:
        return procfs.cpu_ns(self.pid), procfs.cpu_seconds(self._helpers)

    def since(self) -> tuple[float, float]:
        """Return the node's milliseconds, and the share of the machine that others had."""
        node_ns, helpers_s = self._read()
        busy_s, had_s = (now - then for now, then in zip(procfs.machine_busy_s(), self._machine))
        spent_s = (node_ns - self._spent_ns[0]) / 1e9
        others_s = busy_s - spent_s - (helpers_s - self._spent_ns[1])
        return spent_s * 1e3, max(0.0, others_s / max(had_s, 1e-9))


def load() -> str:
    """Return the machine's load, for the line that says under which conditions this ran."""
    return f'load {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores'
