# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Outputs of other sizes than a network's file declares, or of no values, fail their jobs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from exports import all_exports

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import network_of
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders import base
from edge_sched_ros.perception.decoders import making
from edge_sched_ros.perception.decoders.built_in import decoder_classes
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.decoders.reading import result_of
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.importing.document import as_values
from edge_sched_ros.perception.importing.graph import read_graph
from edge_sched_ros.perception.importing.proposal import propose
from edge_sched_ros.perception.importing.proposal import Wishes
from edge_sched_ros.perception.programs.rehearse import rehearse

#: one export for each decoder
EXPORTS = {one.decoder: one for one in all_exports().values()}
#: not every one of these has an export
DEPTHS = ('depth_metric', 'depth_inverse', 'depth_disparity')
#: size of an axis that the graph leaves open
OPEN = 4


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    """Return a function that returns the decoder of an export, and outputs for it."""
    root = tmp_path_factory.mktemp('sizes')
    known = {}

    def decoder_and_outputs(name):
        if name not in known:
            proposal = propose(read_graph(EXPORTS[name].write(root / name)), Wishes())
            values = as_values(proposal, root / name)
            known[name] = network_of(root / name / 'net.yaml', values), proposal.graph.outputs
        spec, infos = known[name]
        draw = np.random.default_rng(1)
        outputs = [
            (draw.random([OPEN if n is None else n for n in info.shape]) * 0.01).astype(info.dtype)
            for info in infos
        ]
        return make_decoder(spec, infos, {}), outputs

    return decoder_and_outputs


def _transform(decoder):
    size = decoder.spec.input
    return Transform(1.0, 1.0, 0.0, 0.0, size.width, size.height)


def test_every_decoder_is_tried():
    assert set(EXPORTS) | set(DEPTHS) == set(decoder_classes())


@pytest.mark.parametrize('name', DEPTHS)
def test_depth_without_values_is_invalid(name):
    for declared in ((1, 1, 32, 32), (1, 1, None, None)):
        for shape in ((1, 1, 0, 0), (1, 1, 32, 0), (0, 1, 32, 32)):
            with pytest.raises(InvalidOutputError):
                _decoder(name, declared).result([np.zeros(shape, np.float32)], TRANSFORM)


@pytest.mark.parametrize('name', EXPORTS)
def test_outputs_without_values_are_invalid_or_nothing(name, made):
    decoder, outputs = made(name)
    transform = _transform(decoder)
    cases = [
        [np.zeros(one.shape[:axis] + (0,) + one.shape[axis + 1 :], one.dtype) if i == at else one
         for i, one in enumerate(outputs)]
        for at in range(len(outputs))
        for axis in range(outputs[at].ndim)
    ]  # fmt: skip
    cases += [[np.zeros([0] * one.ndim, one.dtype) for one in outputs]]
    cases += [[one[:, :0] if one.ndim > 1 else one[:0] for one in outputs]]
    for case in cases:
        try:
            found = result_of(decoder, case, transform)
        except InvalidOutputError:
            continue
        # a list may well be empty
        assert len(getattr(found, 'vectors', found)) == 0, [one.shape for one in case]


@pytest.mark.parametrize('name', EXPORTS)
def test_other_columns_than_the_file_declares_are_invalid(name, made):
    decoder, outputs = made(name)
    info = decoder._declared[0]
    fixed = [
        axis
        for axis, size in enumerate(info.shape)
        if size is not None and not decoder._may_vary(info.shape, axis)
    ]
    for axis in fixed:
        wrong = np.concatenate([outputs[0], outputs[0].take([0], axis=axis)], axis=axis)
        with pytest.raises(InvalidOutputError, match='where the file declares') as caught:
            result_of(decoder, [wrong, *outputs[1:]], _transform(decoder))
        assert f"'{info.name}'" in str(caught.value) and str(wrong.shape[axis]) in str(
            caught.value
        )
        assert caught.value.reason == 'invalid_output' and len(str(caught.value)) < 500


def _decoder(name, *shapes):
    options = {'focal_px': 400.0, 'baseline_m': 0.1} if name == 'depth_disparity' else {}
    spec = NetworkSpec(
        'net', Path('net.yaml'), Path('net.onnx'), InputSpec(64, 64), name, options, ()
    )
    infos = tuple(TensorInfo(f'out{i}', shape, 'float32') for i, shape in enumerate(shapes))
    return make_decoder(spec, infos, {})


def _little(*shape):
    return (np.random.default_rng(2).random(shape) * 0.01).astype(np.float32)


TRANSFORM = Transform(1.0, 1.0, 0.0, 0.0, 64, 64)


def test_columns_that_a_graph_leaves_open_do_not_change_after_the_first_picture():
    decoder = _decoder('yolov8', (1, None, None))
    assert len(decoder.result([_little(1, 7, 84)], TRANSFORM)) == 0
    with pytest.raises(InvalidOutputError, match=r'\[1, 8, 84\], where they were \[1, 7, 84\]'):
        decoder.result([_little(1, 8, 84)], TRANSFORM)
    # the right ones are read again
    assert len(decoder.result([_little(1, 7, 84)], TRANSFORM)) == 0


def test_a_list_may_have_any_number_of_objects():
    decoder = _decoder('yolo_end2end', (1, 300, 6))
    for count in (300, 12, 0, 300):
        assert len(decoder.result([_little(1, count, 6)], TRANSFORM)) == 0
    with pytest.raises(InvalidOutputError, match=r'sizes in the output .out0. are \[1, 300, 7\]'):
        decoder.result([_little(1, 300, 7)], TRANSFORM)


def test_a_network_has_a_row_for_each_crop():
    decoder = _decoder('embedding', (1, 16))
    assert decoder.result([_little(3, 16)], None).vectors.shape == (3, 16)
    with pytest.raises(InvalidOutputError, match=r'\[3, 17\]'):
        decoder.result([_little(3, 17)], None)


def test_a_network_that_gives_other_sizes_in_its_trial_run_is_refused():
    decoder = _decoder('yolov8', (1, 7, 84))
    program = SimpleNamespace(
        variants=SimpleNamespace(
            of=lambda _: SimpleNamespace(stages=('postprocess',), decoder=decoder)
        ),
        run=lambda *_: decoder.result([_little(1, 8, 84)], TRANSFORM),
    )
    with pytest.raises(ConfigError, match=r"net.yaml: decoder: .*'out0' are \[1, 8, 84\]"):
        rehearse(decoder.spec, program)


def test_a_job_neither_reads_the_file_nor_looks_for_other_decoders(made, monkeypatch):
    decoder, (rows,) = made('yolov7_nms')
    transform = _transform(decoder)
    decoder.result([rows], transform)
    decoder.result([rows[:2]], transform)

    def looked(*_, **__):
        raise AssertionError

    monkeypatch.setattr(base, 'metadata_of', looked)
    monkeypatch.setattr(making, 'recognise_all', looked)
    # another number of objects in every picture
    for count in (1, 3, 4, 2):
        decoder.result([rows[:count]], transform)
    with pytest.raises(InvalidOutputError):
        decoder.result([rows[:, :5]], transform)
