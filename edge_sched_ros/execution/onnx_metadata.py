# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The ``metadata_props`` of an ONNX file, read without the onnx package and without its weights.

Field numbers are those of onnx.proto (ModelProto, StringStringEntryProto).
"""

from __future__ import annotations

import os
from pathlib import Path

from edge_sched_ros.execution.protobuf import fields
from edge_sched_ros.execution.protobuf import Source

_METADATA_PROPS = 14
_KEY, _VALUE = 1, 2
#: greatest length of an entry; exporters write up to some tens of kilobytes
_LONGEST = 1 << 20


def metadata_of(file: Path) -> dict[str, str]:
    """Return key -> text; empty for a file that is not there or is not ONNX."""
    found = {}
    try:
        with file.open('rb', buffering=0) as opened:
            size = os.fstat(opened.fileno()).st_size
            source = Source(opened, size)
            for number, begin, end in fields(source, 0, size):
                if number == _METADATA_PROPS and end - begin <= _LONGEST:
                    entry = {
                        key: source.bytes(at, until - at).decode()
                        for key, at, until in fields(source, begin, end)
                    }
                    found[entry.get(_KEY, '')] = entry.get(_VALUE, '')
    except (OSError, ValueError):
        return {}
    return found
