# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which Debian packages stand for the keys of ``package.xml``."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

#: keys that rosdep installs with pip, and the packages that Debian 13 has all the same
_OF_DEBIAN = {
    'python3-onnxruntime-pip': 'python3-onnxruntime',
    'python3-rosbags-pip': 'python3-rosbags',
}
#: lowest versions, as in ``setup.py``; a test compares them
LEAST = {
    'python3-click': '8',
    'python3-numpy': '1:1.21',
    'python3-onnxruntime': '1.16',
    'python3-opencv': '4.5.4',
    'python3-pydantic': '2',
    'python3-rich': '12',
    'python3-rosbags': '0.10',
    'python3-scipy': '1.8',
    'python3-yaml': '5.4',
}
_RUN = ('depend', 'exec_depend')


@dataclass(frozen=True)
class Package:
    """
    What ``package.xml`` says.

    :param needs: relations to Debian packages
    :param left_out: keys that only ROS has
    """

    version: str
    description: str
    maintainer: str
    licence: str
    needs: tuple[str, ...]
    left_out: tuple[str, ...]


def _relation(name: str) -> str:
    return f'{name} (>= {LEAST[name]})' if name in LEAST else name


def read_package(file: Path) -> Package:
    """Return what a ``package.xml`` says."""
    root = ElementTree.parse(file).getroot()
    keys = [str(entry.text) for entry in root if entry.tag in _RUN]
    names = [_OF_DEBIAN.get(key, key) for key in keys if key.startswith('python3-')]
    maintainer = root.find('maintainer')
    assert maintainer is not None
    return Package(
        version=root.findtext('version', ''),
        description=' '.join(root.findtext('description', '').split()),
        maintainer=f'{maintainer.text} <{maintainer.get("email")}>',
        licence=root.findtext('license', ''),
        needs=tuple(_relation(name) for name in sorted(names)),
        left_out=tuple(sorted(key for key in keys if not key.startswith('python3-'))),
    )
