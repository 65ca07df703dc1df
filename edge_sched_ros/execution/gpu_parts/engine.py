# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""An engine whose networks run on parts of a GPU."""

from __future__ import annotations

from collections.abc import Mapping

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.engines.tensorrt import TensorRtEngine
from edge_sched_ros.execution.gpu_parts.green import GreenContexts
from edge_sched_ros.execution.gpu_parts.parts import GpuPart
from edge_sched_ros.execution.gpu_parts.parts import GREEN
from edge_sched_ros.execution.gpu_parts.parts import MIG
from edge_sched_ros.execution.gpu_parts.remote import RemoteNetwork
from edge_sched_ros.execution.network import NetworkSpec


class PartEngine:
    """
    Loads networks for the parts of GPUs, each in the way its part is made.

    :param engine: of this package, which serves whole GPUs
    :param parts: by name; those whose networks this loads
    """

    def __init__(self, engine: Engine, parts: Mapping[str, GpuPart]) -> None:
        self.name = engine.name
        self.kinds = engine.kinds
        self._available = engine.available
        self._parts = parts
        green = {name: part for name, part in parts.items() if part.way == GREEN}
        self._green = (
            engine.on_parts(GreenContexts(green)) if isinstance(engine, TensorRtEngine) else None
        )

    def available(self) -> tuple[bool, str]:
        """Return whether this machine can use the engine, and the reason if not."""
        return self._available()

    def load(self, spec: NetworkSpec, unit: Unit | None = None) -> LoadedNetwork:
        """
        Load a network for a part.

        :raises ConfigError: when it cannot run there, in one line
        """
        part = self._parts.get(unit.name) if unit is not None else None
        if part is None:
            raise ConfigError(spec.where('file'), f'{unit and unit.name} is no part of a GPU')
        if part.way != GREEN:
            # an instance is all that its process sees
            whole = Unit('gpu0' if part.way == MIG else part.of, 'gpu')
            return RemoteNetwork(spec, self.name, whole, part)
        if self._green is None:
            raise ConfigError(
                spec.where('file'),
                f'{self.name} cannot be kept to {part.name}, a green context: use tensorrt, or '
                'divide the GPU by MPS or MIG',
            )
        return self._green.load(spec, unit)
