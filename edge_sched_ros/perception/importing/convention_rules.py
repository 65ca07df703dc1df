# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How the programs that networks come from make the input: a rule for each, with its source."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.perception.importing.graph import OnnxGraph

#: pixels of 0 to 255 as 0 to 1, exactly
UNIT_SCALE = '1/255'
#: mean and deviation of ImageNet's pixels (0..1, RGB), of torchvision's reference training
IMAGENET = {'mean': [0.485, 0.456, 0.406], 'std': [0.229, 0.224, 0.225]}
RGB = {'colour': 'rgb', 'scale': UNIT_SCALE}
STRETCHED = {**RGB, 'resize': 'stretch'}
_NORMALISED = {**STRETCHED, **IMAGENET}
YOLO = {**RGB, 'resize': 'letterbox', 'align': 'center', 'pad': 114}


@dataclass(frozen=True, slots=True)
class Rule:
    """Convention of the networks of some decoders that fulfil a condition."""

    decoders: tuple[str, ...]
    values: Mapping[str, Any]
    source: str
    applies: Callable[[OnnxGraph], bool] = lambda graph: True
    doubts: tuple[str, ...] = ()


def _has(*names: str) -> Callable[[OnnxGraph], bool]:
    """Return whether all these names are names of outputs."""
    return lambda graph: set(names) <= set(graph.output_names)


def _input_named(*names: str) -> Callable[[OnnxGraph], bool]:
    return lambda graph: bool({info.name for info in graph.inputs} & set(names))


def _pixels_last(graph: OnnxGraph) -> bool:
    return any(len(info.shape) == 4 and info.shape[3] == 3 for info in graph.inputs)


#: of Pillow and torchvision, whose bilinear filter is as wide as a pixel of the smaller picture
AVERAGED = (
    'Larger pictures are averaged when they are resized there (Pillow, torchvision): '
    'interpolation: area is nearer to it for pictures more than 1.5 times as large as the input.'
)
_TENSORFLOW = {'colour': 'rgb', 'resize': 'stretch'}
#: the first that fits is taken
RULES = (
    Rule(
        ('yolox', 'yolox_decoded', 'yolov5'),
        YOLO,
        'meituan/YOLOv6, yolov6/core/inferer.py and data/data_augment.py (letterbox)',
        _has('outputs'),
    ),
    Rule(
        ('yolox', 'yolox_decoded'),
        {'colour': 'bgr', 'resize': 'letterbox', 'align': 'topleft', 'pad': 114},
        'Megvii-BaseDetection/YOLOX, yolox/data/data_augment.py (preproc; with legacy: rgb, mean '
        'and std)',
    ),
    Rule(
        ('nanodet',),
        {
            'colour': 'bgr',
            'mean': [103.53, 116.28, 123.675],
            'std': [57.375, 57.12, 58.395],
            'resize': 'stretch',
        },
        'RangiLyu/nanodet, config/nanodet-plus-m_320.yml (keep_ratio false)',
    ),
    Rule(
        ('picodet', 'paddle_nms'),
        _NORMALISED,
        'PaddlePaddle/PaddleDetection, configs/picodet/_base_/picodet_320_reader.yml and '
        'ppyoloe/_base_/ppyoloe_reader.yml',
        doubts=(
            'PP-YOLOE+ and RT-DETR of PaddleDetection take no mean and std (norm_type: none in '
            'configs/ppyoloe/_base_/ppyoloe_plus_reader.yml and rtdetr/_base_/rtdetr_reader.yml).',
        ),
    ),
    Rule(
        ('fastestdet',),
        {'colour': 'bgr', 'scale': UNIT_SCALE, 'resize': 'stretch'},
        'dog-qiuqiu/FastestDet, test.py',
    ),
    Rule(
        ('yunet',),
        {'colour': 'bgr', 'resize': 'letterbox', 'align': 'topleft', 'pad': 0},
        'opencv/opencv, modules/objdetect/src/face_detect.cpp (pads with 0 right and below)',
    ),
    Rule(
        ('yolov4',),
        STRETCHED,
        'Tianxiaomo/pytorch-YOLOv4, demo_pytorch2onnx.py',
    ),
    Rule(
        ('detr',),
        _NORMALISED,
        'roboflow/rf-detr, rfdetr/deploy/export.py and detr.py',
        _has('dets', 'labels'),
        (AVERAGED,),
    ),
    Rule(
        ('rtdetr', 'rtdetr_rows'),
        STRETCHED,
        'lyuwenyu/RT-DETR, rtdetrv2_pytorch/references/deploy/rtdetrv2_onnxruntime.py, and '
        'Peterande/D-FINE, configs/dfine/include/dataloader.yml (stretched, no mean)',
        doubts=(
            'DEIMv2 with DINOv3 (S and larger) takes the mean and std of ImageNet '
            '(Intellindust-AI-Lab/DEIMv2, configs/deimv2/deimv2_dinov3_s_coco.yml).',
            AVERAGED,
        ),
    ),
    Rule(
        ('detr',),
        STRETCHED,
        'RT-DETR of huggingface/transformers, models/rt_detr (300 queries)',
        lambda graph: any(info.shape[1:2] == (300,) for info in graph.outputs),
        ('DETR and Deformable DETR take the mean and std of ImageNet.', AVERAGED),
    ),
    Rule(
        ('detr',),
        _NORMALISED,
        'facebookresearch/detr, datasets/coco.py (make_coco_transforms)',
        doubts=(
            'Its pictures keep their proportions there (800 pixels the shorter side).',
            AVERAGED,
        ),
    ),
    Rule(
        ('ssd', 'efficient_nms'),
        _TENSORFLOW,
        'tensorflow/models, research/object_detection/exporter_lib_v2.py (the graph normalises)',
        _pixels_last,
    ),
    Rule(
        ('ssd',),
        {'colour': 'rgb', 'mean': [127], 'std': [128], 'resize': 'stretch'},
        'Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB, run_video_face_detect_onnx.py',
        lambda graph: set(graph.output_names) == {'scores', 'boxes'},
    ),
    Rule(
        ('ssd',),
        _NORMALISED,
        'onnx/models, vision/object_detection_segmentation/ssd/README.md (ssd-12)',
        _has('bboxes'),
        (AVERAGED,),
    ),
    Rule(
        ('ssd',),
        STRETCHED,
        'pytorch/vision, torchvision/models/detection/transform.py (normalised in the graph)',
    ),
    Rule(
        ('yolov5', 'yolov8', 'yolov7_nms', 'efficient_nms', 'yolo_end2end')
        + ('yolo_seg', 'yolo_pose', 'yolo_obb', 'yolov5_seg'),
        YOLO,
        'ultralytics/ultralytics, data/augment.py (LetterBox), ultralytics/yolov5 and '
        'WongKinYiu/yolov7, utils (letterbox)',
    ),
    Rule(
        ('depth_disparity', 'depth_inverse', 'depth_metric', 'depth_relative'),
        _NORMALISED,
        'isl-org/MiDaS, hubconf.py (MiDaS 2.1), and DepthAnything/Depth-Anything-V2, '
        'depth_anything_v2/dpt.py',
        doubts=('DPT networks of MiDaS 3 take a mean and std of 0.5 (midas/model_loader.py).',),
    ),
    Rule(
        ('segmentation',),
        _NORMALISED,
        'pytorch/vision, torchvision/transforms/_presets.py (SemanticSegmentation), and SegFormer',
        doubts=(AVERAGED,),
    ),
    Rule(
        ('classification',),
        {**RGB, **IMAGENET, 'resize': 'crop', 'interpolation': 'area'},
        'pytorch/vision, torchvision/transforms/_presets.py (ImageClassification; averaged, and '
        'the centre crop takes 224 of 256 pixels there: the crop here is wider)',
    ),
    Rule(
        ('embedding',),
        {'colour': 'bgr', 'resize': 'stretch'},
        'openvinotoolkit/open_model_zoo, models/intel/person-reidentification-retail-0288',
        lambda graph: _pixels_last(graph) or _input_named('data')(graph),
    ),
    Rule(
        ('embedding',),
        _NORMALISED,
        'KaiyangZhou/deep-person-reid, torchreid/data/transforms.py (networks of OpenVINO: bgr, '
        'no scale)',
        doubts=(AVERAGED,),
    ),
)
