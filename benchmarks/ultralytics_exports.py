# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Export networks of Ultralytics with random weights, and write what Ultralytics itself finds.

``python benchmarks/ultralytics_exports.py FOLDER --video VIDEO NAME[:nms=True|False] ...`` runs in
an environment of its own with ``ultralytics`` (AGPL-3.0; this package neither needs nor contains
it), ``torch`` and ``onnx``. NAME is a network without its ``.yaml``, as yolov8n-seg and rtdetr-l.
The weights are random, but batch normalisation gets the statistics of pictures, and the scores are
shifted so that a share of them passes the threshold. ``exported_heads.py`` compares.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

os.environ |= {'YOLO_OFFLINE': 'true', 'YOLO_AUTOINSTALL': 'false'}

import cv2
import numpy as np
import torch
from ultralytics import RTDETR
from ultralytics import YOLO

_TASKS = {'-seg': 'segment', '-pose': 'pose', '-obb': 'obb', '-cls': 'classify'}
_TASKS |= {'-sem': 'semantic', '-depth': 'depth'}
_PICTURES, _LEAST, _IOU = 6, 0.3, 0.5
#: logits of scores: their deviation, and the share above the threshold
_SPREAD, _PASSING = 2.5, 0.01
_LOGIT = float(np.log(_LEAST / (1 - _LEAST)))


def task_of(name: str) -> str:
    """Return the task of a network by its name."""
    return next((task for end, task in _TASKS.items() if name.endswith(end)), 'detect')


def _tensor(picture: Any, size: int) -> torch.Tensor:
    small = cv2.resize(picture, (size, size))[..., ::-1].copy()
    return torch.from_numpy(small).permute(2, 0, 1)[None].float() / 255


def enliven(model: Any, pictures: list[Any], size: int) -> None:
    """Give a network with random weights statistics of pictures, and scores that vary."""
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 0.5
    batch = torch.cat([_tensor(one, size) for one in pictures[:3]])
    with torch.no_grad():
        model.train()
        for _ in range(6):
            model.predict(batch)
        model.eval()
        head = model.model[-1]
        for part in ('cv3', 'one2one_cv3'):
            layers = [branch[-1] for branch in getattr(head, part, None) or ()]
            if layers:
                _spread(model, layers, _tensor(pictures[1], size), _PASSING)
        if hasattr(head, 'dec_score_head'):
            _spread(model, list(head.dec_score_head)[-1:], _tensor(pictures[1], size), 0.2)


def _spread(model: Any, layers: list[Any], picture: torch.Tensor, passing: float) -> None:
    """Scale and shift the layers that give scores."""
    got: list[torch.Tensor] = []
    hooks = [
        layer.register_forward_hook(lambda _, __, out: got.append(_best(out))) for layer in layers
    ]
    for layer in layers:
        layer.bias.data.zero_()
    model.predict(picture)
    for hook in hooks:
        hook.remove()
    logits = torch.cat(got)
    gain = _SPREAD / (float(logits.std()) + 1e-6)
    shift = _LOGIT - gain * float(logits.quantile(1 - passing))
    for layer in layers:
        layer.weight.data *= gain
        layer.bias.data.fill_(shift)


def _best(scores: torch.Tensor) -> torch.Tensor:
    best = scores.flatten(2).max(1) if scores.dim() == 4 else scores.max(-1)
    return best.values.flatten()


def export(name: str, nms: bool | None, folder: Path, pictures: list[Any]) -> None:
    """Export one network, and write what its own code finds with the exported file."""
    torch.manual_seed(7)
    task = task_of(name)
    kind, keys = (RTDETR, {}) if 'rtdetr' in name else (YOLO, {'task': task})
    network, size = kind(f'{name}.yaml', **keys), 224 if task == 'classify' else 640
    enliven(network.model, pictures, size)
    title = name + {True: '_nms', False: '_end2end', None: ''}[nms]
    network.model.pt_path = str(folder / f'{title}.pt')
    network.model.yaml_file = f'{title}.yaml'
    more = {} if nms is None else {'nms': nms}
    written = Path(network.export(format='onnx', imgsz=size, simplify=False, device='cpu', **more))
    file = written.replace(folder / f'{title}.onnx')
    exported, found = kind(str(file), **keys), {}
    for index, picture in enumerate(pictures):
        (result,) = exported.predict(
            picture, imgsz=size, conf=_LEAST, iou=_IOU, max_det=300, device='cpu', verbose=False
        )
        for part in ('boxes', 'obb', 'keypoints', 'probs', 'masks', 'semantic_mask', 'depth'):
            value = getattr(result, part, None)
            if value is not None:
                found[f'{part}{index}'] = np.asarray(value.data)
    np.savez_compressed(folder / f'{title}.npz', **found)
    print(title, {key: one.shape for key, one in found.items() if key.endswith('0')}, flush=True)


def main() -> None:
    """Export the networks that are named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('folder', type=Path)
    parser.add_argument('names', nargs='+', metavar='NAME[:nms=True|False]')
    parser.add_argument('--video', type=Path, required=True)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    capture = cv2.VideoCapture(str(arguments.video))
    frames = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    pictures = []
    for index in range(_PICTURES):
        capture.set(cv2.CAP_PROP_POS_FRAMES, index * frames // _PICTURES)
        pictures.append(capture.read()[1])
        cv2.imwrite(str(arguments.folder / f'shot{index}.png'), pictures[-1])
    for name in arguments.names:
        name, _, nms = name.partition(':nms=')
        export(name, {'True': True, 'False': False}.get(nms), arguments.folder.resolve(), pictures)


if __name__ == '__main__':
    main()
