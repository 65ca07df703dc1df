# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Versions of what the package stands on."""

from __future__ import annotations

import importlib.metadata
import platform

from edge_sched_ros.execution.discovery.jetpack import TegraRelease
from edge_sched_ros.execution.discovery.probes import Probes

#: name -> distributions it comes in
_PACKAGES = {
    'numpy': ('numpy',),
    'onnxruntime': ('onnxruntime', 'onnxruntime-gpu'),
    'opencv': (
        'opencv-python-headless',
        'opencv-python',
        'opencv-contrib-python-headless',
        'opencv-contrib-python',
    ),
}


def versions(probes: Probes, release: TegraRelease) -> dict[str, str | None]:
    """Return version by name; ``None`` for what is not installed or does not say."""
    probed = {
        'cuda': probes.cuda,
        'tensorrt': probes.tensorrt,
        'vpi': probes.vpi,
        'pycuda': probes.pycuda,
    }
    return {
        'python': platform.python_version(),
        'l4t': release.l4t,
        'jetpack': release.jetpack,
        **{name: result.facts.get('version') for name, result in probed.items()},
        **{name: _package(name, names) for name, names in _PACKAGES.items()},
    }


def _package(name: str, distributions: tuple[str, ...]) -> str | None:
    for distribution in distributions:
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return _opencv() if name == 'opencv' else None


def _opencv() -> str | None:
    """Return OpenCV's own word: distributions' packages have no Python metadata."""
    try:
        import cv2
    except ImportError:
        return None
    return str(cv2.__version__)
