# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How much a process grows: resident memory, open files, threads."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np

_PAGE_BYTES = 4096
#: share of a run that is left out: caches and pools fill first
_WARM_UP = 0.25


@dataclass(slots=True)
class Growth:
    """Samples of this process over time."""

    times_s: list[float] = field(default_factory=list)
    memory_mib: list[float] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)

    def sample(self, now_s: float) -> None:
        """Take a sample."""
        pages = int(Path('/proc/self/statm').read_text().split()[1])
        self.times_s.append(now_s)
        self.memory_mib.append(pages * _PAGE_BYTES / 2**20)
        self.files.append(len(list(Path('/proc/self/fd').iterdir())))
        self.threads.append(threading.active_count())

    def to_dict(self) -> dict[str, float]:
        """Return slope of the memory, and growth of files and threads, after the warm-up."""
        first = int(len(self.times_s) * _WARM_UP)
        times, memory = self.times_s[first:], self.memory_mib[first:]
        slope = float(np.polyfit(times, memory, 1)[0]) if len(times) > 1 else 0.0
        return {
            'seconds': round(self.times_s[-1] - self.times_s[0], 1),
            'memory_mib': round(self.memory_mib[-1], 1),
            'memory_kib_per_min': round(slope * 60 * 1024, 1),
            'more_files': self.files[-1] - self.files[first],
            'more_threads': self.threads[-1] - self.threads[first],
        }
