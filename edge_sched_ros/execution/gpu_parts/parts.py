# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of GPUs that a configuration asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edge_sched_ros.core.errors import ConfigError

#: how a part is made: its multiprocessors, its threads, or an instance that exists already
GREEN, MPS, MIG = 'green', 'mps', 'mig'
WAYS = (GREEN, MPS, MIG)
_FORM = re.compile(r'(gpu\d{1,2})\.([A-Za-z0-9_]+)\s*=\s*(\S+)(?:\s+(\w+))?')
#: as in system files: thirds written in decimals may be this much above 1 together
_ROUNDING = 0.005
_EXAMPLE = 'write gpu0.a=0.5, gpu0.a=0.5 mps, or gpu0.a=MIG-... (nvidia-smi -L lists instances)'


@dataclass(frozen=True, slots=True)
class GpuPart:
    """
    A part of a GPU that is a unit of its own.

    :param name: of the unit, such as ``gpu0.a``
    :param of: the unit that is the whole GPU
    :param way: one of :data:`WAYS`
    :param share: share of the GPU, above 0 and up to 1; 0 where an instance has its own
    :param uuid: of a MIG instance; empty for the others
    """

    name: str
    of: str
    way: str
    share: float = 0.0
    uuid: str = ''

    @property
    def device_index(self) -> int:
        """The number of the CUDA device."""
        return int(self.of.removeprefix('gpu'))


def read_parts(entries: Sequence[str], where: str = 'gpu_parts') -> tuple[GpuPart, ...]:
    """
    Return the parts that a parameter lists.

    :param entries: each ``NAME=SHARE``, ``NAME=SHARE WAY`` or ``NAME=UUID`` of a MIG instance
    :param where: the parameter, for messages
    :raises ConfigError: when one cannot be read, or the parts of a GPU do not fit in it
    """
    parts = tuple(_read(entry, where) for entry in entries)
    names = [part.name for part in parts]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(where, f"'{name}' is listed twice")
    for gpu in dict.fromkeys(part.of for part in parts):
        _check_gpu(gpu, [part for part in parts if part.of == gpu], where)
    return parts


def _read(entry: str, where: str) -> GpuPart:
    found = _FORM.fullmatch(entry.strip())
    if found is None:
        raise ConfigError(where, f"'{entry}' cannot be read: {_EXAMPLE}")
    of, label, what, way = found[1], found[2], found[3], found[4]
    name = f'{of}.{label}'
    if what.startswith('MIG-'):
        if way not in (None, MIG):
            raise ConfigError(where, f"'{name}': a MIG instance is no part by {way}")
        return GpuPart(name, of, MIG, uuid=what)
    way = way or GREEN
    if way not in (GREEN, MPS):
        raise ConfigError(where, f"'{name}': '{way}' must be {GREEN} or {MPS}: {_EXAMPLE}")
    try:
        share = float(what)
    except ValueError:
        raise ConfigError(where, f"'{name}': '{what}' is no share: {_EXAMPLE}") from None
    if not 0 < share <= 1:
        raise ConfigError(where, f"'{name}': the share {what} must be above 0 and up to 1")
    return GpuPart(name, of, way, share)


def _check_gpu(gpu: str, parts: Sequence[GpuPart], where: str) -> None:
    ways = sorted({part.way for part in parts})
    if len(ways) > 1:
        raise ConfigError(where, f'{gpu} can be divided in one way, not by {" and ".join(ways)}')
    total = sum(part.share for part in parts)
    if total > 1 + _ROUNDING:
        raise ConfigError(where, f'the shares of {gpu} add up to {total:.3g}, above 1')
