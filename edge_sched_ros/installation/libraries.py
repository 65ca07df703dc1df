# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The libraries of this package: their names on PyPI and in rosdep, and versions."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Library:
    """
    A library that is not ROS's own.

    :param distributions: its names on PyPI, the one to install first
    :param versions: versions requested from pip
    :param rosdep: key of rosdep; empty if there is none
    :param least: the lowest version that works, if distros have a lower one than requested from
        pip; empty if it is the same
    :param extra: its extra in ``setup.py``; empty if every command may need it
    :param uses_numpy: whether installing it may replace numpy by the next major version
    """

    distributions: tuple[str, ...]
    versions: str
    rosdep: str | None = None
    least: str = ''
    extra: str = ''
    uses_numpy: bool = False


_OPENCV = ('opencv-python', 'opencv-contrib-python-headless', 'opencv-contrib-python')

#: libraries by the name that is imported
LIBRARIES = {
    'click': Library(('click',), '>=8,<9', 'python3-click'),
    'cv2': Library(
        ('opencv-python-headless', *_OPENCV),
        '>=4.5.4,<6',
        'python3-opencv',
        uses_numpy=True,
    ),
    'numpy': Library(('numpy',), '>=1.21,<3', 'python3-numpy'),
    'onnxruntime': Library(
        ('onnxruntime', 'onnxruntime-gpu'), '>=1.16,<2', 'python3-onnxruntime-pip', uses_numpy=True
    ),
    'pydantic': Library(('pydantic',), '>=2,<3', 'python3-pydantic'),
    'rich': Library(('rich',), '>=12,<16', 'python3-rich', least='11'),
    'rosbags': Library(('rosbags',), '>=0.10,<0.12', 'python3-rosbags-pip', uses_numpy=True),
    'scipy': Library(('scipy',), '>=1.8,<2', 'python3-scipy', uses_numpy=True),
    'yaml': Library(('PyYAML',), '>=5.4,<7', 'python3-yaml'),
    'pycocotools': Library(('pycocotools',), '>=2.0.6,<3', extra='score', uses_numpy=True),
    'motmetrics': Library(('motmetrics',), '>=1.4,<2', extra='score', uses_numpy=True),
    'pandas': Library(
        ('pandas',), '>=1.5,<3', 'python3-pandas', least='1.3', extra='score', uses_numpy=True
    ),
    'onnx': Library(('onnx',), '>=1.15,<2', extra='cut', uses_numpy=True),
    'ortools': Library(('ortools',), '>=9.10,<10', extra='plan', uses_numpy=True),
    'norfair': Library(('norfair',), '>=2.2,<3', extra='track', uses_numpy=True),
    'onnxruntime_ep_openvino': Library(
        ('onnxruntime-ep-openvino',), '>=1.8,<2', extra='openvino', uses_numpy=True
    ),
    'onnxruntime_qnn': Library(('onnxruntime-qnn',), '>=2.3,<3', extra='qnn', uses_numpy=True),
    'pycuda': Library(('pycuda',), '>=2022.1,<2027', extra='cuda', uses_numpy=True),
    'cuda': Library(('cuda-core',), '>=1,<2', extra='cuda-core', uses_numpy=True),
    'matplotlib': Library(
        ('matplotlib',), '>=3.5,<4', 'python3-matplotlib', extra='plot', uses_numpy=True
    ),
    'textual': Library(('textual',), '>=8,<9', extra='view'),
    'perfetto': Library(('perfetto',), '>=0.11,<1', extra='trace'),
    'bokeh': Library(('bokeh',), '>=3.4,<4', extra='report', uses_numpy=True),
    'google': Library(('protobuf',), '>=4.22,<8', extra='kubernetes'),
    'grpc': Library(('grpcio',), '>=1.60,<2', extra='kubernetes'),
    'kubernetes': Library(('kubernetes',), '>=26,!=36.0.0,<38', extra='kubernetes'),
    'prometheus_client': Library(
        ('prometheus_client',),
        '>=0.20,<1',
        'python3-prometheus-client',
        least='0.9',
        extra='kubernetes',
    ),
}


def installed_version(module: str) -> str | None:
    """
    Return the version of a library of the table; ``None`` if it is not installed.

    Empty if it is installed without a version.
    """
    try:
        if importlib.util.find_spec(module) is None:
            return None
    except ValueError:
        # loaded without an import
        pass
    for name in LIBRARIES[module].distributions:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    try:
        # packages of a distro may have no metadata
        return str(getattr(importlib.import_module(module), '__version__', ''))
    except ImportError:
        return ''


def version_fits(library: Library, version: str) -> bool:
    """Return whether a version can be used; an unreadable one counts as usable."""
    given = _numbers(version)
    if not given:
        return True
    for sign, limit in re.findall(r'(>=|<|!=)([\d.]+)', library.versions):
        if sign == '>=' and given < _numbers(library.least or limit):
            return False
        if (sign == '<' and given >= _numbers(limit)) or (sign == '!=' and version == limit):
            return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    found = re.match(r'\d+(\.\d+)*', version)
    return tuple(map(int, found.group().split('.'))) if found else ()
