# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Compile the dispatcher, the policies of one device and the simulator with mypyc.

Usage: ``dev/compile_core.py FOLDER`` writes the extension modules, in a package folder, into
FOLDER; ``--package`` adds the rest of the package, so that FOLDER can be on the path. The Python
files stay the source of truth: an extension module beside a Python file is what is imported, and
says the same. Takes a minute of CPU time; needs ``mypy``, ``setuptools`` and a C compiler.

Exits with 3, after one line, where one of them is missing.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import sys
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

#: stay Python: bases of users' classes, decorators, what lists modules, what is called seldom. So
#: do the folders below: the side of coordinators, which decides seldom, and ``pareto``
_LEFT = (
    *('__init__', 'compiled', 'errors', 'policy', 'record', 'registry', 'subclassed', 'version'),
    *('brief', 'brief_log', 'codec', 'names', 'near', 'reasons'),
)
_ROOMS = ('core', 'policies')
#: of the simulator, what every event needs
_SIMULATION = ('draws', 'execution_model', 'machine', 'objectives', 'simulator', 'sources')
_PACKAGE = 'edge_sched_ros'


def why_not() -> str:
    """Return why nothing can be compiled here; empty where it can."""
    try:
        import mypyc.build
        import setuptools

        del mypyc, setuptools
    except ImportError as error:
        return f'{error.name} is missing (pip install mypy setuptools)'
    compiler = os.environ.get('CC') or sysconfig.get_config_var('CC') or 'cc'
    if shutil.which(compiler.split()[0]) is None:
        return f'there is no C compiler ({compiler})'
    return ''


def extensions(target: str) -> list[Any]:
    """
    Return the extension modules, their C files written; the working folder has the package.

    :param target: folder for the C files
    """
    from mypyc.build import mypycify

    files = sorted(str(file) for room in _ROOMS for file in Path(_PACKAGE, room).glob('*.py'))
    files += [str(Path(_PACKAGE, 'simulation', f'{name}.py')) for name in _SIMULATION]
    options = ['--config-file=', '--explicit-package-bases', '--follow-imports=skip']
    return list(
        mypycify(
            [*options, *files],
            only_compile_paths=[file for file in files if Path(file).stem not in _LEFT],
            target_dir=target,
            debug_level='0',
        )
    )


def compile_into(folder: Path, source: Path, *, package: bool) -> None:
    """Compile a package into a folder."""
    from setuptools import setup

    folder.mkdir(parents=True, exist_ok=True)
    kept = shutil.ignore_patterns('__pycache__')
    with TemporaryDirectory() as work:
        shutil.copytree(source / _PACKAGE, Path(work, _PACKAGE), ignore=kept)
        before = Path.cwd()
        os.chdir(work)
        try:
            built = ['build_ext', f'--build-lib={work}/built', f'--build-temp={work}/objects']
            setup(
                name='compiled_core',
                packages=[],
                ext_modules=extensions(f'{work}/c'),
                script_args=['-q', *built],
            )
        finally:
            os.chdir(before)
        for old in folder.rglob('*.so'):
            old.unlink()
        if package:
            shutil.copytree(Path(work, _PACKAGE), folder / _PACKAGE, dirs_exist_ok=True)
            _take_native(folder / _PACKAGE)
        shutil.copytree(Path(work, 'built'), folder, dirs_exist_ok=True)


def _take_native(folder: Path) -> None:
    """Copy the extension module of the installed package, if there is one, beside the others."""
    try:
        found = importlib.util.find_spec(f'{_PACKAGE}._native')
    except ModuleNotFoundError:
        return
    if found is not None and found.origin:
        shutil.copy(found.origin, folder)


def main() -> None:
    """Compile, or say in one line why not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder', type=Path)
    parser.add_argument('--package', action='store_true', help='copy the Python files, too')
    arguments = parser.parse_args()
    if reason := why_not():
        print(f'the core is not compiled: {reason}; it decides the same, slower', file=sys.stderr)
        sys.exit(3)
    source = Path(__file__).absolute().parent.parent
    compile_into(arguments.folder.absolute(), source, package=arguments.package)


if __name__ == '__main__':
    main()
