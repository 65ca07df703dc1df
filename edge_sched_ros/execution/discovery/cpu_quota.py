# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The CPU quota of this process's control groups, and how often they have throttled it.

A quota does not restrict the cores: a container limited to half a CPU still runs on all cores, and
is stopped as a whole when the quota of a period is used up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from pathlib import PurePosixPath

from edge_sched_ros.execution.discovery.files import read_int
from edge_sched_ros.execution.discovery.files import read_text

#: the kernel's default period
_PERIOD_US = 100_000
#: maximum depth of control groups
_DEEPEST = 64


@dataclass(frozen=True, slots=True)
class CpuQuota:
    """
    The tightest quota of a process's control group and its parents.

    :param cpus: number of cores that can be busy on average; 0.5 is half a core
    :param period_ms: when the quota of a period is used up, all threads stop until the next one
    :param group: the control group with the quota, by its name in this mount
    """

    cpus: float
    period_ms: float
    group: str

    def __str__(self) -> str:
        """Return the quota as text."""
        each = f'{self.cpus * self.period_ms:.3g} ms of CPU time in {self.period_ms:.3g} ms'
        return f'{self.cpus:.3g} CPUs ({each}, control group {self.group})'

    @property
    def whole_cores(self) -> int:
        """The number of cores that can be busy all the time without throttling; at least one."""
        return max(1, int(self.cpus + 1e-9))


@dataclass(frozen=True, slots=True)
class Throttling:
    """
    Throttling by quotas since their groups were created.

    :param periods: number of periods in which something ran
    :param throttled: number of those in which everything was stopped until the next one
    :param stopped_s: stopped time, summed over all cores
    """

    periods: int = 0
    throttled: int = 0
    stopped_s: float = 0.0

    def since(self, before: Throttling) -> Throttling:
        """Return the difference to an earlier reading; a new group counts from its start."""
        if self.periods < before.periods or self.throttled < before.throttled:
            return self
        return Throttling(
            self.periods - before.periods,
            self.throttled - before.throttled,
            max(0.0, self.stopped_s - before.stopped_s),
        )


def read_cpu_quota(root: Path = Path('/')) -> CpuQuota | None:
    """
    Return the quota of this process; ``None`` when none of its control groups has one.

    :param root: the folder with ``proc`` and ``sys``
    """
    found = [quota for group in _groups(root) if (quota := group.quota()) is not None]
    return min(found, key=lambda quota: quota.cpus, default=None)


def read_throttling(root: Path = Path('/')) -> Throttling:
    """Return how often the groups with a quota have been throttled."""
    counts = [group.throttling() for group in _groups(root) if group.quota() is not None]
    return Throttling(
        max((count.periods for count in counts), default=0),
        sum(count.throttled for count in counts),
        sum(count.stopped_s for count in counts),
    )


def limiting(quota: CpuQuota | None, cores: int) -> CpuQuota | None:
    """Return the quota if it is less than this number of cores; else ``None``."""
    return quota if quota is not None and quota.cpus < cores else None


@dataclass(frozen=True, slots=True)
class _Group:
    """
    One control group.

    :param folder: folder of its files
    :param name: its path below the mount point of its hierarchy
    """

    folder: Path
    name: str

    def quota(self) -> CpuQuota | None:
        """Return its own quota, from version 2 (``cpu.max``) or 1 (``cpu.cfs_quota_us``)."""
        quota_us, period_us = self._version_2() or self._version_1()
        if quota_us is None or quota_us <= 0 or period_us <= 0:
            return None
        return CpuQuota(quota_us / period_us, period_us / 1e3, self.name)

    def _version_2(self) -> tuple[int | None, int] | None:
        words = (read_text(self.folder / 'cpu.max') or '').split()
        if not words:
            return None
        period = words[1] if len(words) > 1 else str(_PERIOD_US)
        if not words[0].isdecimal() or not period.isdecimal():
            return None, _PERIOD_US
        return int(words[0]), int(period)

    def _version_1(self) -> tuple[int | None, int]:
        period_us = read_int(self.folder / 'cpu.cfs_period_us')
        return read_int(self.folder / 'cpu.cfs_quota_us'), period_us or _PERIOD_US

    def throttling(self) -> Throttling:
        """Return its counters; 0 when they cannot be read."""
        text = read_text(self.folder / 'cpu.stat') or ''
        values = dict(re.findall(r'^(\w+) (\d+)$', text, re.MULTILINE))
        stopped_s = int(values.get('throttled_usec', 0)) / 1e6
        # version 1 counts in nanoseconds
        stopped_s = stopped_s or int(values.get('throttled_time', 0)) / 1e9
        return Throttling(
            int(values.get('nr_periods', 0)), int(values.get('nr_throttled', 0)), stopped_s
        )


def _groups(root: Path) -> Iterator[_Group]:
    """Yield this process's groups that may limit CPU time, from its own group upwards."""
    seen: set[Path] = set()
    for path, mount in _hierarchies(root):
        for name in [path, *path.parents][:_DEEPEST]:
            folder = mount / str(name).lstrip('/')
            if folder not in seen:
                seen.add(folder)
                yield _Group(folder, str(name))


def _hierarchies(root: Path) -> Iterator[tuple[PurePosixPath, Path]]:
    """Yield (own group below the mount, mount) for version 2 and for version 1's ``cpu``."""
    own = _own_groups(root)
    for line in (read_text(root / 'proc/self/mountinfo') or '').splitlines():
        before, dash, after = line.partition(' - ')
        fields, kinds = before.split(), after.split()
        if not dash or len(fields) < 5 or len(kinds) < 3:
            continue
        if kinds[0] == 'cgroup2':
            path = own.get('')
        elif kinds[0] == 'cgroup' and 'cpu' in kinds[2].split(','):
            path = own.get('cpu')
        else:
            continue
        mount = root / _plain(fields[4]).lstrip('/')
        yield _below(path or '/', _plain(fields[3])), mount


def _own_groups(root: Path) -> dict[str, str]:
    """Return controller -> this process's group; '' stands for version 2."""
    found: dict[str, str] = {}
    for line in (read_text(root / 'proc/self/cgroup') or '').splitlines():
        _, _, rest = line.partition(':')
        controllers, _, path = rest.partition(':')
        found |= dict.fromkeys(controllers.split(','), path)
    return found


def _below(path: str, mounted: str) -> PurePosixPath:
    """
    Return a group's place below a mount that shows only ``mounted`` of its hierarchy.

    In a container the mount is often the own group itself, under its name outside; groups outside
    of the mount (``/..``) cannot be read from here.
    """
    group, base = PurePosixPath(path), PurePosixPath(mounted)
    if '..' in group.parts or base not in (group, *group.parents):
        return PurePosixPath('/')
    return PurePosixPath('/') / group.relative_to(base)


def _plain(field: str) -> str:
    """Return a path of mountinfo, with octal escapes decoded."""
    return re.sub(r'\\([0-7]{3})', lambda found: chr(int(found[1], 8)), field)
