# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""One room reads YAML, and nothing reads what runs code."""

from __future__ import annotations

import ast
from pathlib import Path

import edge_sched_ros

ROOT = Path(edge_sched_ros.__file__).parent
FORBIDDEN = {'pickle', 'marshal', 'shelve', 'ruamel', 'dill'}


def _imported(file):
    for node in ast.walk(ast.parse(file.read_text(encoding='utf-8'))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition('.')[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or '').partition('.')[0]


def test_only_documents_reads_yaml_and_nothing_unpickles():
    files = {file.relative_to(ROOT): set(_imported(file)) for file in ROOT.rglob('*.py')}
    with_yaml = {str(file) for file, names in files.items() if 'yaml' in names}
    assert with_yaml and all(name.startswith('documents/') for name in with_yaml), with_yaml
    assert not {str(file) for file, names in files.items() if names & FORBIDDEN}
