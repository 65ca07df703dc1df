# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads off the source which names of TensorRT and pycuda it uses, and with how many arguments."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from edge_sched_ros.execution import tensorrt
from edge_sched_ros.execution.tensorrt import names

FOLDER = Path(tensorrt.__file__).parent
#: what calls return, where the source goes on with it
_RETURNED = {'get_error': 'ParserError', 'get_layer': 'ILayer'}
#: helpers that take a name as text -> its class
_BY_TEXT = {'builder_flag': 'BuilderFlag', 'network_flag': 'NetworkDefinitionCreationFlag'}


def _trees() -> Iterator[ast.AST]:
    for file in sorted(FOLDER.glob('*.py')):
        if file.name != 'names.py':
            yield from ast.walk(ast.parse(file.read_text()))


def _class_of(node: ast.expr, variables: dict[str, str], known: set[str]) -> str | None:
    if isinstance(node, ast.Name):
        return variables.get(node.id)
    if isinstance(node, ast.Attribute):
        plain = node.attr.lstrip('_')
        return variables.get(plain, plain if plain in known else None)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        returned = _RETURNED.get(node.func.attr)
        return returned if returned in known else None
    return None


def used_names(variables: dict[str, str], known: set[str]) -> dict[str, set[str]]:
    """Return names by class."""
    found = defaultdict(set)
    for node in _trees():
        if isinstance(node, ast.Attribute):
            owner = _class_of(node.value, variables, known)
            if owner is not None and node.attr != '__init__':
                found[owner].add(node.attr)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = _BY_TEXT.get(node.func.attr)
            if owner in known:
                found[owner].add(ast.literal_eval(node.args[0]))
    return dict(found)


def used_calls(variables: dict[str, str], known: set[str]) -> set[tuple[str, str, int]]:
    """Return class, method and number of arguments of every call."""
    found = set()
    for node in _trees():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = _class_of(node.func.value, variables, known)
            if owner is not None and node.func.attr != '__init__':
                assert not node.keywords, 'names of arguments differ between releases'
                found.add((owner, node.func.attr, len(node.args)))
    return found


def overridden() -> dict[str, dict[str, int]]:
    """Return methods of classes derived from TensorRT's, with the number of their arguments."""
    found: dict[str, dict[str, int]] = {}
    for node in _trees():
        if isinstance(node, ast.ClassDef) and node.bases:
            base = node.bases[0]
            if isinstance(base, ast.Attribute) and ast.unparse(base.value) == 'trt':
                found[base.attr] = {
                    method.name: len(method.args.args) - 1
                    for method in node.body
                    if isinstance(method, ast.FunctionDef) and method.name != '__init__'
                }
    return found


def tensorrt_names() -> dict[str, set[str]]:
    """Return what is used of TensorRT."""
    found = used_names(names.VARIABLES, set(names.TENSORRT))
    # our own mark on the module, not a name of TensorRT
    found[''].discard('_edge_sched_ros_logger')
    return found


def tensorrt_calls() -> set[tuple[str, str, int]]:
    """Return what is called of TensorRT."""
    return used_calls(names.VARIABLES, set(names.TENSORRT))


def pycuda_names() -> dict[str, set[str]]:
    """Return what is used of pycuda."""
    return used_names(names.PYCUDA_VARIABLES, set(names.PYCUDA))
