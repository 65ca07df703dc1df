# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What a program says about itself. In own code each attribute may be a property that raises."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import islice
from typing import Any
from typing import TypeVar

from edge_sched_ros.core.brief import brief_error

_log = logging.getLogger(__name__)

_T = TypeVar('_T')
#: maximum number of class names; more are cut off, since an iterator may have no end
_MOST_NAMES = 100_000
#: what a program may have beside the required attributes, and what it must be
_OPTIONAL: dict[str, Callable[[Any], Any]] = {
    'needs_boxes': bool,
    'needs_depth': bool,
    'observes_boxes': bool,
    'needs_second': bool,
    'needs_camera': bool,
    'score_threshold': float,
    'native_steps': lambda names: names_of(names),
    'python_steps': lambda names: names_of(names),
    'stage_ops': dict,
    'kinds': tuple,
    'extras': lambda names: names_of(names),
}


def names_of(value: Any) -> tuple[str, ...]:
    """
    Return names as a tuple.

    :raises TypeError: when it is no collection of them
    """
    if isinstance(value, str):
        raise TypeError('must be several names, not one text')
    return tuple(map(str, islice(value, _MOST_NAMES)))


def check_attributes(program: Any) -> None:
    """
    Read every attribute that is read later, too.

    :raises BaseException: what a property of own code raises, or what its value is not good for
    """
    if not isinstance(program.output, str):
        raise TypeError(f'output must be a text, not {type(program.output).__name__}')
    bool(program.stateful)
    names_of(getattr(program, 'labels', ()))
    for name, kind in _OPTIONAL.items():
        if hasattr(program, name):
            kind(getattr(program, name))


def read_attribute(
    task: str, program: Any, name: str, default: _T, convert: Callable[[Any], _T]
) -> _T:
    """
    Return an attribute of a task's program; the default when there is none or it raises.

    :param convert: makes its value one of the right type
    """
    try:
        return convert(getattr(program, name, default))
    except BaseException as error:
        # own code may raise anything; the node must still be configured and report
        _log.error('%s: the %s of its program cannot be read: %s', task, name, brief_error(error))
        return default
