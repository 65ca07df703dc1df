# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Boxes followed by flow against boxes held still: ``dev/env.sh python benchmarks/flow_tracking.py``.

On rendered scenes, with the true boxes of every n-th frame as the detector's, some frames late if
so asked. The truth of every frame judges both.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.perception.programs.flow_track import FlowTrackProgram
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.reporting.accuracy import Boxes
from edge_sched_ros.reporting.accuracy import iou
from edge_sched_ros.reporting.accuracy import tracking_idf1
from edge_sched_ros.scenes.scene import Scene
from edge_sched_ros.scenes.scene import SceneFrame
from edge_sched_ros.scenes.scene import SceneObject
from edge_sched_ros.scenes.world import CLASSES


@dataclass(slots=True)
class Result:
    """
    What one way of tracking gave.

    :param overlaps: of every visible true box with the found box that overlaps it most
    :param frame_ms: time per frame
    """

    overlaps: list[float] = field(default_factory=list)
    found: dict[int, Boxes] = field(default_factory=dict)
    frame_ms: list[float] = field(default_factory=list)


def run(seed: int, frames: int, *, every: int, late: int) -> dict[str, dict[str, float]]:
    """
    Return the figures of both ways on one scene.

    :param every: the detector works on every n-th frame
    :param late: it answers so many frames later
    """
    scene = Scene(seed=seed)
    program = FlowTrackProgram()
    results = {'flow': Result(), 'held': Result()}
    true: dict[int, Boxes] = {}
    pending: list[tuple[int, Frame, SceneFrame]] = []
    held = _detections(())
    for index in range(frames):
        shown = scene.frame(index)
        frame = frame_of(index, shown)
        if index % every == 0:
            pending.append((index + late, frame, shown))
        while pending and pending[0][0] <= index:
            _, source, seen = pending.pop(0)
            program.observe(source, _detections(seen.objects))
            # boxes held still are told who is who; the flow must find out
            held = _detections(seen.objects, numbered=True)
        begin = time.perf_counter()
        followed = step(program, frame)
        results['flow'].frame_ms.append((time.perf_counter() - begin) * 1e3)
        true[index] = truth_of(shown)
        for name, boxes in (('flow', followed), ('held', held)):
            results[name].found[index] = boxes_of(boxes)
            if index >= late:
                results[name].overlaps += _overlaps(true[index], boxes_of(boxes))
    return {
        name: {
            'mean_iou': float(np.mean(result.overlaps)),
            'share_iou_over_half': float(np.mean(np.array(result.overlaps) > 0.5)),
            'idf1': tracking_idf1(result.found, true),
            **({'median_ms': float(np.median(result.frame_ms))} if result.frame_ms else {}),
        }
        for name, result in results.items()
    }


def step(program: FlowTrackProgram, frame: Frame) -> Detections:
    """Run all stages on one frame."""
    context = JobContext(frame.seq, 'flow', frame)
    for stage in program.stages:
        program.run(stage, context)
    found: Detections = context.result
    return found


def frame_of(index: int, shown: SceneFrame) -> Frame:
    """Return the frame of a scene."""
    height, width = shown.image_bgr.shape[:2]
    image = SourceImage.from_raw(
        np.ascontiguousarray(shown.image_bgr).reshape(-1),
        width=width,
        height=height,
        encoding='bgr8',
        step=3 * width,
    )
    return Frame('camera', index, index, 'lens', image)


def _detections(objects: tuple[SceneObject, ...], *, numbered: bool = False) -> Detections:
    """Return what a perfect detector finds; with who is who, if it is to be told."""
    visible = [thing for thing in objects if thing.visible]
    return Detections(
        np.array([thing.box_xyxy for thing in visible], np.float32).reshape(-1, 4),
        np.full(len(visible), 0.9, np.float32),
        np.array([thing.class_id for thing in visible], np.int64),
        CLASSES,
        np.array([thing.identity for thing in visible], np.int64) if numbered else None,
    )


def truth_of(shown: SceneFrame) -> Boxes:
    """Return what there is in a frame of a scene."""
    objects = shown.objects
    return Boxes(
        np.array([thing.box_xyxy for thing in objects], float).reshape(-1, 4),
        tuple(thing.label for thing in objects),
        (1.0,) * len(objects),
        tuple(str(thing.identity) for thing in objects),
        tuple(not thing.visible for thing in objects),
    )


def boxes_of(found: Detections) -> Boxes:
    """Return detections for judging them."""
    count = len(found)
    ids = range(count) if found.track_ids is None else found.track_ids.tolist()
    return Boxes(
        found.boxes_xyxy.astype(float),
        tuple(found.label(i) for i in range(count)),
        tuple(found.scores.tolist()),
        tuple(str(number) for number in ids),
        (False,) * count,
    )


def _overlaps(true: Boxes, found: Boxes) -> list[float]:
    counted: NDArray[np.float64] = true.xyxy[[not ignored for ignored in true.ignored]]
    if not len(found.xyxy):
        return [0.0] * len(counted)
    return [float(value) for value in iou(counted, found.xyxy).max(axis=1, initial=0)]


def main() -> None:
    """Measure a range of seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seeds', type=int, nargs='+', default=[20, 21, 22, 23])
    parser.add_argument('--frames', type=int, default=120)
    parser.add_argument('--every', type=int, default=5, help='detector on every n-th frame')
    parser.add_argument('--late', type=int, default=0, help='frames the detector answers late')
    parser.add_argument('--json', action='store_true')
    chosen = parser.parse_args()
    runs = {s: run(s, chosen.frames, every=chosen.every, late=chosen.late) for s in chosen.seeds}
    if chosen.json:
        print(json.dumps(runs, indent=2))
        return
    for way in ('flow', 'held'):
        keys = next(iter(runs.values()))[way]
        means = {key: np.mean([runs[seed][way][key] for seed in runs]) for key in keys}
        print(f'{way}: ' + '  '.join(f'{key} {value:.3f}' for key, value in means.items()))


if __name__ == '__main__':
    main()
