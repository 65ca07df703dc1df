# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The green contexts of a GPU's parts: contexts that own some of its multiprocessors."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.gpu_parts.parts import GpuPart
from edge_sched_ros.execution.gpu_parts.split import count_multiprocessors


class GreenContexts:
    """
    Makes a context for each part.

    The parts of a GPU are split off at once: the groups of two splits may overlap, and a group
    cannot be split again. All that is made while such a context is current belongs to it, the
    streams of TensorRT, too.

    :param parts: by name, of all GPUs
    """

    def __init__(self, parts: Mapping[str, GpuPart]) -> None:
        self._parts = parts
        #: part -> its group of multiprocessors
        self._groups: dict[str, Any] = {}
        self._lock = threading.Lock()

    def context_of(self, name: str, drv: Any) -> Any | None:
        """
        Return a new context of a part, which ends with the last reference to it.

        :param drv: what CUDA is called through
        :returns: ``None`` for a unit that is no part
        :raises ConfigError: when the GPU cannot be divided so
        """
        part = self._parts.get(name)
        if part is None:
            return None
        if not hasattr(drv, 'green_context'):
            raise ConfigError(name, 'green contexts need cuda-core (EDGE_SCHED_CUDA=cuda-core)')
        with self._lock:
            try:
                if name not in self._groups:
                    self._groups |= self._split(part.of, part.device_index, drv)
                return drv.green_context(part.device_index, self._groups[name])
            except drv.Error as error:
                reason = ' '.join(str(error).split())
                raise ConfigError(name, f'{part.of} cannot be divided: {reason}') from None

    def _split(self, gpu: str, index: int, drv: Any) -> dict[str, Any]:
        shares = {p.name: p.share for p in self._parts.values() if p.of == gpu}
        total, least, step = drv.multiprocessors(index)
        counts = count_multiprocessors(shares, total=total, least=least, step=step)
        return dict(zip(counts, drv.split(index, list(counts.values()))))
