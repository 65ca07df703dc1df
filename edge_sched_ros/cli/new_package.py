# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes a small package with a plug-in of the user's own, its entry point and a test."""

from __future__ import annotations

import keyword
import re
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from string import Template
from sys import builtin_module_names
from sys import stdlib_module_names

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import check_folder
from edge_sched_ros.documents.output_file import write_whole

KINDS = ('decoder', 'program', 'policy')
_NAME = re.compile(r'[a-z][a-z0-9_]{0,59}')

_PROJECT = """[build-system]
requires = ["setuptools>=65"]
build-backend = "setuptools.build_meta"

[project]
name = "$dashed"
version = "0.1.0"
description = "$what of edge_sched_ros"
requires-python = ">=3.10"
# it also needs edge_sched_ros, which comes with ROS or from its own checkout

[tool.setuptools]
py-modules = ["$name"]

[tool.pytest.ini_options]
pythonpath = ["."]
# a pytest plug-in of edge_sched_ros' own tests, which needs more than they have
addopts = "-p no:kmock"

[project.entry-points."edge_sched_ros.$group"]
$name = "$name:$cls"
"""

_README = """# $dashed

A $kind for edge_sched_ros: `$name.py`.

Test and install it in the environment of edge_sched_ros:

```bash
python -m pytest $folder
pip install --no-build-isolation --no-deps ./$folder
edge-sched plugins $name
```

Without an installation, put this folder on the path: `PYTHONPATH=$folder edge-sched plugins
$name:$cls`. The node reads `PYTHONPATH`, too.

$use"""


def write_package(kind: str, name: str, folder: Path, taken: bool) -> list[Path]:
    """
    Write the package into a new folder of its name, and return its files.

    :param kind: one of :data:`KINDS`
    :param name: of the module, and of the plug-in
    :param folder: where the folder of the package comes
    :param taken: whether a built-in plug-in of this kind has the name
    :raises ConfigError: for a name that cannot be one, or a folder that exists
    """
    _check_name(kind, name, taken)
    root = folder / name
    if root.exists() or root.is_symlink():
        raise ConfigError('NAME', f"'{root}' exists already")
    check_folder(folder, '-o')
    template = import_module(f'edge_sched_ros.cli.templates.{kind}')
    words = {
        'name': name,
        'dashed': name.replace('_', '-'),
        'cls': ''.join(part.capitalize() for part in name.split('_')),
        'kind': kind,
        'what': kind.capitalize(),
        'group': template.GROUP,
        'folder': name,
    }
    words['use'] = Template(template.USE).substitute(words)
    texts = {
        'pyproject.toml': _PROJECT,
        'README.md': _README,
        f'{name}.py': template.MODULE,
        f'test/test_{name}.py': template.TEST,
    }
    for file, text in texts.items():
        write_whole(root / file, Template(text).substitute(words).encode(), 'NAME')
    return [root / file for file in texts]


def _check_name(kind: str, name: str, taken: bool) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name) or name.endswith('_'):
        raise ConfigError(
            'NAME',
            f'must be the name of a module: small letters, digits and _, not {name!r:.80}',
        )
    if taken:
        raise ConfigError('NAME', f"'{name}' is a built-in {kind}: a built-in one wins")
    known = {*stdlib_module_names, *builtin_module_names, 'edge_sched_ros', 'test'}
    if name in known or PathFinder.find_spec(name) is not None:
        raise ConfigError('NAME', f"'{name}' is the name of a module that Python finds already")
