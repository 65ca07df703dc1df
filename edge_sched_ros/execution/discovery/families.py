# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The families of Jetson modules and the units they have.

From NVIDIA's VPI 4.1 "Basic concepts" and TensorRT 11.4.1 "Working with DLA". Only for words: it
explains why something is absent. What is there is asked of TensorRT and VPI, never of this table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: the accelerators a Jetson may have, as units are named. Xavier's two PVAs are one VPI backend.
ACCELERATORS = ('gpu0', 'dla0', 'dla1', 'pva0', 'vic0', 'ofa0')


@dataclass(frozen=True, slots=True)
class Family:
    """
    Modules with the same units.

    :param units: what they have, of :data:`ACCELERATORS`
    """

    name: str
    units: tuple[str, ...]


_ORIN = ('gpu0', 'dla0', 'dla1', 'pva0', 'vic0', 'ofa0')
_XAVIER = ('gpu0', 'dla0', 'dla1', 'pva0', 'vic0')

#: what the device tree says -> family; the first that is found counts. Part numbers (compatible)
#: tell more than names (model), and both more than the chip.
_SIGNS = (
    (r'p3701-', Family('Jetson AGX Orin', _ORIN)),
    (r'p3767-0000', Family('Jetson Orin NX 16 GB', _ORIN)),
    (r'p3767-0001', Family('Jetson Orin NX 8 GB', ('gpu0', 'dla0', 'pva0', 'vic0', 'ofa0'))),
    (r'p3767-000[34]|orin nano', Family('Jetson Orin Nano', ('gpu0', 'vic0', 'ofa0'))),
    (r'orin nx', Family('Jetson Orin NX', _ORIN)),
    (r'agx orin|tegra234', Family('Jetson AGX Orin', _ORIN)),
    (r'xavier nx', Family('Jetson Xavier NX', _XAVIER)),
    (r'xavier|jetson-agx|tegra194', Family('Jetson AGX Xavier', _XAVIER)),
    (r'thor|tegra264', Family('Jetson Thor', ('gpu0', 'pva0', 'vic0', 'ofa0'))),
    (r'tegra|jetson', Family('this Jetson', ('gpu0', 'vic0'))),
)


def find_family(model: str, compatible: str) -> Family | None:
    """
    Return the family of a module by its device tree; ``None`` when it is no Jetson.

    :param model: ``/proc/device-tree/model``
    :param compatible: ``/proc/device-tree/compatible``
    """
    text = f'{compatible}\n{model}'.lower()
    for sign, family in _SIGNS:
        if re.search(sign, text):
            return family
    return None
