# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The execution providers of ONNX Runtime that networks may name, and how to get each."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from dataclasses import dataclass

#: what ONNX Runtime has everywhere
DEFAULT = 'default'


@dataclass(frozen=True, slots=True)
class Provider:
    """
    An execution provider.

    :param registered: its name in ONNX Runtime
    :param kinds: kinds of units that it may serve
    :param advice: how to install it
    :param plugin: module of a package beside ONNX Runtime with its library; empty if it has none
    :param builds: packages of ONNX Runtime that have it inside
    """

    registered: str
    kinds: tuple[str, ...]
    advice: str
    plugin: str = ''
    builds: tuple[str, ...] = ()

    @property
    def installed(self) -> bool:
        """Whether a package that has it is installed; this imports nothing."""
        if self.plugin and importlib.util.find_spec(self.plugin) is not None:
            return True
        return any(map(_is_installed, self.builds))


def _is_installed(distribution: str) -> bool:
    try:
        importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


_GPU = ('onnxruntime-gpu',)

#: name in files -> provider; where several serve a unit, the first one does
PROVIDERS = {
    'tensorrt': Provider(
        'TensorrtExecutionProvider',
        ('gpu',),
        'pip install onnxruntime-gpu in place of onnxruntime, and TensorRT',
        builds=_GPU,
    ),
    'cuda': Provider(
        'CUDAExecutionProvider',
        ('gpu',),
        'pip install onnxruntime-gpu in place of onnxruntime',
        builds=_GPU,
    ),
    'openvino': Provider(
        'OpenVINOExecutionProvider',
        ('cpu', 'gpu', 'npu'),
        'pip install onnxruntime-ep-openvino',
        plugin='onnxruntime_ep_openvino',
        builds=('onnxruntime-openvino',),
    ),
    'qnn': Provider(
        'QNNExecutionProvider',
        ('npu',),
        'pip install onnxruntime-qnn',
        plugin='onnxruntime_qnn',
    ),
}
