# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
A decoder of one's own, on a rendered picture.

A network's file takes it as ``decoder: own_decoder:LargeBoxes``, where Python finds this module.
"""

from dataclasses import replace

import edge_sched_ros as es
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.perception.decoders.yolox import Yolox
from edge_sched_ros.perception.programs.build import build_program
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline.settings.resources import find_file
from edge_sched_ros.scenes.scene import Scene


class LargeBoxes(Yolox):
    """Reads YOLOX and leaves out what is small in the picture."""

    defaults = {**Yolox.defaults, 'least_px': 0.0}
    ranges = {**Yolox.ranges, 'least_px': (0.0, 10_000.0)}
    meanings = {**Yolox.meanings, 'least_px': 'Width and height of the smallest box, in pixels'}

    def decode(self, outputs, transform):
        """Return the large boxes of one picture, in its own pixels."""
        found = super().decode(outputs, transform)
        boxes = found.boxes_xyxy
        large = (boxes[:, 2:] - boxes[:, :2]).min(axis=1) >= self.options['least_px']
        return Detections(boxes[large], found.scores[large], found.class_ids[large], found.labels)


if __name__ == '__main__':
    picture = Scene(seed=3).frame(20).image_bgr
    height, width, _ = picture.shape
    image = SourceImage.from_raw(
        picture.tobytes(), width=width, height=height, encoding='bgr8', step=3 * width
    )
    network = load_network(find_file('detector.yaml', where='network'))
    network = replace(network, decoder='__main__:LargeBoxes')
    for least_px in (0.0, 30.0):
        program = build_program(
            network, OnnxRuntimeEngine(), OpenCvPreprocessor(), options={'least_px': least_px}
        )
        job = es.JobContext(0, 'detector', Frame('camera', 1, 0, '', image=image))
        for stage in program.stages:
            program.run(stage, job)
        labels = [job.result.label(index) for index in range(len(job.result))]
        print(f'at least {least_px:g} px: {", ".join(labels)}')
        program.close()
