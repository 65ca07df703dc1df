# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The engine and the preprocessor of each unit, and their resources."""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from edge_sched_ros.execution import backends
from edge_sched_ros.execution.backend_options import for_engine
from edge_sched_ros.execution.backends import AUTO
from edge_sched_ros.execution.backends import Backend
from edge_sched_ros.execution.backends import ENGINES
from edge_sched_ros.execution.backends import PREPROCESSORS
from edge_sched_ros.execution.backends import usable
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.gpu_parts.engine import PartEngine
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig


class StageUnits:
    """
    The backends of a configuration.

    Stages of a task can run on different units: ``auto`` gives each unit the first engine that
    serves its kind, so that a policy may choose among all units; a named engine serves only its
    own kinds.
    """

    def __init__(self, config: PipelineConfig, machine: Machine) -> None:
        self._config = config
        self._machine = machine
        #: one per unit and preprocessor for all tasks: only that unit's thread uses it
        self._held: dict[tuple[str, str], Preprocessor] = {}
        #: engine -> what serves parts of GPUs with it
        self._of_parts: dict[str, PartEngine] = {}

    def engines(self, spec: NetworkSpec) -> dict[str, Engine]:
        """
        Return unit -> engine, for every unit of the machine that can run a network.

        :raises ConfigError: when the configured engine cannot be used, or lacks an option
            that the network sets
        """
        name, where = spec.engine, f'{spec.source}: engine'
        if name == AUTO:
            name, where = self._config.engine, 'engine'
        found = usable(self._machine.engines, name, where, among=ENGINES)
        for backend in found:
            # told for the whole network, not of a unit or a variant that is left out then
            for variant in spec.by_variant.values():
                for_engine(cast(Engine, backend.backend), variant)
        # TensorRT goes before a provider of ONNX Runtime on the same GPU
        found = tuple(sorted(found, key=lambda backend: 'cpu' in backend.kinds))
        served = {
            local.unit.name: self._engine_of(local, backend)
            for local in self._machine.units
            for backend in reversed(found)
            if local.unit.kind in backend.kinds
        }
        return served

    def _engine_of(self, local: LocalUnit, backend: Backend) -> Engine:
        """Return what loads networks for a unit; the same object for all parts of GPUs."""
        if local.unit.name not in self._machine.parts:
            return cast(Engine, backend.backend)
        if backend.name not in self._of_parts:
            whole = cast(Engine, backend.backend)
            self._of_parts[backend.name] = PartEngine(whole, self._machine.parts)
        return self._of_parts[backend.name]

    def able(self, op: str) -> dict[str, Preprocessor]:
        """
        Return unit -> preprocessor (not yet bound to it), for every unit that can do an operation.

        Operations that the configured preprocessor cannot do on any unit are done by the others.

        :raises ConfigError: when the configured preprocessor cannot be used
        """
        name, everything = self._config.preprocessor, self._machine.preprocessors
        found = usable(everything, name, 'preprocessor', among=PREPROCESSORS)
        others = tuple(backend for backend in everything if backend.available)
        return self._served(found, op) or self._served(others, op)

    def _served(self, backends: tuple[Backend, ...], op: str) -> dict[str, Preprocessor]:
        kinds = [
            (preprocessor, preprocessor.ops.get(op, ()))
            for preprocessor in (cast(Preprocessor, backend.backend) for backend in backends)
        ]
        return {
            local.unit.name: preprocessor
            for local in self._machine.units
            for preprocessor, served in reversed(kinds)
            # none of them can be kept to a part of a GPU
            if local.unit.kind in served and local.unit.name not in self._machine.parts
        }

    def preprocessors(
        self, units: tuple[LocalUnit, ...], able: dict[str, Preprocessor]
    ) -> dict[str, Preprocessor]:
        """
        Return unit -> its own preprocessor, made on first use.

        :raises ConfigError: when a unit no longer exists
        """
        found = {}
        for local in units:
            name = local.unit.name
            key = (name, able[name].name)
            if key not in self._held:
                self._held[key] = backends.for_unit(able[name], local.unit, 'preprocessor')
            found[name] = self._held[key]
        return found

    def close(self, stuck: Collection[str] = ()) -> None:
        """
        Free the resources of units; their threads must have ended.

        :param stuck: units whose threads have not ended: their resources are kept
        """
        for key in [key for key in self._held if key[0] not in stuck]:
            backends.close(self._held.pop(key))
