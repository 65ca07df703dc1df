# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A machine with accelerators that are stand-ins, and networks that they all run."""

from __future__ import annotations

import threading

import fake_vpi
import numpy as np
import onnx
import yaml
from children import TIMEOUT_S
from fake_tensorrt import fake_tensorrt
from onnx import helper
from onnx import numpy_helper
from onnx import TensorProto
from pictures import textured

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.backends import Backend
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.engines.tensorrt import TensorRtEngine
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.preprocess.vpi import VpiPreprocessor
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.tensorrt.settings import BuildSettings
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline.pipeline import Pipeline

SIDE = 32
#: of the camera's pictures
WIDTH, HEIGHT = 96, 48


def machine(cache, *names, absent=None):
    """Return a machine with units of those names and every backend; needs the stand-ins."""
    backends = [
        (OnnxRuntimeEngine(), True),
        (TensorRtEngine(settings=BuildSettings(cache=cache)), any(n[:3] != 'cpu' for n in names)),
        (OpenCvPreprocessor(), True),
        (VpiPreprocessor(), any(n[:3] != 'cpu' for n in names)),
    ]
    found = [
        Backend(b.name, tuple(b.kinds), there, '' if there else 'not here', b)
        for b, there in backends
    ]
    units = tuple(LocalUnit(Unit(name, name.rstrip('0123456789'))) for name in names)
    return Machine(units, tuple(found[:2]), tuple(found[2:]), absent or {})


def stand_ins(monkeypatch):
    """Let TensorRT, pycuda and VPI be stand-ins within; all must be freed at the end."""
    fake_vpi.install(monkeypatch)
    return fake_tensorrt(monkeypatch, '10.3')


def write(folder, name, *, matmul=False, **values):
    """Write a network that looks at three pixels a side; ``matmul``: a layer no DLA runs."""
    weight = np.full((1, 3, 3, 3), 1 / 27, np.float32)
    stored = [numpy_helper.from_array(weight, 'w')]
    pads = {'pads': [1, 1, 1, 1]}
    nodes = [helper.make_node('Conv', ['input', 'w'], ['c'], **pads)]
    if matmul:
        stored.append(numpy_helper.from_array(np.eye(SIDE, dtype=np.float32), 'm'))
        nodes.append(helper.make_node('MatMul', ['c', 'm'], ['x']))
    nodes.append(helper.make_node('Relu', ['x' if matmul else 'c'], ['output']))
    ends = [
        helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, planes, SIDE, SIDE])
        for n, planes in (('input', 3), ('output', 1))
    ]
    graph = helper.make_graph(nodes, 'mean', ends[:1], ends[1:], stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])
    model.ir_version = 8
    onnx.save(model, str(folder / f'{name}.onnx'))
    data = {
        'file': f'{name}.onnx',
        'input': {'width': SIDE, 'height': SIDE, 'scale': 1 / 255},
        'decoder': 'peaks:Peaks',
        **values,
    }
    path = folder / f'{name}.yaml'
    path.write_text(yaml.safe_dump(data))
    return path


def picture(seq, encoding='bgr8'):
    """Return a frame of the camera, the same for the same number."""
    pixels = textured(WIDTH, HEIGHT, seed=seq)
    image = SourceImage.from_raw(
        pixels.reshape(-1), width=WIDTH, height=HEIGHT, encoding=encoding, step=3 * WIDTH
    )
    return Frame('camera', seq, seq, 'lens', image)


class Run:
    """A pipeline that is given one frame at a time."""

    def __init__(self, config, machine):
        self._changed = threading.Condition()
        self.ends = []
        self.tasks = len(config.tasks)
        self.pipeline = Pipeline(config, on_end=self._on_end, machine=machine)

    def _on_end(self, end):
        with self._changed:
            self.ends.append(end)
            self._changed.notify_all()

    def __enter__(self):
        self.pipeline.load()
        self.pipeline.start()
        return self

    def __exit__(self, *_):
        self.pipeline.unload()

    def send(self, *numbers):
        """Send frames, each when the one before is answered; return their ends."""
        begun = len(self.ends)
        for seq in numbers:
            wanted = len(self.ends) + self.tasks
            self.pipeline.submit(picture(seq))
            with self._changed:
                done = self._changed.wait_for(lambda w=wanted: len(self.ends) >= w, TIMEOUT_S)
            assert done, self.ends[begun:]
        return self.ends[begun:]


def units_by_stage(ends):
    """Return stage -> units it ran on, over all ends."""
    found = {}
    for end in ends:
        for stage in end.stages:
            found.setdefault(stage.stage, set()).add(stage.unit)
    return found
