# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Empty libraries in place of TensorRT's, so that its real Python bindings load without it.

Their classes can then be looked at and derived from; whatever would compute must not be called.
"""

from __future__ import annotations

import ctypes
import re
import subprocess
from pathlib import Path


def stand_in_for_libraries(bindings: Path, folder: Path) -> None:
    """
    Load an empty library for each of TensorRT's that the compiled bindings need.

    :param bindings: the compiled module
    :param folder: where the libraries are built
    """
    dynamic = _output('readelf', '-d', str(bindings))
    libraries = re.findall(r'NEEDED.*\[(libnv\w+\.so\.\d+)\]', dynamic)
    symbols = re.findall(r' U (\w+)$', _output('nm', '-D', str(bindings)), re.MULTILINE)
    wanted = [s for s in symbols if s.startswith(_OURS)]
    source = folder / 'stubs.c'
    source.write_text('\n'.join(f'void *{symbol}(void) {{ return 0; }}' for symbol in wanted))
    for library in libraries:
        built = folder / library
        subprocess.run(
            ['gcc', '-w', '-shared', '-fPIC', f'-Wl,-soname,{library}', str(source)]
            + ['-o', str(built)],
            check=True,
            timeout=120,
        )
        # a library of the same name that is loaded already is taken
        ctypes.CDLL(str(built), mode=ctypes.RTLD_GLOBAL)


#: beginnings of the names TensorRT exports; 8.6 exports two parsers by C++ names
_OURS = (
    'createInfer',
    'createNvOnnx',
    'getBuilderPluginRegistry',
    'getNvOnnxParserVersion',
    'getPluginRegistry',
    'initLibNvInferPlugins',
    '_ZN14nvcaffeparser',
    '_ZN11nvuffparser',
)


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
