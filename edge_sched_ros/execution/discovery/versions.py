# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Versions of what the package stands on."""

from __future__ import annotations

import platform

from edge_sched_ros.execution.discovery.jetpack import TegraRelease
from edge_sched_ros.execution.discovery.probes import Probes
from edge_sched_ros.installation.libraries import installed_version

#: name -> what is imported
_PACKAGES = {'numpy': 'numpy', 'onnxruntime': 'onnxruntime', 'opencv': 'cv2'}


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
        **{name: installed_version(module) or None for name, module in _PACKAGES.items()},
    }
