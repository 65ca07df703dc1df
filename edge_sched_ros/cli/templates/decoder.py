# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A decoder of boxes, with a test."""

from __future__ import annotations

GROUP = 'decoders'

MODULE = '''"""A decoder: makes detections from the outputs of a network."""

import numpy as np

from edge_sched_ros.perception.decoders.boxes import best_class
from edge_sched_ros.perception.decoders.boxes import BoxDecoder


class $cls(BoxDecoder):
    """Reads one output 1xNx(4+classes): x0, y0, x1, y1 in the network's pixels, then scores."""

    # more options: defaults, ranges and meanings; each number is a parameter of its tasks
    defaults = {**BoxDecoder.defaults, 'least_px': 0.0}
    ranges = {**BoxDecoder.ranges, 'least_px': (0.0, 10_000.0)}
    meanings = {**BoxDecoder.meanings, 'least_px': 'Shortest side of a box, in network pixels'}

    def check(self, outputs):
        """Refuse outputs that it cannot read, before the first frame."""
        shape = outputs[0].shape
        if len(outputs) != 1 or len(shape) != 3 or (shape[2] or 5) < 5:
            raise self.misfit('one output 1xNx(4+classes)', outputs)
        self.check_labels(None if shape[2] is None else shape[2] - 4)

    def decode(self, outputs, transform):
        """Return the detections of one picture."""
        rows = outputs[0][0].astype(np.float32)
        sides = (rows[:, 2:4] - rows[:, :2]).min(axis=1)
        rows = rows[sides >= self.options['least_px']]
        scores, class_ids = best_class(rows[:, 4:])
        # leaves out low scores and overlapping boxes, and returns to the pixels of the source
        return self.select(rows[:, :4], scores, class_ids, transform)
'''

TEST = '''"""$cls reads what the network gives."""

from pathlib import Path

import numpy as np
import pytest

from $name import $cls
from edge_sched_ros import ConfigError
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.tensors import TensorInfo

SPEC = NetworkSpec(
    name='net',
    source=Path('net.yaml'),
    file=Path('net.onnx'),
    input=InputSpec(width=64, height=64),
    decoder='$name',
    labels=('person', 'forklift'),
)
OUTPUTS = (TensorInfo('boxes', (1, None, 6), 'float32'),)


def test_boxes_are_in_pixels_of_the_source():
    rows = np.array([[[8, 8, 24, 40, 0.1, 0.9], [0, 0, 8, 8, 0.2, 0.1]]], np.float32)
    # the source is twice as large as the network's input
    transform = fit(SPEC.input, width=128, height=128)
    found = $cls(SPEC, OUTPUTS, {}).decode([rows], transform)
    assert [found.label(index) for index in range(len(found))] == ['forklift']
    assert found.boxes_xyxy.tolist() == [[16, 16, 48, 80]]


def test_small_boxes_are_left_out():
    rows = np.array([[[8, 8, 24, 40, 0.1, 0.9]]], np.float32)
    transform = fit(SPEC.input, width=64, height=64)
    assert len($cls(SPEC, OUTPUTS, {'least_px': 20.0}).decode([rows], transform)) == 0


def test_other_outputs_are_refused():
    with pytest.raises(ConfigError, match='needs one output'):
        $cls(SPEC, (TensorInfo('boxes', (1, 100, 4), 'float32'),), {})
'''

USE = """In the YAML file of a network:

```yaml
decoder: $name            # without an installation: $name:$cls
decoder_options: {score_threshold: 0.4, least_px: 8.0}
```

`edge-sched import MODEL.onnx --decoder $name --try PICTURE` writes such a file and draws the boxes
over a picture.
"""
