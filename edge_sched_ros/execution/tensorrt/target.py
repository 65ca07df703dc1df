# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which unit an engine is for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit

GPU = 'gpu'
DLA = 'dla'
KINDS = (GPU, DLA)


@dataclass(frozen=True, slots=True)
class Target:
    """
    A unit as TensorRT counts it.

    :param kind: one of :data:`KINDS`
    :param index: the number of the DLA core, or of the CUDA device
    """

    name: str
    kind: str
    index: int

    @property
    def device_index(self) -> int:
        """The CUDA device that serves it; every DLA belongs to the first one."""
        return self.index if self.kind == GPU else 0


def target_of(unit: Unit | None, where: str) -> Target:
    """
    Return what TensorRT calls that unit; ``dla1`` is the second core, ``gpu`` the first device.

    :param where: the file or option that asks for it, for messages
    :raises ConfigError: when TensorRT cannot serve it
    """
    if unit is None or unit.kind not in KINDS:
        name = 'a CPU core' if unit is None else f"'{unit.name}'"
        raise ConfigError(where, f'tensorrt serves units of kind gpu and dla, not {name}')
    number = re.search(r'\d+', unit.name.partition('.')[0])
    return Target(unit.name, unit.kind, int(number.group()) if number else 0)


def unit_named(name: str, where: str) -> Unit:
    """
    Return the unit of that name, whose kind is the name without its number.

    :raises ConfigError: when it is no name of a GPU or a DLA core
    """
    whole = name.partition('.')[0]
    if name != whole and re.fullmatch(r'gpu\d{0,3}', whole):
        problem = f"'{name}' is a part of a GPU, which runs the engines of the whole: name {whole}"
        raise ConfigError(where, problem)
    if not re.fullmatch(r'(gpu|dla)\d{0,3}', name):
        raise ConfigError(where, f"must be gpu or a DLA core like dla0, not '{name}'")
    return Unit(name, name.rstrip('0123456789'))
