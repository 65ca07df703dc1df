# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The victim's network, or its engine, gives outputs that mean nothing."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np

from faults.engines import SPOIL
from faults.engines import tiny_depth
from faults.engines import tiny_detector
from faults.fault import ERROR
from faults.fault import Fault
from faults.fault import WARN
from faults.scene import VICTIM

_GROUP = 'outputs of a network'


def _fault(
    name: str,
    spoil: Callable[[list[Any]], Any],
    says: str,
    *,
    network: Callable[[], str] = tiny_detector,
    level: int = WARN,
    scenes: tuple[str, ...] = ('pipeline', 'node'),
) -> Fault:
    def begin(_robot: Any, _: Random) -> None:
        SPOIL[:] = [spoil]

    def end(_robot: Any) -> None:
        SPOIL.clear()

    return Fault(
        f'network gives {name}',
        _GROUP,
        begin,
        end,
        VICTIM,
        says,
        level=level,
        parameters={f'{VICTIM}.program': None, f'{VICTIM}.network': network},
        scenes=scenes,
    )


def _invalid(name: str, value: float, kind: str, **more: Any) -> Fault:
    """Return the fault that all values are the same, which the decoder must notice."""
    spoil = lambda outputs: [np.full_like(each, value) for each in outputs]  # noqa: E731
    return _fault(name, spoil, f'invalid_output.*{kind}', level=ERROR, **more)


def _raise(error: BaseException) -> Callable[[list[Any]], Any]:
    def spoil(_: list[Any]) -> Any:
        raise error

    return spoil


FAULTS = (
    _invalid('NaN', np.nan, 'NaN'),
    _invalid('infinite values', np.inf, r'constant \(inf\)'),
    _invalid('nothing but zeros', 0.0, r'constant \(0\)'),
    _invalid('one value everywhere', 0.5, r'constant \(0.5\)'),
    _invalid('a depth map of NaN', np.nan, 'NaN', network=tiny_depth),
    _invalid('a depth map of one value', 2.0, r'constant \(2\)', network=tiny_depth),
    _fault('no rows', lambda outputs: [outputs[0][:, :0]], 'invalid_output', level=ERROR),
    _fault('other columns', lambda outputs: [outputs[0][..., :3]], 'failed_'),
    _fault('another number of dimensions', lambda outputs: [outputs[0][0, 0]], 'failed_'),
    _fault('texts', lambda outputs: [np.array([['a']])], 'failed_'),
    _fault('no outputs', lambda _: [], 'failed_'),
    _fault('nothing', lambda _: None, 'failed_'),
    _fault('an error', _raise(RuntimeError('no memory on the device')), 'no memory on the device'),
    _fault('SystemExit', _raise(SystemExit(4)), 'SystemExit'),
)
