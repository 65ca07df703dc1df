# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds what this machine has: units, engines, preprocessors, each with a reason if absent."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from functools import lru_cache

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.backends import Backend
from edge_sched_ros.execution.backends import ENGINES
from edge_sched_ros.execution.backends import look_at
from edge_sched_ros.execution.backends import PREPROCESSORS
from edge_sched_ros.execution.cpu_plan import split_cores
from edge_sched_ros.execution.cpu_plan import why_spare
from edge_sched_ros.execution.discovery import probes
from edge_sched_ros.execution.discovery.cpu_quota import read_cpu_quota
from edge_sched_ros.execution.discovery.inventory import take_inventory
from edge_sched_ros.execution.discovery.signs import read_signs
from edge_sched_ros.execution.gpu_parts.parts import GpuPart
from edge_sched_ros.execution.units import cpu_units
from edge_sched_ros.execution.units import LocalUnit


@dataclass(frozen=True, slots=True)
class Machine:
    """
    The computing resources of a machine.

    :param absent: unit that is missing or cannot be used -> why
    :param spare: cores beyond the CPU quota, used only when named
    :param parts: units that are parts of a GPU
    """

    units: tuple[LocalUnit, ...]
    engines: tuple[Backend, ...]
    preprocessors: tuple[Backend, ...]
    absent: Mapping[str, str] = field(default_factory=dict)
    spare: tuple[LocalUnit, ...] = ()
    parts: Mapping[str, GpuPart] = field(default_factory=dict)

    def with_named(self, names: Collection[str]) -> Machine:
        """Return the machine with the named spare cores in use."""
        named = tuple(local for local in self.spare if local.unit.name in names)
        if not named:
            return self
        cores = [local for local in self.units if local.unit.kind == 'cpu']
        others = [local for local in self.units if local.unit.kind != 'cpu']
        cores = sorted((*cores, *named), key=lambda local: local.core or 0)
        spare = tuple(local for local in self.spare if local not in named)
        absent = {name: why for name, why in self.absent.items() if name not in names}
        return replace(self, units=(*cores, *others), spare=spare, absent=absent)


@lru_cache(maxsize=1)
def _signs_then() -> frozenset[str]:
    """Return the drivers that were present at the first detection."""
    return read_signs()


def rediscover() -> Machine:
    """
    Detect this machine again if drivers have appeared or disappeared; otherwise return the last
    result.

    Probes that failed though the driver is present are repeated, too: a unit may have been busy,
    or not ready yet.
    """
    signs = read_signs()
    if signs != _signs_then() or probes.failed_probes(signs):
        for known in (_signs_then, probes.probe_machine, discover):
            forget = getattr(known, 'cache_clear', None)
            if forget is not None:
                forget()
        _signs_then()
    return discover()


@lru_cache(maxsize=1)
def discover() -> Machine:
    """Detect this machine once; a missing backend has a reason and is not an error."""
    found = take_inventory()
    # accelerators have no core: the thread that feeds them runs on any core
    accelerators = tuple(
        LocalUnit(Unit(f.name, f.kind)) for f in found if f.available and f.kind != 'cpu'
    )
    quota = read_cpu_quota()
    cores, spare = split_cores(cpu_units(), quota)
    return Machine(
        units=cores + accelerators,
        engines=tuple(look_at(one) for one in ENGINES.built_in().values()),
        preprocessors=tuple(look_at(one) for one in PREPROCESSORS.built_in().values()),
        absent={f.name: f.reason for f in found if not f.available}
        | {local.unit.name: why_spare(quota) for local in spare},
        spare=spare,
    )
