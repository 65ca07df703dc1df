# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Proves that segments give the bits of the whole network, on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.installation.missing import need
from edge_sched_ros.planning.cutting.segments import SegmentPlan
from edge_sched_ros.planning.cutting.sessions import open_session
from edge_sched_ros.system.tensors import TensorSpec

Tensors = dict[str, Any]
#: of pixels, and of pixels that were made small and centred
_PIXELS, _SPREAD = 255.0, 1.0
_RUNS = 3


class Reference:
    """
    What a whole network gives for some random inputs.

    :param path: the network's own file
    :param inputs: types of its inputs by name
    :raises ConfigError: when ONNX Runtime cannot load or run it
    """

    def __init__(
        self, path: Path, inputs: Mapping[str, TensorSpec], outputs: Sequence[str]
    ) -> None:
        session = open_session(str(path), str(path))
        self._runs = []
        for seed in range(_RUNS):
            given = random_inputs(inputs, seed)
            try:
                answers = session.run(list(outputs), given)
            except Exception as error:
                reason = ' '.join(str(error).split())
                raise ConfigError(
                    str(path), f'cannot be run with random inputs, as the check does: {reason}'
                ) from None
            self._runs.append((given, dict(zip(outputs, answers))))

    def holds(self, segments: Sequence[tuple[SegmentPlan, bytes]], where: str) -> bool:
        """
        Return whether segments give the same bits.

        :param segments: with their ONNX files, in a topological order
        :param where: what messages call the network
        :raises ConfigError: when ONNX Runtime cannot load one of them
        """
        sessions = [(plan, open_session(data, f'{where}: {plan.name}')) for plan, data in segments]
        return all(_same(_through(sessions, given), wanted) for given, wanted in self._runs)


def random_inputs(types: Mapping[str, TensorSpec], seed: int) -> Tensors:
    """Return inputs of some types: floats as pixels are and as small numbers, by the seed."""
    np = need('numpy')
    random = np.random.default_rng(seed)
    found = {}
    for name, tensor in types.items():
        if tensor.dtype.startswith('float'):
            values = random.standard_normal(tensor.shape) * _SPREAD
            if seed % 2:
                values = random.uniform(0, _PIXELS, tensor.shape)
        elif tensor.dtype == 'uint8':
            values = random.integers(0, 256, tensor.shape)
        else:
            # ids of words or classes, flags: any network has the first two
            values = random.integers(0, 2, tensor.shape)
        found[name] = values.astype(tensor.dtype)
    return found


def _through(sessions: Sequence[tuple[SegmentPlan, Any]], given: Tensors) -> Tensors:
    tensors = dict(given)
    for plan, session in sessions:
        answers = session.run(list(plan.outputs), {name: tensors[name] for name in plan.inputs})
        tensors.update(zip(plan.outputs, answers))
    return tensors


def _same(tensors: Tensors, wanted: Tensors) -> bool:
    return all(
        tensors[name].dtype == one.dtype
        and tensors[name].shape == one.shape
        and tensors[name].tobytes() == one.tobytes()
        for name, one in wanted.items()
    )
