# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""CPU time and memory of processes, from Linux."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_PROC = Path('/proc')
#: field of /proc/PID/stat after the name in brackets, counted from 0
_GROUP = 2
#: Linux' number for the clock of what the scheduler has given to a process
_CPU_CLOCK = 2


def processes_of(groups: Iterable[int]) -> list[int]:
    """Return the processes of groups: children of children are in them too."""
    wanted = set(groups)
    found = []
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if int(_stat_fields(entry)[_GROUP]) in wanted:
                    found.append(int(entry.name))
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the CPU time, user and system, processes have used, in seconds."""
    return sum(cpu_ns(pid) for pid in pids) / 1e9


def cpu_ns(pid: int) -> int:
    """Return the CPU time of a process, threads that have ended included, 0 when it has gone."""
    with suppress(OSError):
        # what clock_getcpuclockid() returns
        return time.clock_gettime_ns((~pid << 3) | _CPU_CLOCK)
    return 0


def thread_ns(pid: int) -> dict[int, int]:
    """Return the CPU time of every thread, in nanoseconds; empty where it is not kept."""
    found = {}
    with suppress(OSError):
        for task in (_PROC / str(pid) / 'task').iterdir():
            with suppress(OSError):
                found[int(task.name)] = int((task / 'schedstat').read_text().split()[0])
    return found if any(found.values()) else {}


def machine_busy_s() -> tuple[float, float]:
    """Return the time all cores together were busy, and the time they had, in seconds."""
    fields = [int(x) for x in (_PROC / 'stat').read_text().splitlines()[0].split()[1:9]]
    idle = fields[3] + fields[4]
    tick_s = 1.0 / os.sysconf('SC_CLK_TCK')
    return (sum(fields) - idle) * tick_s, sum(fields) * tick_s


def peak_rss_mb(pids: Iterable[int]) -> float | None:
    """Return the sum of the processes' highest resident sizes, in megabytes."""
    return _sum_mb(pids, 'status', 'VmHWM')


def pss_mb(pids: Iterable[int]) -> float | None:
    """Return the sum of proportional set sizes: shared pages count once; ``None`` if hidden."""
    return _sum_mb(pids, 'smaps_rollup', 'Pss')


def allowed_cores(pid: int, thread: int) -> str:
    """Return the cores a thread may run on, as Linux writes them; empty when it has gone."""
    with suppress(OSError):
        for line in (_PROC / str(pid) / 'task' / str(thread) / 'status').read_text().splitlines():
            if line.startswith('Cpus_allowed_list:'):
                return line.split()[1]
    return ''


def thread_name(pid: int, thread: int) -> str:
    """Return the name Linux knows a thread by; empty when it has gone."""
    with suppress(OSError):
        return (_PROC / str(pid) / 'task' / str(thread) / 'comm').read_text().strip()
    return ''


def _sum_mb(pids: Iterable[int], file: str, key: str) -> float | None:
    total_kb = 0
    try:
        for pid in pids:
            for line in (_PROC / str(pid) / file).read_text().splitlines():
                if line.startswith(f'{key}:'):
                    total_kb += int(line.split()[1])
    except OSError:
        return None
    return total_kb * 1024 / 1e6


def _stat_fields(entry: Path) -> list[str]:
    return (entry / 'stat').read_text().rpartition(')')[2].split()
