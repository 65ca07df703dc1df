# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Trackers on the same detections: ``dev/env.sh python benchmarks/tracking.py``.

On rendered scenes with the bundled detector and embedding network, or with ``--mot FOLDER`` on
sequences in the MOTChallenge format (``NAME/det/det.txt`` and ``NAME/gt/gt.txt``). ``--drop 0.5``
leaves out that share of the frames, as a scheduler does under load; they are not scored.
``--other FILE`` adds another tracker: ``FILE`` defines ``make()``, which returns a function of
detections from a score of 0.1 on, their vectors and the number of frames since the last ones, that
returns the tracked detections.
"""

from __future__ import annotations

import argparse
import csv
import json
import runpy
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.engines.onnxruntime import OnnxRuntimeEngine
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.perception.programs.build import build_program
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.trackers.registry import tracker_class
from edge_sched_ros.perception.trackers.registry import tracker_classes
from edge_sched_ros.perception.tracking.passed_frames import PassedFrames
from edge_sched_ros.pipeline.settings.resources import share_of
from edge_sched_ros.reporting.accuracy import Boxes
from edge_sched_ros.reporting.accuracy import tracking_figures
from edge_sched_ros.scenes.scene import Scene
from edge_sched_ros.scenes.scene import SceneFrame

#: of the bundled detector
_THRESHOLD = 0.35
#: what lets weak detections through, for trackers that use them
_LOW = 0.1

Vectors = NDArray[np.float32] | None
Track = Callable[[int, Detections, Vectors], Detections]


@dataclass(slots=True)
class Shown:
    """
    One frame.

    :param found: detections, weak ones included
    :param vectors: their appearance, if there is a network for it
    """

    found: Detections
    vectors: Vectors
    true: Boxes


class Eyes:
    """The bundled detector and embedding network."""

    def __init__(self) -> None:
        share = share_of()
        assert share is not None, 'the package is not installed'
        models = share / 'models'
        engine, preprocessor = OnnxRuntimeEngine(), OpenCvPreprocessor()
        self._detector, self._looks = (
            build_program(load_network(str(models / file)), engine, preprocessor, options=options)
            for file, options in (
                ('detector.yaml', {'score_threshold': _LOW}),
                ('embedding.yaml', {}),
            )
        )

    def see(self, index: int, shown: SceneFrame) -> Shown:
        """Return detections in a picture, and their appearance."""
        height, width = shown.image_bgr.shape[:2]
        pixels = np.ascontiguousarray(shown.image_bgr).reshape(-1)
        image = SourceImage.from_raw(
            pixels, width=width, height=height, encoding='bgr8', step=3 * width
        )
        frame = Frame('camera', index, index, 'lens', image)
        found = self._run(self._detector, JobContext(index, 'detector', frame)).result
        looks = self._run(
            self._looks, JobContext(index, 'looks', frame, parent=found), last='infer'
        )
        return Shown(found, looks.scratch.vectors, _truth(shown))

    @staticmethod
    def _run(program: Any, context: JobContext, last: str = '') -> JobContext:
        for stage in program.stages:
            program.run(stage, context)
            if stage == last:
                break
        return context


def _truth(shown: SceneFrame) -> Boxes:
    objects = shown.objects
    return Boxes(
        np.array([one.box_xyxy for one in objects], float).reshape(-1, 4),
        tuple(one.label for one in objects),
        (1.0,) * len(objects),
        tuple(str(one.identity) for one in objects),
        tuple(not one.visible for one in objects),
    )


def scenes(seeds: list[int], frames: int) -> Iterator[tuple[str, list[Shown]]]:
    """Yield rendered scenes with what the bundled networks see in them."""
    eyes = Eyes()
    for seed in seeds:
        scene = Scene(seed=seed)
        yield f'scene {seed}', [eyes.see(index, scene.frame(index)) for index in range(frames)]


def mot_sequences(folder: Path) -> Iterator[tuple[str, list[Shown]]]:
    """Yield the sequences of a folder in the MOTChallenge format."""
    for truth in sorted(folder.glob('*/gt/gt.txt')):
        sequence = truth.parents[1]
        true, found = _rows(truth), _rows(sequence / 'det' / 'det.txt')
        last = int(max(true[:, 0].max(), found[:, 0].max()))
        yield sequence.name, [_mot_frame(true, found, index) for index in range(1, last + 1)]


def _rows(file: Path) -> NDArray[np.float64]:
    with file.open(newline='') as text:
        return np.array([[float(value) for value in row[:7]] for row in csv.reader(text)])


def _mot_frame(true: NDArray[np.float64], found: NDArray[np.float64], index: int) -> Shown:
    here, seen = true[true[:, 0] == index], found[found[:, 0] == index]
    count = len(here)
    boxes = Boxes(
        _corners(here),
        ('person',) * count,
        (1.0,) * count,
        tuple(str(int(number)) for number in here[:, 1]),
        tuple(bool(counts == 0) for counts in here[:, 6]),
    )
    scores = np.clip(seen[:, 6], 0, 1).astype(np.float32)
    detections = Detections(
        _corners(seen).astype(np.float32), scores, np.zeros(len(seen), np.int64), ('person',)
    )
    return Shown(detections, None, boxes)


def _corners(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    corners: NDArray[np.float64] = np.concatenate(
        [rows[:, 2:4], rows[:, 2:4] + rows[:, 4:6]], axis=1
    )
    return corners


# --- trackers -----------------------------------------------------------------------------------


def of_package(name: str, *, vectors: bool) -> Track:
    """Return a tracker of this package; it sees appearances or not."""
    tracker, passed = tracker_class(name)(), PassedFrames()

    def track(index: int, found: Detections, looks: Vectors) -> Detections:
        if 'low_score' not in tracker.numbers:
            found, looks = _strong(found, looks)
        frames = passed.until(Frame('camera', index, 0, ''))
        return tracker.update(found, looks if vectors else None, frames)

    return track


def other(file: str) -> Callable[[], Track]:
    """Return a maker of the tracker that a file defines."""
    make = runpy.run_path(file)['make']

    def made() -> Track:
        update, passed = make(), PassedFrames()
        return lambda index, found, vectors: update(
            found, vectors, passed.until(Frame('camera', index, 0, ''))
        )

    return made


def _strong(found: Detections, vectors: Vectors) -> tuple[Detections, Vectors]:
    """Return what the detector's own threshold lets through."""
    rows = np.flatnonzero(found.scores >= _THRESHOLD)
    return found.take(rows), None if vectors is None else vectors[rows]


# --- figures ------------------------------------------------------------------------------------


def judged(track: Track, frames: list[Shown], kept: list[int]) -> dict[str, float]:
    """Return the figures of a tracker on the frames that are kept of a sequence."""
    results, times = {}, []
    for index in kept:
        shown = frames[index]
        begin = time.perf_counter()
        tracks = track(index, shown.found, shown.vectors)
        times.append((time.perf_counter() - begin) * 1e3)
        results[index] = _boxes(tracks)
    true = {index: frames[index].true for index in kept}
    return {**tracking_figures(results, true), 'median_ms': float(np.median(times))}


def _boxes(tracks: Detections) -> Boxes:
    count = len(tracks)
    assert tracks.track_ids is not None
    return Boxes(
        tracks.boxes_xyxy.astype(float),
        tuple(tracks.label(row) for row in range(count)),
        tuple(tracks.scores.tolist()),
        tuple(str(number) for number in tracks.track_ids.tolist()),
        (False,) * count,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--seeds', type=int, nargs='+', default=list(range(20, 32)))
    parser.add_argument('--frames', type=int, default=300, help='of each scene (300)')
    parser.add_argument(
        '--drop', type=float, nargs='+', default=[0.0, 0.5], help='shares of frames left out'
    )
    parser.add_argument('--mot', type=Path, help='folder of sequences instead of scenes')
    parser.add_argument('--other', action='append', default=[], help='file with another tracker')
    parser.add_argument('--json', action='store_true', help='print JSON')
    return parser.parse_args()


def _show(
    runs: dict[str, dict[str, dict[str, float]]], drops: list[float], trackers: list[str]
) -> None:
    print('| tracker | frames left out | IDF1 | worst | HOTA | MOTA | ms per frame |')
    print('| --- | --- | --- | --- | --- | --- | --- |')
    for drop in drops:
        of_drop = [run for name, run in runs.items() if name.endswith(f', {drop:g} left out')]
        for tracker in trackers:
            of = [run[tracker] for run in of_drop]
            keys = ('idf1', 'hota', 'mota', 'median_ms')
            idf1, hota, mota, ms = ([one[key] for one in of] for key in keys)
            print(
                f'| {tracker} | {drop:.0%} | {np.mean(idf1):.3f} | {min(idf1):.3f} '
                f'| {np.mean(hota):.3f} | {np.mean(mota):.3f} | {np.median(ms):.2f} |'
            )


def main() -> int:
    """Measure all trackers on all sequences."""
    chosen = _arguments()
    makers: dict[str, Callable[[], Track]] = {
        f'{name}, {"appearance" if vectors else "place alone"}': partial(
            of_package, name, vectors=vectors
        )
        for vectors in ((True, False) if chosen.mot is None else (False,))
        for name in tracker_classes()
        if name != 'norfair' or find_spec('norfair') is not None
    }
    makers |= {Path(file).stem: other(file) for file in chosen.other}
    sequences = (
        scenes(chosen.seeds, chosen.frames) if chosen.mot is None else mot_sequences(chosen.mot)
    )
    runs: dict[str, dict[str, dict[str, float]]] = {}
    for name, frames in sequences:
        for drop in chosen.drop:
            draws = np.random.default_rng(0).random(len(frames))
            kept = [index for index in range(len(frames)) if draws[index] >= drop]
            runs[f'{name}, {drop:g} left out'] = {
                each: judged(make(), frames, kept) for each, make in makers.items()
            }
    if chosen.json:
        print(json.dumps(runs, indent=2))
    else:
        _show(runs, chosen.drop, list(makers))
    return 0


if __name__ == '__main__':
    sys.exit(main())
