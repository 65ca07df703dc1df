# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Loads the extension module ``edge_sched_ros._native``, or says why it cannot be used.

Whoever has a native form asks :func:`extension` once, when it is constructed, and takes the form
in Python where that returns ``None``.
"""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError

#: ``auto``: where it was built; ``require``: an error where it was not
MODES = ('auto', 'off', 'require')
#: one of :data:`MODES` in any case; ``off`` holds whatever the parameter says, ``require`` where
#: that says ``auto``
VARIABLE = 'EDGE_SCHED_NATIVE'
#: what ``INTERFACE`` of the module must be: functions of another one may differ
INTERFACE = 4

_MODULE = 'edge_sched_ros._native'
_REBUILD = 'build the package again'
_INSTALL = 'install pybind11-dev and a C++ compiler, and build the package again'


@dataclass(frozen=True, slots=True)
class Loaded:
    """
    The extension module, or why there is none.

    :param module: the module; ``None`` where it cannot be used
    :param reason: why not, and what to do; empty where it can be used
    """

    module: ModuleType | None
    reason: str


@lru_cache(maxsize=1)
def load() -> Loaded:
    """Load the extension module once, whatever the mode is."""
    try:
        module = importlib.import_module(_MODULE)
    except ModuleNotFoundError:
        return Loaded(None, _why_missing())
    except ImportError as error:
        # a library or symbol it was linked with is another one here
        return Loaded(None, f'cannot be loaded ({brief_error(error)}): {_REBUILD}')
    found = getattr(module, 'INTERFACE', None)
    if found != INTERFACE:
        problem = f'was built from another version of the package ({found}, not {INTERFACE})'
        return Loaded(None, f'{problem}: {_REBUILD}')
    return Loaded(module, '')


def _why_missing() -> str:
    # other interpreters' modules have other suffixes, and are not looked at
    package = importlib.import_module('edge_sched_ros')
    for folder in package.__path__:
        for file in sorted(Path(folder).glob('_native*.so')):
            return f'was built for another Python ({file.name}): {_REBUILD}'
    return f'was not built: {_INSTALL}'


class _Mode:
    """What was chosen last; ``auto`` before that."""

    chosen = 'auto'
    #: how often it was chosen
    times = 0


def use(mode: str) -> None:
    """
    Choose for everything that is constructed from now on.

    :param mode: one of :data:`MODES`
    :raises ConfigError: when the native path is required and cannot be used, or the environment
        says something else than :data:`MODES`
    """
    given = _of_environment()
    if given not in MODES:
        raise ConfigError(VARIABLE, f"'{given}' is none of {', '.join(MODES)}")
    where = 'native' if mode == 'require' else VARIABLE
    required = mode == 'require' or (mode == 'auto' and given == 'require')
    if required and (reason := why_not('require')):
        raise ConfigError(where, f'required, but the native data path {reason}')
    _Mode.chosen = mode
    _Mode.times += 1


def times_chosen() -> int:
    """Return how often :func:`use` was called: what lives longer than a choice asks again then."""
    return _Mode.times


def environment() -> dict[str, str]:
    """Return the variables with which a new process chooses the same."""
    return {VARIABLE: 'off'} if _Mode.chosen == 'off' else {}


def why_not(mode: str = '') -> str:
    """
    Return why nothing native is used; empty where it is.

    :param mode: one of :data:`MODES`; empty: what was chosen last
    """
    if (mode or _Mode.chosen) == 'off':
        return 'is switched off (native: off)'
    given = _of_environment()
    if given == 'off':
        return f'is switched off ({VARIABLE}=off)'
    if given not in MODES:
        return f'is not used ({VARIABLE}={given} is none of {", ".join(MODES)})'
    return load().reason


def _of_environment() -> str:
    """Return what the environment says, in lower case and for messages; ``auto`` if nothing."""
    return brief(os.environ.get(VARIABLE, '').strip().lower()) or 'auto'


def extension() -> ModuleType | None:
    """Return the extension module, or ``None`` where nothing native is to be used."""
    return None if why_not() else load().module
