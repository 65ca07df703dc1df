# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Checks the arguments of the public functions; a mistake is one line that names the argument."""

from __future__ import annotations

import math
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.system.system_file import SystemFile

#: maximum virtual time, as for the commands
MOST_SECONDS = 1e6
MOST_LOAD = 100.0
MOST_SEEDS = 1000
MOST_SWITCHES = 1000


def check_system(value: Any, name: str = 'system') -> None:
    """
    Check that an argument is a system.

    :raises ConfigError: when it is not
    """
    if not isinstance(value, SystemFile):
        made = 'which es.load_system makes of files, and es.make_system of mappings'
        raise ConfigError(name, f'must be an es.SystemFile, {made}, not {_kind(value)}')


def check_number(name: str, value: Any, most: float = math.inf) -> None:
    """
    Check that an argument is a number above 0.

    :raises ConfigError: when it is not, or above ``most``
    """
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 < value <= most or math.isinf(value):
        limit = '' if math.isinf(most) else f', at most {most:g}'
        raise ConfigError(name, f'must be a number above 0{limit}, not {brief(repr(value))}')


def check_whole(name: str, value: Any, least: int | None = None, most: int | None = None) -> None:
    """
    Check that an argument is a whole number from ``least`` to ``most``.

    :raises ConfigError: when it is not
    """
    fits = isinstance(value, int) and not isinstance(value, bool)
    if fits and (least is None or value >= least) and (most is None or value <= most):
        return
    limits = '' if least is None else f' from {least}'
    limits += '' if most is None else f' to {most}'
    raise ConfigError(name, f'must be a whole number{limits}, not {brief(repr(value))}')


def check_text(name: str, value: Any) -> None:
    """
    Check that an argument is a text.

    :raises ConfigError: when it is not
    """
    if not isinstance(value, str):
        raise ConfigError(name, f'must be a name, not {brief(repr(value))}')


def check_parameters(value: Any, name: str = 'parameters') -> None:
    """
    Check that an argument is parameters by name, or nothing.

    :raises ConfigError: when it is not
    """
    if value is not None and not isinstance(value, Mapping):
        raise ConfigError(name, f'must be a mapping, not {_kind(value)}')


def check_policies(value: Any) -> None:
    """
    Check that an argument is a list of policies, each once.

    :raises ConfigError: when it is not
    """
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ConfigError('policies', f'must be a list of names, not {brief(repr(value))}')
    if not value:
        raise ConfigError('policies', 'must not be empty')
    for one in value:
        check_text('policies', one)
        if list(value).count(one) > 1:
            raise ConfigError('policies', f"names '{one}' twice")


def check_systems(value: Any) -> None:
    """
    Check that an argument is systems by name.

    :raises ConfigError: when it is not
    """
    if not isinstance(value, Mapping):
        what = 'must be a mapping from name to es.SystemFile, or the name or path of a suite'
        raise ConfigError('systems', f'{what}, not {_kind(value)}')
    if not value:
        raise ConfigError('systems', 'must not be empty')
    for name, system in value.items():
        check_text('systems', name)
        check_system(system, f'systems.{name}')


def _kind(value: Any) -> str:
    return 'None' if value is None else f'a {type(value).__name__}'
