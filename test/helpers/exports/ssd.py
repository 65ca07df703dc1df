# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
SSD and its relatives.

Sources: ONNX model zoo (ssd_mobilenet_v1: four outputs of TensorFlow 1; ssd-12: bboxes, labels,
scores; ultraface: scores, boxes); TensorFlow 2 Object Detection API (eight outputs, tf2onnx);
torchvision.models.detection (boxes, labels, scores).
"""

from __future__ import annotations

from exports.export import Export
from exports.export import picture

_TENSORFLOW = {'colour': 'rgb', 'layout': 'nhwc', 'resize': 'stretch', 'dtype': 'uint8'}

EXPORTS = (
    Export(
        'ssd_mobilenet_v1_tf1',
        'TensorFlow 1 detection by tf2onnx',
        {'uint8 image_tensor:0': ('unk__1', 'unk__2', 'unk__3', 3)},
        {
            'detection_boxes:0': ('N', 'M', 4),
            'detection_classes:0': ('N', 'M'),
            'detection_scores:0': ('N', 'M'),
            'num_detections:0': ('N',),
        },
        'ssd',
        producer='tf2onnx',
        input=_TENSORFLOW,
    ),
    Export(
        'ssd_mobilenet_v2_tf2',
        'TensorFlow 2 detection by tf2onnx',
        {'uint8 input_tensor': (1, 'h', 'w', 3)},
        {
            'detection_anchor_indices': (1, 100),
            'detection_boxes': (1, 100, 4),
            'detection_classes': (1, 100),
            'detection_multiclass_scores': (1, 100, 91),
            'detection_scores': (1, 100),
            'num_detections': (1,),
            'raw_detection_boxes': (1, 1917, 4),
            'raw_detection_scores': (1, 1917, 91),
        },
        'ssd',
        producer='tf2onnx',
        input=_TENSORFLOW,
    ),
    Export(
        'ultraface_rfb_320',
        'Ultra-Light-Fast face detector',
        {'input': picture(240, 320)},
        {'scores': (1, 4420, 2), 'boxes': (1, 4420, 4)},
        'ssd',
        input={'colour': 'rgb', 'mean': [127], 'std': [128], 'resize': 'stretch'},
    ),
    Export(
        'ssd-12',
        'SSD of the ONNX model zoo',
        {'image': picture(1200)},
        {'bboxes': (1, 'N', 4), 'int64 labels': (1, 'N'), 'scores': (1, 'N')},
        'ssd',
        input={'mean': [0.485, 0.456, 0.406], 'resize': 'stretch'},
    ),
)
