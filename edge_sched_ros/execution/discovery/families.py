# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The Jetson modules by their part numbers, and the units they have.

Only for messages: it explains why something is absent. TensorRT and VPI report what is present,
never this table. A part that is not in it is reported as unknown, whatever the name of its
carrier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: the accelerators a Jetson may have, by unit name. Xavier's two PVAs are one VPI backend.
ACCELERATORS = ('gpu0', 'dla0', 'dla1', 'pva0', 'vic0', 'ofa0')


@dataclass(frozen=True, slots=True)
class Family:
    """
    Modules with the same units.

    :param units: their units, from :data:`ACCELERATORS`; for an unknown one the possible units
    :param known: whether it is known which module it is
    """

    name: str
    units: tuple[str, ...]
    known: bool = True


# units: NVIDIA's VPI 4.1 "Basic concepts", TensorRT 11.4.1 "Working with DLA" [confirmed]
_ORIN = ('gpu0', 'dla0', 'dla1', 'pva0', 'vic0', 'ofa0')
_XAVIER = ('gpu0', 'dla0', 'dla1', 'pva0', 'vic0')
_THOR = ('gpu0', 'pva0', 'vic0', 'ofa0')
_OLD = ('gpu0', 'vic0')

_AGX_ORIN = Family('Jetson AGX Orin', _ORIN)
_NX_16 = Family('Jetson Orin NX 16 GB', _ORIN)
_NX_8 = Family('Jetson Orin NX 8 GB', ('gpu0', 'dla0', 'pva0', 'vic0', 'ofa0'))
_ORIN_NANO = Family('Jetson Orin Nano', ('gpu0', 'vic0', 'ofa0'))
_AGX_XAVIER = Family('Jetson AGX Xavier', _XAVIER)
_XAVIER_NX = Family('Jetson Xavier NX', _XAVIER)
_THOR_FAMILY = Family('Jetson Thor', _THOR)
_NANO = Family('Jetson Nano', _OLD)
_TX2 = Family('Jetson TX2', _OLD)
_TX1 = Family('Jetson TX1', _OLD)

#: part number -> family, name. p2180 to p3767: MODULE_NAME_TABLE of jetson_stats [confirmed];
#: p3701-0008: the same in NVIDIA's flashing notes and the kernel's tegra234-p3701-0008.dtsi
#: [confirmed]. p3834: the kernel's tegra264-p3834-0008.dtsi, and board lists of flashing tools
#: (0000 with 64 GB: T4000; 0005 and 0008 with 128 GB: T5000) [secondary].
_PARTS = {
    'p3834-0000': (_THOR_FAMILY, 'Jetson Thor T4000'),
    'p3834-0005': (_THOR_FAMILY, 'Jetson Thor T5000'),
    'p3834-0008': (_THOR_FAMILY, 'Jetson Thor T5000 (AGX Thor developer kit)'),
    'p3767-0000': (_NX_16, 'Jetson Orin NX 16 GB'),
    'p3767-0001': (_NX_8, 'Jetson Orin NX 8 GB'),
    'p3767-0003': (_ORIN_NANO, 'Jetson Orin Nano 8 GB'),
    'p3767-0004': (_ORIN_NANO, 'Jetson Orin Nano 4 GB'),
    'p3767-0005': (_ORIN_NANO, 'Jetson Orin Nano 8 GB (developer kit)'),
    'p3701-0000': (_AGX_ORIN, 'Jetson AGX Orin 32 GB (developer kit)'),
    'p3701-0002': (_AGX_ORIN, 'IGX Orin (developer kit)'),
    'p3701-0004': (_AGX_ORIN, 'Jetson AGX Orin 32 GB'),
    'p3701-0005': (_AGX_ORIN, 'Jetson AGX Orin 64 GB'),
    'p3701-0008': (_AGX_ORIN, 'Jetson AGX Orin Industrial 64 GB, or IGX Orin'),
    'p3668-0000': (_XAVIER_NX, 'Jetson Xavier NX (developer kit)'),
    'p3668-0001': (_XAVIER_NX, 'Jetson Xavier NX 8 GB'),
    'p3668-0003': (_XAVIER_NX, 'Jetson Xavier NX 16 GB'),
    'p2888-0001': (_AGX_XAVIER, 'Jetson AGX Xavier 16 GB'),
    'p2888-0003': (_AGX_XAVIER, 'Jetson AGX Xavier 32 GB'),
    'p2888-0004': (_AGX_XAVIER, 'Jetson AGX Xavier 32 GB'),
    'p2888-0005': (_AGX_XAVIER, 'Jetson AGX Xavier 64 GB'),
    'p2888-0006': (_AGX_XAVIER, 'Jetson AGX Xavier 8 GB'),
    'p2888-0008': (_AGX_XAVIER, 'Jetson AGX Xavier Industrial 32 GB'),
    'p3636-0001': (_TX2, 'Jetson TX2 NX'),
    'p3489-0000': (_TX2, 'Jetson TX2i'),
    'p3489-0888': (_TX2, 'Jetson TX2 4 GB'),
    'p3310-1000': (_TX2, 'Jetson TX2'),
    'p3448-0000': (_NANO, 'Jetson Nano 4 GB (developer kit)'),
    'p3448-0002': (_NANO, 'Jetson Nano 4 GB'),
    'p3448-0003': (_NANO, 'Jetson Nano 2 GB'),
    'p2180-1000': (_TX1, 'Jetson TX1'),
}
#: numbers of modules; the others in a device tree (p3768, p3737, p4071) are carriers
_MODULES = {part.partition('-')[0] for part in _PARTS}
_PART = re.compile(r'(?<![a-z0-9])(p\d{4}-\d{4})(-super)?(?![0-9])')

#: what a module is called, where no part number is given -> family; the first that is found
_NAMES = (
    (r'orin nano', _ORIN_NANO),
    (r'jetson.nano', _NANO),
    (r'jetson.tx2', _TX2),
    (r'orin nx', Family('Jetson Orin NX', _ORIN)),
    (r'agx orin', _AGX_ORIN),
    (r'xavier nx', _XAVIER_NX),
    (r'agx xavier|jetson-agx\b|jetson agx\b', _AGX_XAVIER),
    (r'\bthor\b', _THOR_FAMILY),
)
#: chip -> what a module with it is called of which no more is known, and what it could have
_CHIPS = (
    ('tegra234', Family('this unknown Orin module', _ORIN, known=False)),
    ('tegra194', Family('this unknown Xavier module', _XAVIER, known=False)),
    ('tegra264', Family('this unknown Thor module', _THOR, known=False)),
    ('tegra|jetson', Family('this unknown Jetson module', ACCELERATORS, known=False)),
)
#: a Jetson whose device tree is not visible, as in a container
HIDDEN = Family('this Jetson', ACCELERATORS, known=False)


def find_part(compatible: str) -> str | None:
    """
    Return a module's part number, such as ``p3767-0005-super``; ``None`` where none is given.

    :param compatible: ``/proc/device-tree/compatible``, in which carrier and module may stand
        together: ``nvidia,p3768-0000+p3767-0005-super``
    """
    for found in _PART.finditer(compatible.lower()):
        if found[1].partition('-')[0] in _MODULES:
            return found[0]
    return None


def part_name(part: str | None) -> str | None:
    """Return the name of a part; ``None`` if it is not in the table."""
    known = _PARTS.get((part or '').removesuffix('-super'))
    return None if known is None else known[1]


def find_family(model: str, compatible: str) -> Family | None:
    """
    Return the family of a module by its device tree; ``None`` if it is not a Jetson.

    Part numbers are more specific than names, and a chip is used in several families.

    :param model: ``/proc/device-tree/model``
    :param compatible: ``/proc/device-tree/compatible``
    """
    part, text = find_part(compatible), f'{compatible}\n{model}'.lower()
    known = _PARTS.get((part or '').removesuffix('-super'))
    if known is not None:
        return known[0]
    signs = _CHIPS if part else (*_NAMES, *_CHIPS)
    family = next((family for sign, family in signs if re.search(sign, text)), None)
    if part:
        units = ACCELERATORS if family is None else family.units
        return Family(f'the unknown module {part}', units, known=False)
    return family
