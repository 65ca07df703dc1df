# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The process of a part of a GPU: loads one network, and runs it when the node asks.

Its variables keep CUDA to the part before anything of CUDA is loaded.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.backends import ENGINES
from edge_sched_ros.execution.gpu_parts.spec_values import part_of
from edge_sched_ros.execution.isolation.child import connect
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.plugins.interrupts import interrupts_do_not_raise


class Handler:
    """Does the requests of the node."""

    def __init__(self) -> None:
        self._network: Any = None

    def __call__(self, request: Mapping[str, Any]) -> Any:
        """Return the answer to a request."""
        if request['do'] == 'run':
            return self._network.run(request['inputs'])
        engine = ENGINES.find(request['engine'], 'engine')()
        spec = part_of(request['spec'])
        self._network = engine.load(spec, Unit(*request['unit']))
        return {'inputs': _told(self._network.inputs), 'outputs': _told(self._network.outputs)}


def _told(infos: Sequence[TensorInfo]) -> list[tuple[Any, ...]]:
    return [(info.name, info.shape, info.dtype) for info in infos]


def main() -> None:
    """Answer requests until the node ends."""
    interrupts_do_not_raise()
    connect(sys.argv[1:], {}).serve(Handler())


if __name__ == '__main__':
    main()
