# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How the C++ program is started."""

from __future__ import annotations

from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.cpp.build import executable
from benchmarks.side_by_side.cpp.spec_file import write_spec


def cpp_command(order: Order, mode: str, name: str, *arguments: str) -> list[str]:
    """
    Return the command of a process of a contender.

    :param mode: ``networks`` or ``edf``
    :param name: of the contender
    :raises BenchFault: when the program cannot be built, or does not have a network
    """
    file = order.folder / f'{name}_{order.workload.name}.txt'
    spec = write_spec(order.workload, order.rate_hz, file)
    return [str(executable()), mode, '--spec', str(spec), *arguments, *order.ros_arguments]
