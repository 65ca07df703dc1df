# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What discovery finds on this computer, as its agent publishes it."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.execution.discovery.inventory import take_inventory
from edge_sched_ros.execution.discovery.inventory import UnitFinding
from edge_sched_ros.execution.discovery.jetpack import read_release
from edge_sched_ros.execution.discovery.module import read_module
from edge_sched_ros.execution.discovery.probes import probe_machine


@dataclass(frozen=True, slots=True)
class NodeUnits:
    """
    The units of a computer.

    :param units: name -> kind, for usable units
    :param module: the computer's name; empty without one
    :param defects: name -> kind, for units that the module has and that cannot be used
    :param versions: ``jetpack`` and ``tensorrt``, where known
    """

    units: Mapping[str, str]
    module: str = ''
    defects: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)


def discover(kinds: Collection[str]) -> NodeUnits:
    """
    Return the units of this computer.

    :param kinds: kinds to publish; empty: all except ``cpu``, which Kubernetes manages itself
    """
    probes, module = probe_machine(), read_module()
    inventory = take_inventory(probes=probes, module=module)
    chosen = [unit for unit in inventory if _chosen(unit, kinds)]
    family = module.family if module.family is not None and module.family.known else None
    versions = {
        'jetpack': read_release().jetpack,
        'tensorrt': probes.tensorrt.facts.get('version'),
    }
    return NodeUnits(
        {unit.name: unit.kind for unit in chosen if unit.available},
        (family.name if family is not None else module.model) or '',
        {
            unit.name: unit.kind
            for unit in chosen
            if not unit.available and family is not None and unit.name in family.units
        },
        {name: str(version) for name, version in versions.items() if version},
    )


def _chosen(unit: UnitFinding, kinds: Collection[str]) -> bool:
    return unit.kind in kinds if kinds else unit.kind != 'cpu'
