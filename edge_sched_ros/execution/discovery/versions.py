# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Versions of the package's dependencies."""

from __future__ import annotations

import platform

from edge_sched_ros.execution.discovery.jetpack import TegraRelease
from edge_sched_ros.execution.discovery.probes import Probes
from edge_sched_ros.installation.libraries import installed_version

#: name -> module
_PACKAGES = {'numpy': 'numpy', 'onnxruntime': 'onnxruntime', 'opencv': 'cv2'}


def versions(probes: Probes, release: TegraRelease) -> dict[str, str | None]:
    """Return version by name; ``None`` if not installed or without a version."""
    probed = {
        'cuda': probes.cuda,
        'tensorrt': probes.tensorrt,
        'vpi': probes.vpi,
        'pycuda': probes.pycuda,
        'cuda_core': probes.cuda_core,
    }
    return {
        'python': platform.python_version(),
        'l4t': release.l4t,
        'jetpack': release.jetpack,
        **{name: result.facts.get('version') for name, result in probed.items()},
        **{name: installed_version(module) or None for name, module in _PACKAGES.items()},
    }
