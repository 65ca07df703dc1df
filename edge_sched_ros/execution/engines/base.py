# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The interface of inference engines."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Sequence
from typing import Any
from typing import Protocol
from typing import runtime_checkable

from numpy.typing import NDArray

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensors import TensorInfo


class LoadedNetwork(Protocol):
    """
    A network ready to run.

    On CPU units it may be called from several threads at once. On a GPU or a DLA only its unit's
    worker thread uses it; its first and last use may be from another one.
    """

    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]

    def run(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        """Return the outputs, in order; runs on the calling thread."""

    def close(self) -> None:
        """Free the network; it cannot run any more."""


class LinkedNetwork(LoadedNetwork, Protocol):
    """A segment whose outputs can stay on its device for the segments after it."""

    def run_linked(self, inputs: Sequence[Any], hold: Collection[str]) -> list[Any]:
        """
        Return the outputs, in order.

        :param inputs: arrays, or objects that a network of any engine has held
        :param hold: names of outputs that stay on the device, as objects with ``numpy()``
        """


@runtime_checkable
class Engine(Protocol):
    """
    Loads networks for some kinds of units.

    One from outside may have ``options``, a tuple of ``plugins.options.Option``; the value of each
    is in ``spec.engine_options.own``.
    """

    name: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of units that it can serve; an attribute will do."""

    def available(self) -> tuple[bool, str]:
        """Return whether this machine can use it, and the reason if not."""

    def load(self, spec: NetworkSpec, unit: Unit | None = None) -> LoadedNetwork:
        """
        Load a network.

        :param unit: the unit to run on; ``None`` for any CPU core
        :raises ConfigError: naming the file, when it is corrupt or does not match its YAML
        """
