# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Embedding crops on networks whose batch is open or, as a DLA's, fixed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from images import frame

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.programs.parts import make_parts
from edge_sched_ros.perception.programs.rehearse import RehearsalError
from edge_sched_ros.perception.programs.rehearse import rehearse
from edge_sched_ros.perception.programs.track import TrackProgram
from edge_sched_ros.perception.programs.variants import LoadedVariant
from edge_sched_ros.perception.programs.variants import LoadedVariants
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import Embeddings
from edge_sched_ros.perception.trackers.registry import tracker_class


class _Network:
    """Gives the mean of each crop; takes only its batch where that is fixed."""

    def __init__(self, batch, most):
        self.inputs = (TensorInfo('input', (batch, 3, 8, 8), 'float32'),)
        self.outputs = (TensorInfo('vectors', (batch, 3), 'float32'),)
        self._batch, self._most, self.closed = batch, most, 0

    def run(self, inputs):
        assert len(inputs[0]) == (self._batch or len(inputs[0])) <= self._most
        return [inputs[0].mean(axis=(2, 3))]

    def close(self):
        self.closed += 1


def _program(**batches):
    spec = NetworkSpec(
        'e', Path('e.yaml'), Path('e.onnx'), InputSpec(8, 8), 'embedding', {}, (), 4
    )
    decoder = SimpleNamespace(decode=lambda outputs, _: Embeddings(outputs[0]))
    networks = {unit: _Network(batch, batch or 4) for unit, batch in batches.items()}
    parts = make_parts({'infer': networks}, ('vectors',))
    variants = LoadedVariants({'base': LoadedVariant(parts, decoder, ('vectors',))})
    preprocessors = {'cpu0': OpenCvPreprocessor()}
    return TrackProgram(spec, variants, preprocessors, tracker_class('')())


@given(st.integers(1, 13), st.sampled_from([1, 2, 4, 8]))
def test_every_crop_has_its_vector_whatever_the_batch(count, batch):
    program = _program(cpu0=None, dla0=batch)
    left = np.arange(count) * 3.0
    boxes = np.stack([left, left, left + 4, left + 5], axis=1).astype(np.float32)
    found = Detections(boxes, np.ones(count, np.float32), np.zeros(count, np.int64))
    source = frame()
    source.image.bgr()[...] = np.random.default_rng(count).integers(0, 255, (48, 64, 3))
    vectors = {}
    for unit in ('cpu0', 'dla0'):
        context = JobContext(1, 'tracker', source, parent=found, unit='cpu0')
        program.run('preprocess', context)
        context.unit = unit
        program.run('infer', context)
        vectors[unit] = context.scratch.vectors
    assert vectors['cpu0'].shape == (count, 3)
    assert (vectors['dla0'] == vectors['cpu0']).all()


@pytest.mark.parametrize('batch', [None, 4])
@pytest.mark.parametrize('change', [lambda out: out[:1], lambda out: np.tile(out, (2, 1))])
def test_vectors_that_are_not_one_for_each_crop_are_refused(batch, change):
    program = _program(cpu0=batch)
    network = program.variants.first.parts['infer'].networks['cpu0']
    given = network.run
    network.run = lambda inputs: [change(given(inputs)[0])]
    with pytest.raises(
        RehearsalError, match=r"sizes in the output 'vectors' are .* for [24] crops"
    ):
        rehearse(program._spec, program, {'preprocess': 'cpu0', 'infer': 'cpu0'})


def test_networks_that_units_share_are_closed_once():
    program = _program(cpu0=None)
    networks = program.variants.first.parts['infer'].networks
    network = networks['cpu1'] = networks['cpu0']
    program.close()
    assert network.closed == 1


def test_a_unit_that_it_is_not_loaded_on_is_a_defect():
    with pytest.raises(KeyError):
        _program(cpu0=None).run(
            'preprocess',
            JobContext(
                1,
                'tracker',
                frame(),
                parent=Detections(
                    np.array([[0, 0, 4, 4]], np.float32), np.ones(1, np.float32), np.zeros(1, int)
                ),
                unit='gpu0',
            ),
        )
