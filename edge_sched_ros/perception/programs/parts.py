# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of a network that are scheduled one by one, and the tensors between them."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.tensors import TensorInfo

#: tensors of a job that are still needed, by name: objects of the engines, never copies; arrays,
#: or, on the device of an engine, objects with ``numpy()``
LiveTensors = dict[str, Any]
#: stage -> unit -> the network that runs it there, in the order of the stages
NetworksOf = Mapping[str, dict[str, LoadedNetwork]]


@dataclass(frozen=True, slots=True)
class LoadedPart:
    """
    A segment of a network, or the whole network, ready to run.

    :param networks: by unit; units may share a network
    :param inputs: names of its input tensors, in the order of its engine
    :param outputs: names of its output tensors, in the order of its engine
    :param done_with: tensors that are no longer needed after it has run
    :param hold: outputs for other parts only: an engine may leave them on its device
    """

    networks: dict[str, LoadedNetwork]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    done_with: tuple[str, ...] = ()
    hold: frozenset[str] = frozenset()

    def run(self, live: LiveTensors, unit: str) -> None:
        """
        Run it, and update the live tensors.

        :raises KeyError: when it is not loaded on that unit
        """
        network, inputs = self.networks[unit], [live[name] for name in self.inputs]
        linked = bool(self.hold) or not all(isinstance(value, np.ndarray) for value in inputs)
        run_linked = getattr(network, 'run_linked', None) if linked else None
        outputs: Sequence[Any]
        if run_linked is None:
            outputs = network.run([on_host(value) for value in inputs])
        else:
            outputs = run_linked(inputs, self.hold)
        live.update(zip(self.outputs, outputs))
        for name in self.done_with:
            del live[name]


def make_parts(networks: NetworksOf, outputs: Sequence[str]) -> dict[str, LoadedPart]:
    """
    Return stage -> part, in order.

    :param outputs: names of the network's output tensors
    """
    parts = {}
    for stage, by_unit in networks.items():
        one = next(iter(by_unit.values()))
        parts[stage] = LoadedPart(by_unit, _names(one.inputs), _names(one.outputs))
    needed = set(outputs)
    for stage, part in reversed(parts.items()):
        # a tensor with two consumers is kept for the last; one without consumers is dropped at
        # once
        here = dict.fromkeys((*part.inputs, *part.outputs))
        parts[stage] = replace(
            part,
            done_with=tuple(name for name in here if name not in needed),
            hold=frozenset(part.outputs) - set(outputs),
        )
        needed |= set(part.inputs)
    return parts


def answer_of(spec: NetworkSpec, networks: NetworksOf) -> tuple[TensorInfo, ...]:
    """Return the network's output tensors, in the order of its decoder."""
    firsts = [next(iter(by_unit.values())) for by_unit in networks.values()]
    if spec.segments is None:
        return firsts[-1].outputs
    given = {info.name: info for network in firsts for info in network.outputs}
    return tuple(given[name] for name in spec.segments.outputs)


def on_host(value: Any) -> NDArray[Any]:
    """Return a live tensor as an array, copied from the device where an engine has left it."""
    array: NDArray[Any] = value if isinstance(value, np.ndarray) else value.numpy()
    return array


def _names(infos: Sequence[TensorInfo]) -> tuple[str, ...]:
    return tuple(info.name for info in infos)
