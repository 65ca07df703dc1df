# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Decoders of detection heads against reference decoding, on pictures of a video; and their time.

``dev/env.sh python benchmarks/box_heads.py [--pictures N] [--network DECODER=FILE ...]`` runs
YOLOX-nano of the shared data on N pictures, and compares each decoder with its reference
(``reference_heads.py``) on the outputs of the network itself, or on its candidates written as the
head would give them (``encoded_heads.py``). ``--network`` measures further networks, each on its
own outputs, with the input that ``edge-sched import`` proposes. An object matches if a reference
has its class, its score within 0.002, and 99 % of its box. ``--time`` measures 8,400 candidates of
80 classes instead, in processor time of a thread.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.network import InputSpec
from edge_sched_ros.execution.network import network_of
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.opencv import OpenCvPreprocessor
from edge_sched_ros.execution.preprocess.transform import fit
from edge_sched_ros.execution.preprocess.transform import Transform
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.grids import grid_of
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.importing.document import as_values
from edge_sched_ros.perception.importing.graph import read_graph
from edge_sched_ros.perception.importing.proposal import propose
from edge_sched_ros.perception.importing.proposal import Wishes

sys.path.append(str(Path(__file__).parent))
from encoded_heads import Candidates
from encoded_heads import ENCODED
from reference_heads import Found
from reference_heads import overlap
from reference_heads import reference

SHARED = Path(__file__).resolve().parents[2] / 'shared' / 'data'
_OVERLAP, _SCORE = 0.99, 0.002
_LEAST, _MOST = 0.3, 0.5


def pictures(video: Path, count: int) -> Iterator[SourceImage]:
    """Yield pictures of a video at equal distances."""
    import cv2

    capture = cv2.VideoCapture(str(video))
    frames = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    for index in range(count):
        capture.set(cv2.CAP_PROP_POS_FRAMES, index * frames // count)
        there, picture = capture.read()
        if there:
            height, width = picture.shape[:2]
            yield SourceImage.from_raw(
                picture, width=width, height=height, encoding='bgr8', step=3 * width
            )


def decoder_of(
    name: str, outputs: dict[str, NDArray[Any]], spec: InputSpec, **options: Any
) -> Any:
    """Return the decoder of a head for outputs of its shapes."""
    file = Path(f'{name}.yaml')
    network = NetworkSpec(name, file, file, spec, name.split(',')[0], options)
    infos = tuple(TensorInfo(key, one.shape, str(one.dtype)) for key, one in outputs.items())
    return make_decoder(network, infos, {})


class Count:
    """How many objects match."""

    def __init__(self) -> None:
        self.references = self.found = self.matched = 0

    def add(self, found: Any, expected: list[Found], transform: Transform) -> None:
        """Compare a result with its reference."""
        left = [(_in_source(box, transform), score, kind) for box, score, kind in expected]
        left = [one for one in left if one[0][2] > one[0][0] and one[0][3] > one[0][1]]
        self.references += len(left)
        self.found += len(found)
        for box, score, kind in zip(found.boxes_xyxy, found.scores, found.class_ids):
            for one in left:
                same = one[2] == kind and abs(one[1] - score) < _SCORE
                if same and overlap(one[0], box) >= _OVERLAP:
                    left.remove(one)
                    self.matched += 1
                    break

    @property
    def share(self) -> float:
        """Matches of all objects that either has."""
        return self.matched / max(1, self.references, self.found)


def _in_source(box: Any, transform: Transform) -> list[float]:
    limits = [transform.source_width, transform.source_height]
    scales = [transform.scale_x, transform.scale_y]
    offsets = [transform.offset_x, transform.offset_y]
    return [
        min(max((side - offsets[at % 2]) / scales[at % 2], 0.0), limits[at % 2])
        for at, side in enumerate(box)
    ]


def input_of(name: str, file: Path) -> InputSpec:
    """Return how a network takes a picture, as its import proposes."""
    proposal = propose(read_graph(file), Wishes(decoder=name))
    return network_of(file.with_suffix('.yaml'), as_values(proposal, file.parent)).input


def candidates(raw: NDArray[np.float32], spec: InputSpec, selected: list[Found]) -> Candidates:
    """Return what YOLOX found: every cell's box."""
    cells, strides = grid_of(spec.width, spec.height, (8, 16, 32))
    boxes = np.concatenate([(raw[:, :2] + cells) * strides, np.exp(raw[:, 2:4]) * strides], axis=1)
    return Candidates((spec.width, spec.height), boxes, raw[:, 4], raw[:, 5:], selected)


def compare(
    name: str, file: Path, shots: list[SourceImage], least: float, *, encoded: bool
) -> dict[str, Count]:
    """Return head -> matches, of a network's own outputs, and of those written as other heads."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(file), providers=['CPUExecutionProvider'])
    spec, names = input_of(name, file), [one.name for one in session.get_outputs()]
    preprocessor, counts = OpenCvPreprocessor(), {name: Count()}
    for shot in shots:
        tensor, transform = preprocessor.prepare(shot, spec)
        outputs = dict(zip(names, session.run(names, {session.get_inputs()[0].name: tensor})))
        size = (spec.width, spec.height)
        expected = reference(name, outputs, size, least=least, most=_MOST)
        _add(counts, name, outputs, spec, transform, least)
        if not encoded:
            continue
        seen = candidates(outputs[names[0]][0], spec, expected)
        for head, encode in ENCODED.items():
            _add(counts, head, encode(seen), spec, transform, least)
    return counts


def _add(
    counts: dict[str, Count],
    head: str,
    outputs: dict[str, NDArray[Any]],
    spec: InputSpec,
    transform: Transform,
    least: float,
) -> None:
    options: dict[str, Any] = {'score_threshold': least, 'nms_iou': _MOST}
    if head == 'detr':
        options['activation'] = 'sigmoid'
    decoder = decoder_of(head, outputs, spec, **options)
    size = (spec.width, spec.height)
    expected = reference(head, outputs, size, least=least, most=_MOST)
    found = decoder.decode(list(outputs.values()), transform)
    counts.setdefault(head, Count()).add(found, expected, transform)


def times(passing: int, runs: int) -> dict[str, float]:
    """
    Return dense head -> median milliseconds for 8,400 candidates of 80 classes.

    :param passing: candidates whose score passes the threshold
    """
    draw, spec = np.random.default_rng(1), InputSpec(640, 640)
    cells, strides = grid_of(640, 640, (8, 16, 32))
    centres = (cells + draw.random(cells.shape)) * strides
    boxes = np.concatenate([centres, draw.random(centres.shape) * 120 + 5], axis=1)
    chances = draw.random((8400, 80)) ** 8 * 0.2
    rows = draw.choice(8400, passing, replace=False)
    chances[rows, draw.integers(0, 80, passing)] = draw.random(passing) * 0.6 + 0.35
    seen = Candidates(
        (640, 640),
        boxes.astype(np.float32),
        np.where(chances.max(axis=1) > 0.3, 0.95, 0.01).astype(np.float32),
        chances.astype(np.float32),
        [],
    )
    raw = np.concatenate([(centres / strides) - cells, np.log(boxes[:, 2:] / strides)], axis=1)
    parts = [raw, seen.objectness[:, None], chances]
    heads = {
        'yolox': {'output': np.concatenate(parts, axis=1)[None].astype(np.float32)},
        **{head: ENCODED[head](seen) for head in ('yolov5', 'yolov8', 'yolov4', 'ssd')},
    }
    found = {}
    for head, outputs in heads.items():
        decoder, transform = decoder_of(head, outputs, spec), fit(spec, 1280, 720)
        arrays, took = list(outputs.values()), []
        for _ in range(runs):
            begin = time.thread_time()
            decoder.decode(arrays, transform)
            took.append(time.thread_time() - begin)
        found[head] = 1e3 * statistics.median(took)
    return found


def main() -> None:
    """Print a row for each head."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('--video', type=Path, default=SHARED / 'people_detection.mp4')
    parser.add_argument('--yolox', type=Path, default=SHARED / 'yolox_nano_416x416.onnx')
    parser.add_argument('--network', action='append', default=[], metavar='DECODER=FILE')
    parser.add_argument('--pictures', type=int, default=60)
    parser.add_argument('--least', type=float, default=_LEAST, help='score of an object at least')
    parser.add_argument('--time', action='store_true')
    parser.add_argument('--runs', type=int, default=50)
    args = parser.parse_args()
    if args.time:
        print(f'{"decoder":10} candidates that pass: 100, 1000, 8400')
        rows = [times(passing, args.runs) for passing in (100, 1000, 8400)]
        for head in rows[0]:
            print(f'{head:10} ' + ' '.join(f'{row[head]:6.2f} ms' for row in rows))
        return
    shots = list(pictures(args.video, args.pictures))
    print(f'{"decoder":16} {"outputs of":24} {"reference":>9} {"found":>6} {"matched":>8}')
    for text in [f'yolox={args.yolox}', *args.network]:
        name, _, file = text.partition('=')
        own = Path(file) == args.yolox
        counts = compare(name, Path(file), shots, args.least, encoded=own)
        for head, count in counts.items():
            of = Path(file).stem if head == name else f'{Path(file).stem[:10]}, encoded'
            numbers = f'{count.references:9} {count.found:6} {count.share:8.2%}'
            print(f'{head:16} {of:24} {numbers}')


if __name__ == '__main__':
    main()
