# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Builds the C++ program where there is a compiler, once for the same sources."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.side_by_side.faults import BenchFault

_HERE = Path(__file__).resolve().parent
_BUILD = _HERE.parents[2] / 'build' / 'peer'
# no contraction: sums and products are rounded as numpy rounds them
_FLAGS = ('-std=c++17', '-O3', '-march=native', '-ffp-contract=off', '-DNDEBUG')
#: ROS 2's C libraries; ONNX Runtime's is loaded by name
_LIBRARIES = (
    'rcl',
    'rcutils',
    'rmw',
    'rosidl_runtime_c',
    'sensor_msgs__rosidl_typesupport_c',
    'vision_msgs__rosidl_typesupport_c',
    'rcl_interfaces__rosidl_typesupport_c',
    'rcl_interfaces__rosidl_generator_c',
)
_TIMEOUT_S = 300.0
_LAST_LINES = 3


def problem() -> str:
    """Return why it cannot be built here; empty if it can."""
    if _compiler() is None:
        return 'there is no C++ compiler'
    headers = {folder.name for folder in _headers()}
    missing = sorted({'rcl', 'rcl_interfaces', 'sensor_msgs', 'vision_msgs'} - headers)
    return f'there are no headers of {", ".join(missing)}' if missing else ''


def executable() -> Path:
    """
    Return the program; it is built when there is none of these sources.

    :raises BenchFault: when it cannot be built
    """
    if why := problem():
        raise BenchFault(f'the C++ program cannot be built: {why}')
    folder = _BUILD / _digest()
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / 'peer'
    with (folder / 'lock').open('w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            _build(folder, program)
    return program


def _build(folder: Path, program: Path) -> None:
    sources = sorted(_HERE.glob('*.cpp'))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(lambda source: _compile(source, folder), sources))
    half = program.with_suffix('.half')
    folders = [str(prefix / 'lib') for prefix in _prefixes()]
    _run(
        [
            *map(str, objects),
            *(f'-L{one}' for one in folders),
            f'-Wl,-rpath,{":".join(folders)}',
            # for no_python.cpp
            '-rdynamic',
            # what ROS 2's libraries need of each other is found when they are loaded
            '-Wl,--allow-shlib-undefined',
            *(f'-l{name}' for name in _LIBRARIES),
            '-ldl',
            '-lpthread',
            '-o',
            str(half),
        ]
    )
    half.rename(program)


def _compile(source: Path, folder: Path) -> Path:
    made = folder / f'{source.stem}.o'
    headers = [argument for one in _headers() for argument in ('-isystem', str(one))]
    _run([*_FLAGS, *headers, '-c', str(source), '-o', str(made)])
    return made


def _run(arguments: list[str]) -> None:
    compiler = _compiler()
    assert compiler is not None
    try:
        done = subprocess.run(
            [compiler, *arguments], capture_output=True, text=True, timeout=_TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        raise BenchFault(f'{compiler} has not ended within {_TIMEOUT_S:.0f} s') from None
    if done.returncode:
        last = ' '.join(done.stderr.splitlines()[:_LAST_LINES])
        raise BenchFault(f'the C++ program cannot be built: {last}')


def _compiler() -> str | None:
    named = os.environ.get('CXX')
    return shutil.which(named) if named else shutil.which('g++') or shutil.which('clang++')


def _prefixes() -> list[Path]:
    return [Path(one) for one in os.environ.get('AMENT_PREFIX_PATH', '').split(os.pathsep) if one]


def _headers() -> list[Path]:
    """Return the folders of headers: one for each package."""
    found = (prefix / 'include' for prefix in _prefixes())
    return [one for folder in found if folder.is_dir() for one in sorted(folder.iterdir())]


def _digest() -> str:
    """Return what tells one build from another: sources, flags, places, the processor."""
    parts = [str(_compiler()), *map(str, _prefixes()), _processor()]
    found = hashlib.sha256('\0'.join(parts).encode())
    for source in [Path(__file__), *sorted([*_HERE.glob('*.cpp'), *_HERE.glob('*.hpp')])]:
        found.update(source.name.encode() + source.read_bytes())
    return found.hexdigest()[:16]


def _processor() -> str:
    try:
        lines = Path('/proc/cpuinfo').read_text().splitlines()
    except OSError:
        return ''
    return next((line for line in lines if line.startswith(('flags', 'Features'))), '')
