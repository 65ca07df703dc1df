# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Values of jtop beyond the kernel's readable files: clocks of DLA, PVA and VIC.

jtop (jetson-stats) is optional. It is used only if it is installed and its service runs, since
otherwise only root can read the clocks.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

#: jtop's name of an engine -> unit
_ENGINES = {
    'DLA0_CORE': 'dla0',
    'DLA1_CORE': 'dla1',
    'PVA0_VPS': 'pva0',
    'PVA0': 'pva0',
    'VIC': 'vic0',
    'OFA': 'ofa0',
}


@dataclass(frozen=True, slots=True)
class EngineClocks:
    """
    Clocks by unit.

    :param clock_khz: clocks of engines that are on; a running clock does not mean running work
    :param cap_khz: the highest clock of each at present
    :param reason: why there are none; empty if there are
    """

    clock_khz: Mapping[str, int] = field(default_factory=dict)
    cap_khz: Mapping[str, int] = field(default_factory=dict)
    reason: str = ''


def read_engine_clocks(interval_s: float = 0.5) -> EngineClocks:
    """
    Query jtop's service once; never raises.

    It takes up to two intervals: for ``doctor``, not for a timer.
    """
    try:
        module: Any = importlib.import_module('jtop')
    except Exception as error:
        return EngineClocks(reason=f'jtop cannot be imported: {error}')
    try:
        with module.jtop(interval=interval_s) as service:
            if not service.ok():
                return EngineClocks(reason='the jtop service gives no answer')
            return _clocks(service.engine)
    except Exception as error:
        # JtopException: no service, another version, or not in the group jtop
        return EngineClocks(reason=f'the jtop service cannot be used: {error}')


def _clocks(groups: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> EngineClocks:
    clock_khz: dict[str, int] = {}
    cap_khz: dict[str, int] = {}
    for group in groups.values():
        for name, engine in group.items():
            unit = _ENGINES.get(name)
            if unit is None or not isinstance(engine, Mapping):
                continue
            if engine.get('online') and 'cur' in engine:
                clock_khz.setdefault(unit, int(engine['cur']))
            if 'max' in engine:
                cap_khz.setdefault(unit, int(engine['max']))
    reason = '' if cap_khz or clock_khz else 'jtop names no engine that is a unit'
    return EngineClocks(clock_khz, cap_khz, reason)
