# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Make the CMake files of the ROS wheels name this interpreter.

They carry the folders of the machine the wheels were built on: its Python headers and its
numpy. Run with the environment's own interpreter after every install.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy

_FOREIGN = r'/opt/python/cp3\d+-cp3\d+'
_FOREIGN_NUMPY = _FOREIGN + r'/lib/python3\.\d+/site-packages/numpy/_?core/include'


def fixed(text: str) -> str:
    """Return the text with foreign folders replaced by this interpreter's."""
    text = re.sub(_FOREIGN_NUMPY, numpy.get_include(), text)
    return re.sub(_FOREIGN, sys.base_prefix, text)


def main() -> None:
    """Rewrite every CMake file of the environment that needs it."""
    for file in Path(sys.prefix, 'share').glob('*/cmake/*.cmake'):
        text = file.read_text()
        if (new := fixed(text)) != text:
            file.write_text(new)


if __name__ == '__main__':
    main()
