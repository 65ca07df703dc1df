# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""TensorRT on the GPU and on DLA cores."""

from __future__ import annotations

import logging
import threading

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.gpu_parts.green import GreenContexts
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensorrt import prepare
from edge_sched_ros.execution.tensorrt.build_news import build_told
from edge_sched_ros.execution.tensorrt.cuda import Sessions
from edge_sched_ros.execution.tensorrt.execution import TensorRtNetwork
from edge_sched_ros.execution.tensorrt.own_plan import check_own_plan
from edge_sched_ros.execution.tensorrt.own_plan import is_plan
from edge_sched_ros.execution.tensorrt.progress import logged
from edge_sched_ros.execution.tensorrt.settings import BuildSettings
from edge_sched_ros.execution.tensorrt.target import DLA
from edge_sched_ros.execution.tensorrt.target import KINDS
from edge_sched_ros.execution.tensorrt.target import Target
from edge_sched_ros.execution.tensorrt.target import target_of
from edge_sched_ros.execution.tensorrt.toolchain import load_toolchain
from edge_sched_ros.execution.tensorrt.toolchain import Toolchain

_log = logging.getLogger(__name__)


class TensorRtEngine:
    """
    Runs networks on the GPU and on DLA cores, with one execution context per network and unit.

    :param settings: settings for building and storing engines
    :param build_missing: build a missing engine while loading, which takes minutes; otherwise
        loading fails
    """

    name = 'tensorrt'
    kinds = KINDS

    def __init__(
        self, *, settings: BuildSettings | None = None, build_missing: bool = True
    ) -> None:
        self._settings = settings or BuildSettings()
        self._build_missing = build_missing
        self._sessions = Sessions()
        #: one build at a time: builds disturb each other's timing and memory
        self._building = threading.Lock()

    def on_parts(self, contexts: GreenContexts) -> TensorRtEngine:
        """Return an engine with these settings for parts of GPUs, each in its own context."""
        engine = TensorRtEngine(settings=self._settings, build_missing=self._build_missing)
        engine._sessions.part_context = contexts.context_of
        return engine

    def available(self) -> tuple[bool, str]:
        """Return whether TensorRT, pycuda, a driver and a device are present."""
        try:
            load_toolchain()
        except ConfigError as error:
            return False, str(error)
        return True, ''

    def load(self, spec: NetworkSpec, unit: Unit | None = None) -> LoadedNetwork:
        """
        Load a network for a unit; from any thread.

        :raises ConfigError: when it cannot run there, in one line
        """
        where = spec.where('file')
        target = target_of(unit, where)
        tools = load_toolchain()
        try:
            plan, loadables = self._plan(tools, spec, target)
            session = self._sessions.open(target, tools.drv, loadables=loadables, where=where)
            return TensorRtNetwork(
                tools.api, self._sessions, session, plan, loadables=loadables, where=where
            )
        except tools.drv.Error as error:
            reason = ' '.join(str(error).split())
            raise ConfigError(where, f'CUDA fails on {target.name}: {reason}') from None

    def _plan(self, tools: Toolchain, spec: NetworkSpec, target: Target) -> tuple[bytes, int]:
        """Return the plan, and its number of loadables on a DLA core."""
        if is_plan(spec):
            strict = self._settings.for_network(spec.engine_options).strict_dla
            plan, stored = check_own_plan(tools, spec, target, strict_dla=strict)
        else:
            what = f'{spec.file.name} for {target.name}'
            with self._building, build_told(what, logged(_log, what)) as progress:
                stored, built = prepare.prepare(
                    tools,
                    spec,
                    target,
                    self._settings,
                    progress=progress,
                    build=self._build_missing,
                )
            if built:
                _log.warning(
                    '%s: built for %s in %.0f s; edge-sched build does so ahead of time',
                    spec.file.name,
                    target.name,
                    stored.built_s,
                )
            plan = stored.read()
        return plan, stored.placement.dla if target.kind == DLA else 0


ENGINE = TensorRtEngine
