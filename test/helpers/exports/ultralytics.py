# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Exports of Ultralytics.

Source: ultralytics/engine/exporter.py (names, metadata), nn/modules/head.py (shapes): detect
4 + classes rows, segment 32 masks more, pose 3 numbers for each keypoint, obb an angle more;
end-to-end heads and ``nms=True`` give 300 rows of box, score and class, and what belongs to it.
"""

from __future__ import annotations

from typing import Any

from exports.export import Export
from exports.export import picture

_LETTERBOX = {'colour': 'rgb', 'resize': 'letterbox', 'align': 'center', 'pad': 114}
_COCO = dict(enumerate(f'class {index}' for index in range(80)))


def _metadata(model: str, task: str, names: dict[int, str], **more: Any) -> dict[str, str]:
    own: dict[str, Any] = {
        'description': f'Ultralytics {model} model trained on data.yaml',
        'author': 'Ultralytics',
        'version': '8.3.0',
        'stride': 32,
        'task': task,
        'batch': 1,
        'imgsz': [640, 640],
        'names': names,
        'args': {'batch': 1, 'half': False, 'nms': False},
        'channels': 3,
    }
    return {key: str(value) for key, value in (own | more).items()}


def _export(
    name: str,
    title: str,
    outputs: dict[str, Any],
    decoder: str,
    task: str = 'detect',
    names: dict[int, str] = _COCO,
    size: Any = 640,
    **more: Any,
) -> Export:
    kept = {key: more.pop(key) for key in ('input', 'options') if key in more}
    return Export(
        name,
        title,
        {'images': picture(size) if isinstance(size, int) else size},
        outputs,
        decoder,
        metadata=_metadata(name, task, names, **more),
        labels=len(names),
        **{'input': _LETTERBOX, **kept},
    )


_NMS = {'args': {'batch': 1, 'half': False, 'nms': True}}
_PERSON = {0: 'person'}
_CITY = dict(enumerate(f'ground {index}' for index in range(19)))
_DOTA = dict(enumerate(f'thing {index}' for index in range(15)))

EXPORTS = (
    _export(
        'yolov8n', 'Ultralytics YOLOv8, 11, 12: `detect`', {'output0': (1, 84, 8400)}, 'yolov8'
    ),
    _export(
        'yolo11n_dynamic',
        'the same with `dynamic=True`',
        {'output0': ('batch', 84, 'anchors')},
        'yolov8',
        size=('batch', 3, 'height', 'width'),
        imgsz=[480, 640],
        input=_LETTERBOX | {'width': 640, 'height': 480},
    ),
    _export(
        'yolo12n_one_class',
        'the same with one class',
        {'output0': (1, 5, 8400)},
        'yolov8',
        names=_PERSON,
    ),
    _export(
        'yolov8n-seg',
        'Ultralytics: `segment`',
        {'output0': (1, 116, 8400), 'output1': (1, 32, 160, 160)},
        'yolo_seg',
        'segment',
    ),
    _export(
        'yolov8n-pose',
        'Ultralytics: `pose`',
        {'output0': (1, 56, 8400)},
        'yolo_pose',
        'pose',
        _PERSON,
        kpt_shape=[17, 3],
    ),
    _export(
        'yolov8n-obb',
        'Ultralytics: `obb`',
        {'output0': (1, 20, 21504)},
        'yolo_obb',
        'obb',
        _DOTA,
        size=1024,
    ),
    _export(
        'yolov8n-cls',
        'Ultralytics: `classify`',
        {'output0': (1, 1000)},
        'classification',
        'classify',
        dict(enumerate(f'kind {index}' for index in range(1000))),
        size=224,
        input={'colour': 'rgb', 'resize': 'crop', 'interpolation': 'area'},
    ),
    _export(
        'yolo26n-sem',
        'Ultralytics YOLO26: `semantic`',
        {'uint8 output0': (1, 640, 640)},
        'segmentation',
        'semantic',
        _CITY,
        head='SemanticSegment',
    ),
    _export(
        'yolo26n-depth',
        'Ultralytics YOLO26: `depth`',
        {'output0': (1, 1, 640, 640)},
        'depth_metric',
        'depth',
        {},
        input={'colour': 'rgb', 'resize': 'stretch'},
        head='Depth',
    ),
    _export(
        'yolov10n',
        'Ultralytics YOLOv10',
        {'output0': (1, 300, 6)},
        'yolo_end2end',
    ),
    _export(
        'yolo26n',
        'Ultralytics YOLO26: end to end (`nms=False` since 8.4)',
        {'output0': (1, 300, 6)},
        'yolo_end2end',
        end2end=True,
    ),
    _export(
        'yolo11n_nms', 'Ultralytics: `nms=True`', {'output0': (1, 300, 6)}, 'yolo_end2end', **_NMS
    ),
    _export(
        'rtdetr-l',
        'Ultralytics RT-DETR, before 8.4',
        {'output0': (1, 300, 84)},
        'rtdetr_rows',
        input={'colour': 'rgb', 'resize': 'stretch'},
    ),
    _export(
        'rtdetr-l-8.4',
        'Ultralytics RT-DETR, since 8.4',
        {'output0': ('rows', 'columns', 6)},
        'rtdetr_rows',
        input={'colour': 'rgb', 'resize': 'stretch'},
        end2end=False,
        head='RTDETRDecoder',
    ),
    _export(
        'yolo26n-dense',
        'Ultralytics YOLOv10, YOLO26: `detect`, without `nms=False` since 8.4',
        {'output0': (1, 84, 8400)},
        'yolov8',
        end2end=False,
        head='Detect',
    ),
    _export(
        'yolo26n-pose',
        'Ultralytics YOLO26: `pose`, end to end',
        {'output0': (1, 300, 57)},
        'yolo_pose',
        'pose',
        _PERSON,
        kpt_shape=[17, 3],
        end2end=True,
    ),
    _export(
        'yolo26n-obb',
        'Ultralytics YOLO26: `obb`, end to end',
        {'output0': (1, 300, 7)},
        'yolo_obb',
        'obb',
        _DOTA,
        end2end=True,
    ),
    _export(
        'yolo26n-seg',
        'Ultralytics YOLO26: `segment`, end to end',
        {'output0': (1, 300, 38), 'output1': (1, 32, 160, 160)},
        'yolo_seg',
        'segment',
        end2end=True,
    ),
)
