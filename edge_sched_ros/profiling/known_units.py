# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Units in a system file, by name, type or kind."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Sequence
from functools import partial

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.fused import JOINT
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.learned import plain_name
from edge_sched_ros.system.network import Variant
from edge_sched_ros.system.stage import Stage
from edge_sched_ros.system.stage_costs import cost_on
from edge_sched_ros.system.system_file import SystemFile
from edge_sched_ros.system.unit import Unit


def of_one_device(system: SystemFile) -> SystemFile:
    """
    Return a file with the keys of its only device at the top level.

    :raises ConfigError: when it has several; names them
    """
    if not system.devices:
        return system
    devices = system.all_devices()
    if len(devices) > 1:
        problem = f'has several devices ({", ".join(devices)}): give a file with only this one'
        raise ConfigError(system.where, problem)
    (device,) = devices.values()
    keys = {key: getattr(device, key) for key in Device.model_fields}
    return system.model_copy(update={**keys, 'devices': {}})


class KnownUnits:
    """
    Units of a machine as described by a system file; others have the kind in their name.

    :param system: may have only costs, without units
    :raises ConfigError: when it has several devices; names them
    """

    def __init__(self, system: SystemFile) -> None:
        self._system = of_one_device(system)

    def costs(
        self, variant: Variant | None, network: str, stage: str, unit: str
    ) -> list[Cost] | None:
        """
        Return the cost of a stage on a unit, or of each stage that it runs as one.

        :returns: ``None`` if a part is not known
        :raises ConfigError: for an unknown library; names file and key
        """
        stages = () if variant is None else variant.stages
        known = {stage.name: index for index, stage in enumerate(stages)}
        whole = plain_name(stage)
        names = [whole] if whole in known else stage.split(JOINT)
        found = []
        for name in names:
            cost = self._cost(stages, known[name], network, unit) if name in known else None
            if cost is None:
                return None
            found.append(cost)
        return found

    def _cost(self, stages: Sequence[Stage], index: int, network: str, unit: str) -> Cost | None:
        at = partial(self._system.variant_at(network), 'stages', str(index))
        title = self._system.name or self._system.where
        most_gbps = self._system.bandwidth_gbps
        spec, costs = self._unit(unit), self._system.costs
        return cost_on(stages[index], unit, spec, costs, at, title, most_gbps)

    def transitions_ms(self, units: Collection[str]) -> dict[tuple[str, str], float]:
        """
        Return (unit, other unit) -> hand-over time, for present and described units.

        :raises ConfigError: for a name that matches no unit; names file and key
        """
        described = {**self._system.units, **{name: self._unit(name) for name in units}}
        whole = self._system.model_copy(update={'units': described})
        return whole.hand_overs_ms(self._system.at('transitions'))

    def _unit(self, name: str) -> Unit:
        return self._system.units.get(name) or Unit().called(name)
