# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Compare the preparation of pictures with the code around a real export, and time it.

YOLOX-nano of the shared data runs on frames of the shared video, at several sizes of the camera:
once on this package's input, once on that of YOLOX's own demo (``preproc``: cv2.resize with
INTER_LINEAR, at the top left of a picture of 114). Both outputs go through one decoder.

Usage, with OMP_NUM_THREADS=1: dev/env.sh python benchmarks/network_inputs.py DATA [--frames N]
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.results import Detections

CAMERAS = ((640, 360), (1280, 720), (1920, 1080), (3840, 2160))
SIDE = 416
_RUNS = 30


def frames_of(video: Path, count: int) -> list[NDArray[np.uint8]]:
    """Return frames, evenly over the video."""
    capture = cv2.VideoCapture(str(video))
    total = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    found = []
    for index in range(total):
        there, frame = capture.read()
        if not there:
            break
        if index % max(1, total // count) == 0:
            found.append(frame)
    return found[:count]


def source(picture: NDArray[np.uint8]) -> SourceImage:
    """Return a picture as a camera's."""
    height, width = picture.shape[:2]
    return SourceImage.from_raw(
        np.ascontiguousarray(picture).reshape(-1),
        width=width, height=height, encoding='bgr8', step=3 * width,
    )  # fmt: skip


def reference(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the input as YOLOX's demo makes it."""
    ratio = min(SIDE / picture.shape[0], SIDE / picture.shape[1])
    size = int(picture.shape[1] * ratio), int(picture.shape[0] * ratio)
    made = np.full((SIDE, SIDE, 3), 114, np.uint8)
    made[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(made.transpose(2, 0, 1)[None], np.float32)


def matched(ours: Detections, theirs: Detections, iou: float) -> tuple[int, float]:
    """Return how many boxes of the reference have one of ours, and the largest score gap."""
    found, gap = 0, 0.0
    for index in range(len(theirs)):
        box, best, at = theirs.boxes_xyxy[index], 0.0, -1
        for other in range(len(ours)):
            if ours.class_ids[other] == theirs.class_ids[index]:
                near = overlap(box, ours.boxes_xyxy[other])
                best, at = max((best, at), (near, other))
        if best >= iou:
            found += 1
            gap = max(gap, abs(float(ours.scores[at] - theirs.scores[index])))
    return found, gap


def overlap(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Return the intersection over union of two boxes."""
    sides = np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None)
    shared = float(sides.prod())
    return shared / (float((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod()) - shared)


def compare(data: Path, count: int) -> None:
    """Print the agreement for each camera and interpolation."""
    frames = frames_of(data / 'people_detection.mp4', count)
    print('| camera | interpolation | input differs by | boxes | matched | scores differ by |')
    print('| --- | --- | --- | --- | --- | --- |')
    for camera in CAMERAS:
        pictures = [cv2.resize(one, camera, interpolation=cv2.INTER_CUBIC) for one in frames]
        for interpolation in ('linear', 'area'):
            spec = NetworkSpec(
                'nano', data, data / 'yolox_nano_416x416.onnx',
                InputSpec(SIDE, SIDE, align='topleft', interpolation=interpolation), 'yolox',
            )  # fmt: skip
            network = OnnxRuntimeEngine().load(spec)
            decoder = make_decoder(spec, network.outputs, {})
            most, boxes, hits, gap = 0.0, 0, 0, 0.0
            for picture in pictures:
                tensor, way = OpenCvPreprocessor().prepare(source(picture), spec.input)
                wanted = reference(picture)
                most = max(most, float(np.abs(tensor - wanted).max()))
                ours, theirs = (
                    decoder.decode(network.run([one]), way) for one in (tensor, wanted)
                )
                found, worst = matched(ours, theirs, 0.99)
                boxes, hits, gap = boxes + len(theirs), hits + found, max(gap, worst)
            print(
                f'| {camera[0]}x{camera[1]} | {interpolation} | {most:g} | {boxes} | {hits} '
                f'| {gap:.3f} |'
            )


def beside_pillow(data: Path, count: int) -> None:
    """Print how far pictures are from those that Pillow resizes, whose filter averages."""
    from PIL import Image

    frames = frames_of(data / 'people_detection.mp4', count)
    print('| camera | input | `linear` differs on average by | `area` by |')
    print('| --- | --- | --- | --- |')
    for camera in CAMERAS:
        for side in (640, 224):
            gaps: dict[str, list[float]] = {'linear': [], 'area': []}
            for frame in frames:
                picture = cv2.resize(frame, camera, interpolation=cv2.INTER_CUBIC)
                image = Image.fromarray(picture).resize((side, side), Image.Resampling.BILINEAR)
                for name, found in gaps.items():
                    spec = InputSpec(side, side, resize='stretch', interpolation=name)
                    tensor, _ = OpenCvPreprocessor().prepare(source(picture), spec)
                    gap = np.abs(tensor[0].transpose(1, 2, 0) - np.asarray(image, np.float32))
                    found.append(float(gap.mean()))
            means = ' | '.join(f'{statistics.mean(found):.2f}' for found in gaps.values())
            print(f'| {camera[0]}x{camera[1]} | {side}x{side} | {means} |')


def timing() -> None:
    """Print the CPU time of one input, with one thread."""
    cv2.setNumThreads(1)
    picture = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), dtype=np.uint8)
    kinds = {
        'float32 nchw, 1/255': {'scale': 1 / 255, 'colour': 'rgb'},
        'float32 nchw, mean and std': {'mean': (123.7, 116.3, 103.5), 'std': (58.4, 57.1, 57.4)},
        'float32 nhwc, 1/255': {'scale': 1 / 255, 'layout': 'nhwc'},
        'uint8 nhwc': {'dtype': 'uint8', 'layout': 'nhwc'},
    }
    print('| input of 640x640 from 1280x720 | ms |')
    print('| --- | --- |')
    for name, keys in kinds.items():
        spec, times = InputSpec(640, 640, **keys), []
        for _ in range(_RUNS):
            image, started = source(picture), time.process_time()
            OpenCvPreprocessor().prepare(image, spec)
            times.append((time.process_time() - started) * 1e3)
        print(f'| {name} | {statistics.median(times):.2f} |')


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('data', type=Path, help='folder of the shared data')
    parser.add_argument('--frames', type=int, default=25)
    arguments = parser.parse_args()
    compare(arguments.data, arguments.frames)
    beside_pillow(arguments.data, arguments.frames)
    timing()


if __name__ == '__main__':
    main()
