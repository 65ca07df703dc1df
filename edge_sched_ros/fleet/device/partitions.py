# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The partitions that a coordinator has had a device get ready for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.fleet.device.networks import Served
from edge_sched_ros.fleet.wire.orders import LoadOrder
from edge_sched_ros.fleet.wire.tensors import Expected

NOT_LOADED, UNKNOWN_NETWORK = 'not_loaded', 'unknown_network'
NETWORK_DIFFERS, UNKNOWN_SEGMENT = 'network_differs', 'unknown_segment'


@dataclass(frozen=True, slots=True)
class LoadedPartition:
    """
    A partition, and what goes in and out of it.

    :param network: name by which the device serves its network
    :param frame_inputs: inputs that come with the frame
    :param problem: short code why it cannot run here; empty when it can
    """

    network: str = ''
    segments: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    frame_inputs: frozenset[str] = frozenset()
    outputs: tuple[str, ...] = ()
    problem: str = ''


class LoadedPartitions:
    """
    Partitions by task, network (which variants differ in) and name.

    :param networks: by the name they are served by, :func:`name_for_task` for one task alone
    """

    def __init__(self, networks: Mapping[str, Served]) -> None:
        self._networks = networks
        self._partitions: dict[tuple[str, str, str], LoadedPartition] = {}
        #: (task, network) -> name by which it is served
        self._served_as: dict[tuple[str, str], str] = {}

    def load(self, order: LoadOrder) -> str:
        """Get ready for a task's partitions; return a line on what is wrong, if anything is."""
        own = name_for_task(order.task, order.network)
        name = own if own in self._networks else order.network
        served = self._networks.get(name)
        problem, line = '', ''
        if served is None:
            problem = UNKNOWN_NETWORK
            line = f"there is no network '{order.network}' here ({order.task})"
        elif order.digest and order.digest != served.form.graph.digest:
            problem = NETWORK_DIFFERS
            line = f"the network '{order.network}' is another one here ({order.task})"
        else:
            self._served_as[order.task, order.network] = name
        for partition, segments in order.partitions:
            found = LoadedPartition(problem=problem)
            if served is not None and not problem:
                found = _partition(served, name, segments)
                if found.problem:
                    line = f"'{order.network}' has other segments here ({order.task}/{partition})"
            self._partitions[order.task, order.network, partition] = found
        return line

    def get(self, task: str, network: str, partition: str) -> LoadedPartition:
        """Return a partition; one with a problem where it was never loaded."""
        never = LoadedPartition(problem=NOT_LOADED)
        return self._partitions.get((task, network, partition), never)

    def expected(self, task: str, network: str, tensor: str) -> Expected | None:
        """Return what a task's network promises of a tensor; ``None`` when that is not known."""
        served = self._networks.get(self._served_as.get((task, network), ''))
        return None if served is None else served.form.expected.get(tensor)

    def clear(self) -> None:
        """Forget all of them."""
        self._partitions.clear()
        self._served_as.clear()


def name_for_task(task: str, network: str) -> str:
    """Return the name by which a network is served that is one task's alone."""
    return f'task:{task}/{network}'


def _partition(served: Served, name: str, segments: tuple[str, ...]) -> LoadedPartition:
    graph = served.form.graph
    by_name = {segment.name: segment for segment in graph.segments}
    if not segments or any(segment not in by_name for segment in segments):
        return LoadedPartition(problem=UNKNOWN_SEGMENT)
    inside = set(segments)
    # in the network's order, whatever order they were named in
    ordered = tuple(one.name for one in graph.segments if one.name in inside)
    given = dict.fromkeys(tensor for one in ordered for tensor in by_name[one].outputs)
    taken = dict.fromkeys(tensor for one in ordered for tensor in by_name[one].inputs)
    elsewhere = {
        tensor for one in graph.segments if one.name not in inside for tensor in one.inputs
    }
    inputs = tuple(tensor for tensor in taken if tensor not in given)
    return LoadedPartition(
        name,
        ordered,
        inputs,
        frozenset(inputs) & frozenset(graph.inputs),
        tuple(tensor for tensor in given if tensor in elsewhere or tensor in graph.outputs),
    )
