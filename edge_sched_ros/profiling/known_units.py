# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a system file says of units, be it by their name, their type or their kind."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Sequence

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.network import Variant
from edge_sched_ros.system.stage_costs import cost_on
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.unit import Unit


def of_one_device(system: SystemFile) -> SystemFile:
    """
    Return a file with the keys of its only device at the top.

    :raises ConfigError: when it is about several; names them
    """
    if not system.devices:
        return system
    devices = system.all_devices()
    if len(devices) > 1:
        problem = f'has several devices ({", ".join(devices)}): give a file of this one alone'
        raise ConfigError(system.where, problem)
    (device,) = devices.values()
    keys = {key: getattr(device, key) for key in Device.model_fields}
    return system.model_copy(update={**keys, 'devices': {}})


class KnownUnits:
    """
    Units of a machine as a system file describes them; others have the kind their name says.

    :param system: may have costs alone, and no unit
    :raises ConfigError: when it is about several devices; names them
    """

    def __init__(self, system: SystemFile) -> None:
        self._system = of_one_device(system)

    def costs(
        self, variant: Variant | None, network: str, stages: Sequence[str], unit: str
    ) -> list[Cost] | None:
        """
        Return what stages of a network cost on a unit; ``None`` where one of them is not known.

        :raises ConfigError: for a library nobody has heard of; names file and key
        """
        known = {} if variant is None else {stage.name: stage for stage in variant.stages}
        title = self._system.name or self._system.where
        found = []
        for name in stages:
            if name not in known:
                return None
            where = self._system.at('networks', network, name)
            spec, costs = self._unit(unit), self._system.costs
            cost = cost_on(known[name], unit, spec, costs, where, title)
            if cost is None:
                return None
            found.append(cost)
        return found

    def transitions_ms(self, units: Collection[str]) -> dict[tuple[str, str], float]:
        """
        Return (unit, other unit) -> hand-over time, of those there are and those described.

        :raises ConfigError: for a word that no unit is called by; names file and key
        """
        described = {**self._system.units, **{name: self._unit(name) for name in units}}
        whole = self._system.model_copy(update={'units': described})
        return whole.hand_overs_ms(self._system.at('transitions'))

    def _unit(self, name: str) -> Unit:
        return self._system.units.get(name) or Unit().called(name)
