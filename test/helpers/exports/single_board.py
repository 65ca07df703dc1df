# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Small detectors for single-board computers.

Sources: RangiLyu/nanodet (data, output: classes and 4 x 8 distances for strides 8 to 64);
dog-qiuqiu/FastestDet (1 x 5+classes x 22 x 22); opencv_zoo's YuNet of March 2023 (cls, obj, bbox,
kps for strides 8 to 32); Tianxiaomo/pytorch-YOLOv4 (boxes, confs); PaddleDetection's PicoDet
without its postprocessing (classes and distances for four strides).
"""

from __future__ import annotations

from exports.export import Export
from exports.export import picture

_IMAGENET = {'mean': [0.485, 0.456, 0.406], 'std': [0.229, 0.224, 0.225]}
#: cells of strides 8, 16, 32 and 64 at 320x320
_CELLS = (1600, 400, 100, 25)
_GRIDS = {8: 6400, 16: 1600, 32: 400}

EXPORTS = (
    Export(
        'nanodet-plus-m_320',
        'NanoDet-Plus',
        {'data': picture(320)},
        {'output': (1, 2125, 112)},
        'nanodet',
        input={'colour': 'bgr', 'mean': [103.53, 116.28, 123.675], 'resize': 'stretch'},
    ),
    Export(
        'FastestDet',
        'FastestDet',
        {'input.1': picture(352)},
        {'758': (1, 85, 22, 22)},
        'fastestdet',
        input={'colour': 'bgr', 'resize': 'stretch'},
    ),
    Export(
        'yunet_2023mar',
        'YuNet of OpenCV',
        {'input': picture(640)},
        {
            f'{part}_{stride}': (1, cells, size)
            for part, size in {'cls': 1, 'obj': 1, 'bbox': 4, 'kps': 10}.items()
            for stride, cells in _GRIDS.items()
        },
        'yunet',
        input={'colour': 'bgr', 'resize': 'letterbox', 'align': 'topleft', 'pad': 0},
    ),
    Export(
        'yolov4-tiny',
        'YOLOv4 by pytorch-YOLOv4',
        {'input': picture(416)},
        {'boxes': (1, 2535, 1, 4), 'confs': (1, 2535, 80)},
        'yolov4',
        input={'colour': 'rgb', 'resize': 'stretch'},
    ),
    Export(
        'picodet_s_320_nms',
        'PaddleDetection (PicoDet, PP-YOLOE) by paddle2onnx',
        {'image': picture(320), 'scale_factor': (1, 2)},
        {'multiclass_nms3_0.tmp_0': ('N', 6), 'int32 multiclass_nms3_0.tmp_2': ('N',)},
        'paddle_nms',
        producer='PaddlePaddle',
        input=_IMAGENET | {'colour': 'rgb', 'resize': 'stretch'},
    ),
    Export(
        'picodet_s_320_no_postprocess',
        'PicoDet with `export.post_process=False`',
        {'image': picture(320)},
        {
            **{f'transpose_{2 * i}.tmp_0': (1, cells, 80) for i, cells in enumerate(_CELLS)},
            **{f'transpose_{2 * i + 1}.tmp_0': (1, cells, 32) for i, cells in enumerate(_CELLS)},
        },
        'picodet',
        producer='PaddlePaddle',
        input=_IMAGENET | {'colour': 'rgb', 'resize': 'stretch'},
    ),
)
