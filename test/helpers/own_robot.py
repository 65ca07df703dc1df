# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A folder with a module of a user's own code, and a network that names classes of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from networks import write_network
from networks import write_onnx

#: of each kind a class; each says on standard error that it was used
MODULE = """
import sys

from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.perception.decoders.yolov5 import DECODER as Yolov5
from edge_sched_ros.plugins.options import Option
from edge_sched_ros.policies.edf import POLICY as Edf

told = set()


def tell(what):
    if what not in told:
        told.add(what)
        # one write: threads may print at once
        sys.stderr.write('own code: ' + what + chr(10))


class Engine(OnnxRuntimeEngine):
    name = 'own_engine'
    options = (Option('workers', 2, 'Threads', 1, 8),)

    def load(self, spec, unit=None):
        workers = spec.engine_options.own['workers']
        tell(f'engine with {workers} workers')
        return super().load(spec, unit)


class Preprocessor(OpenCvPreprocessor):
    name = 'own_preprocessor'

    def prepare(self, image, spec):
        tell('preprocessor')
        return super().prepare(image, spec)


class Decoder(Yolov5):
    def decode(self, outputs, transform):
        tell('decoder')
        return super().decode(outputs, transform)


class Policy(Edf):
    name = 'own_policy'

    def decide(self, view):
        tell('policy')
        return super().decide(view)


class Program:
    stages, stateful, output = ('count',), False, 'none'

    def run(self, stage, context):
        tell('program')
        return 1

    def reset(self): ...
    def close(self): ...
"""
#: what the module says once all of it was used
USED = {
    f'own code: {what}'
    for what in ('engine with 3 workers', 'preprocessor', 'decoder', 'policy', 'program')
}


def write_own_robot(folder: Path) -> Path:
    """Write the module ``own_robot_code`` and a network that names classes of it; return this."""
    (folder / 'own_robot_code.py').write_text(MODULE, encoding='utf-8')
    raw = np.zeros((1, 4, 7), np.float32)
    raw[0, 0] = [16, 16, 10, 10, 1, 0.1, 0.9]
    write_onnx(folder / 'own_net.onnx', outputs={'out': raw}, input_shape=[1, 3, 32, 32])
    return write_network(
        folder,
        'own_net',
        engine='own_robot_code:Engine',
        engine_options={'workers': 3},
        decoder='own_robot_code:Decoder',
        decoder_options={},
    )


def own_parameters(network: Path) -> dict[str, object]:
    """Return parameters of a scheduler that uses all of the module."""
    return {
        'policy': 'own_robot_code:Policy+drop',
        'preprocessor': 'own_robot_code:Preprocessor',
        'tasks': ['detector', 'counter'],
        'detector.network': str(network),
        'detector.topic': '/camera/image_raw',
        'detector.deadline_ms': 600_000.0,
        'counter.program': 'own_robot_code:Program',
        'counter.topic': '/camera/image_raw',
        'counter.deadline_ms': 600_000.0,
    }
