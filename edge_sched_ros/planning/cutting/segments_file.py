# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes segments: an ONNX file each, and the system file that says what they exchange."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import check_output
from edge_sched_ros.documents.output_file import write_whole
from edge_sched_ros.documents.yaml_file import dump_mapping
from edge_sched_ros.planning.cutting.cut import Segments
from edge_sched_ros.planning.cutting.earlier_files import earlier_segments
from edge_sched_ros.planning.cutting.earlier_files import remove_segments
from edge_sched_ros.planning.cutting.segments import SegmentPlan
from edge_sched_ros.system.parsing import FORMAT

_SUFFIX = '.segments.yaml'


def network_name(path: Path) -> str:
    """Return the name of the network in a file: that of the file, as far as names allow."""
    name = re.sub(r'[^A-Za-z0-9_.-]', '_', path.stem)
    return name if name[:1].isalpha() else f'network_{name}'


def segments_path(path: Path, folder: Path) -> Path:
    """Return where the system file of a network's segments is written."""
    return folder / f'{path.stem}{_SUFFIX}'


@dataclass(frozen=True, slots=True)
class Written:
    """
    Segments in a folder.

    :param path: the system file that describes them
    :param removed: segments of an earlier cut, which no file describes any more
    """

    path: Path
    removed: tuple[Path, ...] = ()


def write_segments(cut: Segments, folder: Path, name: str, digest: str) -> Written:
    """
    Write the segments of a network, and remove those of an earlier cut that were not replaced.

    The system file is written after the segments and before the removal, so that whatever ends
    this, it names no file that is not there.

    :param folder: made where it is missing
    :param name: of the network
    :param digest: of the network's ONNX file and its weights, 64 hexadecimal digits
    :raises ConfigError: when a file cannot be written
    """
    target = segments_path(cut.path, folder)
    files = [folder / _file_name(cut, plan) for plan, _ in cut.parts]
    for file in (*files, target):
        check_output(file, inputs=[cut.path])
    earlier = earlier_segments(target, [*files, target, cut.path])
    for file, (_, data) in zip(files, cut.parts):
        write_whole(file, data)
    system = {'format': FORMAT, 'networks': {name: _network(cut, folder, digest)}}
    write_whole(target, dump_mapping(system, compact=True).encode())
    return Written(target, tuple(remove_segments(earlier)))


def _network(cut: Segments, folder: Path, digest: str) -> dict[str, Any]:
    crossing = dict.fromkeys(
        [*cut.inputs, *(name for plan, _ in cut.parts for name in (*plan.inputs, *plan.outputs))]
    )
    return {
        'file': _relative(cut.path, folder),
        'digest': f'sha256:{digest}',
        'inputs': list(cut.inputs),
        'outputs': list(cut.outputs),
        'tensors': {
            name: {'dtype': cut.types[name].dtype, 'shape': list(cut.types[name].shape)}
            for name in crossing
        },
        'stages': [_stage(cut, plan, data) for plan, data in cut.parts],
    }


def _stage(cut: Segments, plan: SegmentPlan, data: bytes) -> dict[str, Any]:
    return {
        'name': plan.name,
        'file': _file_name(cut, plan),
        'digest': f'sha256:{hashlib.sha256(data).hexdigest()}',
        'inputs': list(plan.inputs),
        'outputs': list(plan.outputs),
        'gflops': plan.flops / 1e9,
    }


def _file_name(cut: Segments, plan: SegmentPlan) -> str:
    return f'{cut.path.stem}.{plan.name}.onnx'


def _relative(path: Path, folder: Path) -> str:
    """Return a path from a folder, with which both can be moved together."""
    try:
        return os.path.relpath(path.resolve(), folder.resolve())
    except (OSError, ValueError) as error:
        raise ConfigError(str(path), f'cannot be named from {folder}: {error}') from None
