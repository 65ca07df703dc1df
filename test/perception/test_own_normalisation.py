# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a graph does to its pixels is not done a second time."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from exports.export import Export
from exports.export import picture
from onnx import helper
from onnx import numpy_helper

from edge_sched_ros.perception.importing.graph import read_graph
from edge_sched_ros.perception.importing.own_normalisation import own_normalisation
from edge_sched_ros.perception.importing.proposal import propose
from edge_sched_ros.perception.importing.proposal import Wishes

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
BYTES = tuple(255 * value for value in MEAN)


def _export(*prepares):
    return Export(
        'net', '', {'images': picture(64)}, {'logits': (1, 3, 64, 64)}, '', prepares=prepares
    )


@pytest.mark.parametrize(
    ('prepares', 'scale', 'mean', 'colour'),
    [
        ((), '1/255', list(MEAN), 'rgb'),
        ((('Sub', MEAN), ('Div', STD)), '1/255', None, 'rgb'),
        ((('Sub', MEAN[::-1]), ('Div', STD[::-1])), '1/255', None, 'bgr'),
        ((('Sub', BYTES), ('Mul', (0.017,))), None, None, 'rgb'),
        ((('Add', tuple(-value for value in BYTES[::-1])),), None, None, 'bgr'),
        ((('Div', (255.0,)), ('Sub', MEAN), ('Div', STD)), None, None, 'rgb'),
        ((('Mul', (1 / 127.5,)), ('Sub', (1.0,))), None, None, 'rgb'),
        ((('Gather', (2, 1, 0)), ('Sub', MEAN), ('Div', STD)), '1/255', None, 'bgr'),
        # no preparation: another factor, or no picture any more
        ((('Mul', (0.5,)),), '1/255', list(MEAN), 'rgb'),
        ((('Max', (0.5,)), ('Sub', MEAN)), '1/255', list(MEAN), 'rgb'),
    ],
)
def test_what_the_graph_does_is_left_to_it(prepares, scale, mean, colour, tmp_path):
    proposal = propose(read_graph(_export(*prepares).write(tmp_path)), Wishes())
    found = proposal.values['input']
    assert (found.get('scale'), found.get('mean'), found['colour']) == (scale, mean, colour)
    said = [doubt for doubt in proposal.doubts if doubt.startswith('The graph itself ')]
    assert bool(said) == (scale is None or mean is None)


def test_a_mean_that_comes_from_weights_with_further_axes_is_seen(tmp_path):
    """As torch.onnx writes ``x - mean[None, :, None, None]`` without folding constants."""
    image = helper.make_tensor_value_info('x', 1, (1, 3, 8, 8))
    nodes = [
        helper.make_node('Unsqueeze', ['mean', 'axes'], ['wide']),
        helper.make_node('Cast', ['x'], ['same'], to=1),
        helper.make_node('Sub', ['same', 'wide'], ['y']),
        helper.make_node('Shape', ['x'], ['size']),
    ]
    weights = [
        helper.make_tensor('mean', 1, [3], MEAN),
        numpy_helper.from_array(np.array([0, 2, 3], np.int64), 'axes'),
    ]
    out = helper.make_tensor_value_info('y', 1, (1, 3, 8, 8))
    file = tmp_path / 'net.onnx'
    onnx.save(helper.make_model(helper.make_graph(nodes, 'g', [image], [out], weights)), str(file))
    assert own_normalisation(file, 'x').mean == pytest.approx(MEAN)
    file.write_bytes(file.read_bytes()[:60])
    assert own_normalisation(file, 'x').is_none
