# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tensors between the parts of a network: each is there while it is needed, and no longer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.programs.parts import make_parts


class _Part:
    """Gives each of its outputs as the sum of its inputs, plus a number of its own."""

    def __init__(self, inputs, outputs):
        self.inputs = tuple(TensorInfo(name, (1,), 'float32') for name in inputs)
        self.outputs = tuple(TensorInfo(name, (1,), 'float32') for name in outputs)
        self.given = []

    def run(self, inputs):
        assert len(inputs) == len(self.inputs)
        self.given = [sum(inputs) + index + 1 for index, _ in enumerate(self.outputs)]
        return self.given

    def close(self):
        pass


@st.composite
def _graphs(draw):
    """Return parts in order, each with inputs among what is there, and the answer's names."""
    there, parts = ['picture'], {}
    for index in range(draw(st.integers(1, 6))):
        most = ['picture'] if index == 0 else there
        taken = draw(st.lists(st.sampled_from(most), min_size=1, unique=True))
        outputs = [f't{index}.{n}' for n in range(draw(st.integers(1, 3)))]
        parts[f's{index}'] = _Part(taken, outputs)
        there = [*there, *outputs]
    answer = draw(st.lists(st.sampled_from(there[1:]), min_size=1, unique=True))
    return parts, answer


@given(_graphs())
def test_tensors_live_from_their_part_to_the_last_that_takes_them(graph):
    networks, answer = graph
    parts = make_parts({name: {'cpu0': one} for name, one in networks.items()}, answer)
    picture = np.zeros(1, np.float32)
    live, every = {parts['s0'].inputs[0]: picture}, {'picture': picture}
    left = list(networks)
    for name, part in parts.items():
        part.run(live, 'cpu0')
        left.remove(name)
        one = networks[name]
        every |= {info.name: array for info, array in zip(one.outputs, one.given)}
        wanted = {*answer, *(info.name for later in left for info in networks[later].inputs)}
        assert set(live) == wanted & set(every)
        # the engines' own arrays, never copies
        assert all(live[key] is every[key] for key in live)
    assert set(live) == set(answer) & set(every)


def test_a_part_runs_only_where_it_is_loaded():
    parts = make_parts({'infer': {'cpu0': _Part(['picture'], ['out'])}}, ['out'])
    with pytest.raises(KeyError):
        parts['infer'].run({'picture': np.zeros(1, np.float32)}, 'gpu0')
