# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Files that users write, or that are written for them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from recorded import simulate
from results_bag import write_results

import edge_sched_ros
from edge_sched_ros.capacity.placement.placement_file import load_problem
from edge_sched_ros.cluster.types_file import load_types
from edge_sched_ros.documents.yaml_file import read_mapping
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.pipeline.settings.parameter_file import read_parameters
from edge_sched_ros.profiling.profile_file import read_profile
from edge_sched_ros.simulation.suite_file import load_suite
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.tracing.run import read_run
from fuzz.target import Target
from fuzz.targets.bags import read_all

MEMORY = Path('/dev/shm')
_CHECKOUT = Path(__file__).parents[4]
_DATA = Path(edge_sched_ros.__file__).parent
_FOLDER = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
#: a longer file takes longer to read, and its end is like its beginning
_MOST_BYTES = 3000


def put(name: str, data: bytes) -> Path:
    """Write a file where no disk is slow."""
    path = Path(_FOLDER.name, name)
    path.write_bytes(data)
    return path


def first(name: str) -> bytes:
    """Return the first good input of one of the targets here."""
    return next(target.corpus[0] for target in TARGETS if target.name == name)


def _file(
    name: str, read: Callable[[Path], Any], corpus: tuple[bytes, ...], **more: Any
) -> Target:
    """Return the target of a reader of files, written where no disk is slow."""
    path = Path(_FOLDER.name) / name

    def check(data: bytes) -> None:
        path.write_bytes(data)
        read(path)

    return Target(name.partition('.')[0], corpus, check, **more)


def _network(path: Path) -> None:
    # the files that the corpus names
    for network in ('depth', 'detector', 'embedding'):
        for form in ('', '_int8'):
            path.with_name(f'demo_{network}{form}.onnx').touch()
    load_network(path)


def _some(folder: Path, pattern: str = '*.yaml') -> tuple[bytes, ...]:
    """Return some short files of a folder."""
    contents = [path.read_bytes() for path in sorted(folder.glob(pattern))]
    return tuple([one for one in contents if len(one) < _MOST_BYTES][:4])


def _small_bag() -> tuple[bytes, ...]:
    with tempfile.TemporaryDirectory() as folder:
        (file,) = write_results(Path(folder, 'bag'), ['person']).glob('*.mcap')
        return (file.read_bytes(),)


def _short_trace() -> tuple[bytes, ...]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, 'run.jsonl')
        simulate(file, seconds=0.05)
        return (file.read_bytes(),)


def _placement(path: Path) -> None:
    load_problem(PROBLEM / 'nodes.yaml', path)


def _suite(path: Path) -> None:
    load_suite(str(path))


_TREES = (
    b'a: &x [1, 2]\nb: *x\nc: {d: 1.5, e: [true, null]}\n',
    b'"k": "text\\n"\nl: |\n  block\n  text\nm: 0x1f\nn: .inf\n',
)
PROBLEM = _CHECKOUT / 'config' / 'placement'
TARGETS = (
    _file('yaml.yaml', read_mapping, _TREES),
    _file('network.yaml', _network, _some(_CHECKOUT / 'models'), most_text=499),
    _file('system.yaml', load_system, _some(_DATA / 'system' / 'data', '**/*.yaml')),
    _file('suite.yaml', _suite, _some(_DATA / 'simulation' / 'data' / 'suites')),
    _file('parameters.yaml', read_parameters, _some(_CHECKOUT / 'config')),
    _file('profile.yaml', read_profile, _some(_DATA / 'system' / 'data' / 'workloads')),
    _file('placement.yaml', _placement, _some(PROBLEM, 'cameras.yaml')),
    _file('types.yaml', load_types, _some(_CHECKOUT / 'config' / 'kubernetes', 'types.yaml')),
    _file('trace.jsonl', read_run, _short_trace()),
    _file('bag.mcap', read_all, _small_bag()),
)
