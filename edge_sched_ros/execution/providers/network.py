# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A network on a device of an execution provider."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from edge_sched_ros.execution.engines.base import LoadedNetwork


class CoresNetwork:
    """
    A network for all CPU cores, with a session for each core.

    A session of OpenVINO with one stream runs one call at a time. ONNX Runtime's own provider
    needs one session for all cores.
    """

    def __init__(self, networks: Sequence[LoadedNetwork]) -> None:
        self.inputs, self.outputs = networks[0].inputs, networks[0].outputs
        self._all = tuple(networks)
        self._free: queue.LifoQueue[LoadedNetwork] = queue.LifoQueue()
        for network in networks:
            self._free.put(network)

    def run(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Return the outputs, in order; waits while as many calls run as there are cores."""
        # as long as a call of the engine takes, which the watchdog watches
        network = self._free.get(timeout=None)
        try:
            return network.run(inputs)
        finally:
            self._free.put(network)

    def close(self) -> None:
        """Free all sessions after the last run."""
        for network in self._all:
            network.close()
