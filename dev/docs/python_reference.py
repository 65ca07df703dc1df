# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every public name of the Python package with its signature and docstring."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from collections.abc import Iterator
from textwrap import indent
from typing import Any

import edge_sched_ros

_INDENT = '   '
_TITLE = 'Python API'


def python_page() -> str:
    """Return the page, in reStructuredText."""
    parts = [
        f'{_TITLE}\n{"=" * len(_TITLE)}\n\n'
        'What ``import edge_sched_ros as es`` gives. :doc:`/docs/api` shows how to use it, and '
        'what is promised.\n\n'
        '.. py:module:: edge_sched_ros\n'
    ]
    parts += [_entry(name) for name in edge_sched_ros.__all__]
    return '\n'.join(parts)


def _entry(name: str) -> str:
    found = getattr(edge_sched_ros, name)
    if inspect.isclass(found):
        return _block('class', name + _signature(found), found.__doc__, _members(found))
    if inspect.isfunction(found):
        return _block('function', name + _signature(found), found.__doc__)
    said = found if isinstance(found, str) else str(found).replace('edge_sched_ros.', '')
    return _block('data', name, f'``{said}``')


def _members(cls: type) -> str:
    """Return the documented public methods and properties that the class itself defines."""
    return '\n'.join(_methods(cls))


def _methods(cls: type) -> Iterator[str]:
    for name, value in vars(cls).items():
        inner = getattr(value, '__func__', value)
        if name.startswith('_') or not inspect.getdoc(inner):
            continue
        if isinstance(value, property):
            yield _block('property', name, value.__doc__)
        elif inspect.isfunction(inner):
            yield _block('method', name + _signature(inner), inner.__doc__)


def _signature(of: Callable[..., Any]) -> str:
    """Return the parameters without types, which the docstring tells better; empty for none."""
    try:
        signature = inspect.signature(of)
    except (TypeError, ValueError):
        return ''
    bare = [
        one.replace(annotation=one.empty)
        for one in signature.parameters.values()
        if one.name not in ('self', 'cls')
    ]
    return str(signature.replace(parameters=bare, return_annotation=signature.empty))


def _block(kind: str, heading: str, said: str | None, inside: str = '') -> str:
    body = inspect.cleandoc(said or '') + (f'\n\n{inside}' if inside else '')
    return f'.. py:{kind}:: {heading}\n\n{indent(body, _INDENT)}\n'
