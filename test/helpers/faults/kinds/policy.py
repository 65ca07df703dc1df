# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A policy of the user's own that fails while it decides."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import faults.policies as own
from faults.fault import ERROR
from faults.fault import Fault

_GROUP = 'own policy'


class _NoNumber:
    """Nothing that a decision could be."""


def _policy(name: str, behaviour: Callable[[Any], Any], says: str) -> Fault:
    def begin(_robot: Any, _: Random) -> None:
        own.BEHAVIOUR.append(behaviour)

    def end(robot: Any) -> None:
        own.BEHAVIOUR.clear()
        # set again, as a user would
        robot.pipeline.change_policy(own.NAME, {})

    return Fault(
        f'policy {name}',
        _GROUP,
        begin,
        end,
        line='policy',
        says=says,
        level=ERROR,
        parameters={'policy': own.NAME},
    )


def _raise(error: BaseException) -> Callable[[Any], Any]:
    def behaviour(_: Any) -> None:
        raise error

    return behaviour


FAULTS = (
    _policy('raises KeyError', _raise(KeyError('cpu9')), 'KeyError'),
    _policy('raises SystemExit', _raise(SystemExit(1)), 'SystemExit'),
    _policy('returns nothing', lambda _: None, 'NoneType|None'),
    _policy('returns what is no decision', lambda _: [_NoNumber()], '_NoNumber'),
    _policy('names a unit that is not there', lambda view: own.on_unit(view, 'cpu99'), 'cpu99'),
    _policy('names a job that is not there', lambda view: own.with_id(view, 10**9), '1000000000'),
)
