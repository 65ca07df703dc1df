# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Detectors with queries.

Sources: optimum's exporter (pixel_values, logits, pred_boxes; DETR has a last class "no object");
RT-DETR's tools/export_onnx.py and D-FINE's (images, orig_target_sizes; labels, boxes, scores);
RF-DETR's deploy/export.py (input; dets, labels).
"""

from __future__ import annotations

import json

from exports.export import Export
from exports.export import picture

_IMAGENET = {'mean': [0.485, 0.456, 0.406], 'std': [0.229, 0.224, 0.225]}
_COCO = {'id2label': {str(index): f'class {index}' for index in range(80)}}
_QUERIES = {'int64 labels': ('N', 300), 'boxes': ('N', 300, 4), 'scores': ('N', 300)}

EXPORTS = (
    Export(
        'detr_resnet50',
        'DETR by Optimum',
        {'pixel_values': picture(800)},
        {'logits': (1, 100, 92), 'pred_boxes': (1, 100, 4)},
        'detr',
        input=_IMAGENET | {'colour': 'rgb'},
        options={'activation': 'softmax'},
    ),
    Export(
        'rtdetr_r18_optimum',
        'RT-DETR by Optimum',
        {'pixel_values': picture(640)},
        {'logits': (1, 300, 80), 'pred_boxes': (1, 300, 4)},
        'detr',
        input={'colour': 'rgb', 'resize': 'stretch'},
        options={'activation': 'sigmoid'},
        labels=80,
        beside={
            'config.json': json.dumps(_COCO),
            'preprocessor_config.json': json.dumps(
                {
                    'do_normalize': False,
                    'do_rescale': True,
                    'rescale_factor': 0.00392156862745098,
                    'size': {'height': 640, 'width': 640},
                }
            ),
        },
    ),
    Export(
        'rtdetrv2_official',
        'RT-DETR by its authors',
        {'images': ('N', 3, 640, 640), 'int64 orig_target_sizes': ('N', 2)},
        _QUERIES,
        'rtdetr',
        input={'colour': 'rgb', 'resize': 'stretch'},
    ),
    Export(
        'rfdetr_base',
        'RF-DETR',
        {'input': picture(560)},
        {'dets': (1, 300, 4), 'labels': (1, 300, 91)},
        'detr',
        input=_IMAGENET | {'colour': 'rgb', 'resize': 'stretch'},
        options={'activation': 'sigmoid'},
    ),
    Export(
        'dfine_s_coco',
        'D-FINE by its authors',
        {'images': ('N', 3, 640, 640), 'int64 orig_target_sizes': ('N', 2)},
        _QUERIES,
        'rtdetr',
        input={'colour': 'rgb', 'resize': 'stretch'},
    ),
)
