# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
YOLOv5, v6 and v7.

Sources: yolov5/export.py (metadata ``stride`` and ``names``, output0 1x25200x85; of segment 32
coefficients more, and output1 1x32x160x160); YOLOv6/deploy/ONNX/export_onnx.py (outputs
1x8400x85); yolov7/export.py: plain, ``--end2end`` with TensorRT's EfficientNMS (num_dets,
det_boxes, det_scores, det_classes), and ``--end2end --max-wh`` (Nx7: picture, box, class, score).
"""

from __future__ import annotations

from exports.export import Export
from exports.export import picture

_LETTERBOX = {'colour': 'rgb', 'resize': 'letterbox', 'align': 'center', 'pad': 114}
_NAMES = str(dict(enumerate(f'class {index}' for index in range(80))))

EXPORTS = (
    Export(
        'yolov5s',
        'YOLOv5',
        {'images': picture(640)},
        {'output0': (1, 25200, 85)},
        'yolov5',
        metadata={'stride': '32', 'names': _NAMES},
        input=_LETTERBOX,
        labels=80,
    ),
    Export(
        'yolov5n-seg',
        'YOLOv5: segment',
        {'images': picture(640)},
        {'output0': (1, 25200, 117), 'output1': (1, 32, 160, 160)},
        'yolov5_seg',
        metadata={'stride': '32', 'names': _NAMES},
        input=_LETTERBOX,
        labels=80,
    ),
    Export(
        'yolov7-tiny',
        'YOLOv7',
        {'images': picture(640)},
        {'output': (1, 25200, 85)},
        'yolov5',
        input=_LETTERBOX,
    ),
    Export(
        'yolov7_efficient_nms',
        'YOLOv7 `--end2end`, for TensorRT',
        {'images': picture(640)},
        {
            'int32 num_dets': ('1', '1'),
            'det_boxes': ('1', '100', '4'),
            'det_scores': ('1', '100'),
            'int32 det_classes': ('1', '100'),
        },
        'efficient_nms',
        input=_LETTERBOX,
    ),
    Export(
        'yolov7_max_wh',
        'YOLOv7 `--end2end --max-wh`',
        {'images': picture(640)},
        {'output': ('N', 7)},
        'yolov7_nms',
        input=_LETTERBOX,
    ),
    Export(
        'yolov6n',
        'YOLOv6',
        {'images': picture(640)},
        {'outputs': (1, 8400, 85)},
        'yolox_decoded',
        input=_LETTERBOX,
    ),
    Export(
        'yolov6n_end2end',
        'YOLOv6 `--end2end --ort --with-preprocess`',
        {'images': picture(640)},
        {
            'int64 num_dets': (1, 1),
            'det_boxes': (1, 'N', 4),
            'det_scores': (1, 'N'),
            'int64 det_classes': (1, 'N'),
        },
        'efficient_nms',
        input=_LETTERBOX | {'colour': 'bgr'},
        prepares=(('Gather', (2, 1, 0)), ('Mul', (1 / 255,))),
    ),
)
