# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Real-time settings of this process: each is tried, and what came of it is told.

One priority for all threads: a dispatcher's lock and the interpreter's are held by any of them in
turn, and neither lends its holder the priority of who waits (docs/reliability.md).
"""

from __future__ import annotations

import ctypes
import os
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

#: of mlockall (bits/mman.h); on fault: stacks and arenas are locked as they are used
_MCL_CURRENT, _MCL_FUTURE, _MCL_ONFAULT = 1, 2, 4
#: of capabilities (linux/capability.h)
_CAP_IPC_LOCK = 14
_ISOLATED = 'sys/devices/system/cpu/isolated'


@dataclass(frozen=True, slots=True)
class Measure:
    """
    A setting that was asked for.

    :param name: of the parameter
    :param done: whether it is in force
    :param text: what is in force, or why not and what it needs
    """

    name: str
    done: bool
    text: str


def apply_realtime(
    *, priority: int = 0, lock_memory: bool = False, isolated_cores: bool = False
) -> tuple[Measure, ...]:
    """
    Apply what is asked for to all threads of this process, present and future.

    Cores first: units are made of the cores that the process may use.

    :param priority: of SCHED_FIFO, 1 to 98; 0: leave the scheduling as it is
    :param lock_memory: keep all memory from being swapped out
    :param isolated_cores: use cores that were isolated at boot (isolcpus), too
    :returns: what came of each, in this order: cores, memory, priority
    """
    made: list[Measure] = []
    if isolated_cores:
        made.append(use_isolated_cores())
    if lock_memory:
        made.append(lock_all_memory())
    if priority:
        made.append(schedule_fifo(priority))
    return tuple(made)


def schedule_fifo(priority: int) -> Measure:
    """Give every thread of this process SCHED_FIFO; threads started later inherit it."""
    threads = _threads()
    for thread in threads:
        try:
            os.sched_setscheduler(thread, os.SCHED_FIFO, os.sched_param(priority))
        except ProcessLookupError:
            continue  # it has ended meanwhile
        except OSError as error:
            most = resource.getrlimit(resource.RLIMIT_RTPRIO)[0]
            problem = f'not permitted ({error.strerror}): the process needs CAP_SYS_NICE, or '
            problem += f'rtprio {priority} in limits.conf (it has {most})'
            return Measure('realtime_priority', False, problem)
    return Measure(
        'realtime_priority', True, f'SCHED_FIFO, priority {priority}, {len(threads)} threads'
    )


def lock_all_memory(mlockall: Callable[[int], int] | None = None) -> Measure:
    """
    Lock the memory of this process, present and future, as it comes into use.

    With a limit it is left alone: the first allocation above the limit would fail.

    :param mlockall: of the C library, if not given
    """
    limit = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0]
    if limit != resource.RLIM_INFINITY and not _may_lock():
        text = f'not permitted: memlock is {limit // 1024} KiB; set it to unlimited in limits.conf'
        return Measure('lock_memory', False, f'{text} or give CAP_IPC_LOCK')
    try:
        call = mlockall or ctypes.CDLL(None, use_errno=True).mlockall
    except (AttributeError, OSError, TypeError):
        return Measure('lock_memory', False, 'the C library has no mlockall')
    if call(_MCL_CURRENT | _MCL_FUTURE | _MCL_ONFAULT) != 0:
        return Measure('lock_memory', False, f'mlockall: {os.strerror(ctypes.get_errno())}')
    return Measure('lock_memory', True, 'locked as it comes into use')


def use_isolated_cores(root: Path = Path('/')) -> Measure:
    """
    Allow every thread the cores that were isolated at boot; units are pinned to them later.

    :param root: the folder with ``sys``
    """
    isolated = read_isolated(root)
    if not isolated:
        return Measure('isolated_cores', False, 'no core is isolated (isolcpus= at boot)')
    for thread in _threads():
        try:
            os.sched_setaffinity(thread, os.sched_getaffinity(thread) | isolated)
        except ProcessLookupError:
            continue
        except OSError as error:
            return Measure('isolated_cores', False, f'not permitted: {error.strerror}')
    lacking = isolated - os.sched_getaffinity(0)
    if lacking:
        cores = ', '.join(map(str, sorted(lacking)))
        return Measure('isolated_cores', False, f'the cpuset does not have the cores {cores}')
    return Measure('isolated_cores', True, f'cores {", ".join(map(str, sorted(isolated)))}')


def read_isolated(root: Path = Path('/')) -> frozenset[int]:
    """Return the cores that were isolated at boot; empty if none, or if nothing tells."""
    try:
        text = (root / _ISOLATED).read_text(encoding='ascii').strip()
        found: set[int] = set()
        for part in filter(None, text.split(',')):
            first, _, last = part.partition('-')
            found.update(range(int(first), int(last or first) + 1))
    except (OSError, ValueError):
        return frozenset()
    return frozenset(found)


def _threads() -> list[int]:
    return [int(name) for name in os.listdir('/proc/self/task')]


def _may_lock() -> bool:
    """Whether the process has the capability to lock any amount of memory."""
    try:
        status = Path('/proc/self/status').read_text(encoding='ascii')
        (line,) = [one for one in status.splitlines() if one.startswith('CapEff:')]
        return bool(int(line.split()[1], 16) >> _CAP_IPC_LOCK & 1)
    except (OSError, ValueError):
        return False
