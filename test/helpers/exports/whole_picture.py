# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Depth, segmentation, classification, appearance.

Sources: Depth Anything by its export script, MiDaS by tf/make_onnx_model.py, whose graph subtracts
the mean itself; torchvision's segmentation (out, aux)
and classification; optimum's SegFormer (logits at a quarter of the size); torchreid.
"""

from __future__ import annotations

import json

from exports.export import Export
from exports.export import picture

_IMAGENET = {'mean': [0.485, 0.456, 0.406], 'std': [0.229, 0.224, 0.225], 'colour': 'rgb'}
_ADE = {'id2label': {str(index): f'thing {index}' for index in range(150)}}

EXPORTS = (
    Export(
        'depth_anything_v2_small',
        'Depth Anything',
        {'pixel_values': picture(518)},
        {'predicted_depth': (1, 518, 518)},
        'depth_inverse',
        input=_IMAGENET | {'resize': 'stretch'},
    ),
    Export(
        'deeplabv3_torchvision',
        'torchvision segmentation',
        {'input': picture(520)},
        {'out': (1, 21, 520, 520), 'aux': (1, 21, 520, 520)},
        'segmentation',
        input=_IMAGENET | {'resize': 'stretch'},
    ),
    Export(
        'segformer_b0',
        'SegFormer by Optimum',
        {'pixel_values': picture(512)},
        {'logits': (1, 150, 128, 128)},
        'segmentation',
        input=_IMAGENET | {'resize': 'stretch'},
        labels=150,
        beside={
            'config.json': json.dumps(_ADE),
            'preprocessor_config.json': json.dumps(
                {
                    'do_normalize': True,
                    'image_mean': [0.485, 0.456, 0.406],
                    'image_std': [0.229, 0.224, 0.225],
                    'size': {'height': 512, 'width': 512},
                }
            ),
        },
    ),
    Export(
        'resnet18_torchvision',
        'torchvision classification',
        {'input': picture(224)},
        {'output': (1, 1000)},
        'classification',
        input=_IMAGENET | {'resize': 'crop', 'interpolation': 'area'},
    ),
    Export(
        'osnet_reid',
        'torchreid: appearance of crops',
        {'input': ('batch', 3, 256, 128)},
        {'features': ('batch', 512)},
        'embedding',
        input=_IMAGENET | {'resize': 'stretch'},
    ),
    Export(
        'person-reidentification-retail-0248',
        'OpenVINO: appearance of people, by tf2onnx',
        {'data': (1, 256, 128, 3)},
        {'reid_embedding': (1, 256)},
        'embedding',
        input={'layout': 'nhwc', 'colour': 'bgr', 'resize': 'stretch'},
    ),
    Export(
        'midas_v21_small_256',
        'MiDaS 2.1',
        {'0': picture(256)},
        {'797': (1, 256, 256)},
        'depth_inverse',
        input={'colour': 'rgb', 'scale': '1/255', 'resize': 'stretch'},
        prepares=(('Sub', (0.485, 0.456, 0.406)), ('Div', (0.229, 0.224, 0.225))),
    ),
)
