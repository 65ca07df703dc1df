# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Engines and preprocessors by name, each with the reason if it cannot be used."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution import engines
from edge_sched_ros.execution import preprocess
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.plugins.bounded_call import CALL_S
from edge_sched_ros.plugins.bounded_call import LOADING_S
from edge_sched_ros.plugins.bounded_call import MAKING_S
from edge_sched_ros.plugins.built_in import modules_holding
from edge_sched_ros.plugins.kind import class_problem
from edge_sched_ros.plugins.kind import Kind
from edge_sched_ros.plugins.options import options_problem
from edge_sched_ros.plugins.own_code import own_code
from edge_sched_ros.plugins.owner_thread import owner_of
from edge_sched_ros.plugins.registry import Registry

_log = logging.getLogger(__name__)

#: choose the first available one
AUTO = 'auto'
_ENGINE_METHODS = ('available', 'load')
#: those in use from outside this package
_outside: dict[type[Any], Backend] = {}
_PREPROCESSOR_METHODS = ('available', 'for_unit', 'vision', 'prepare', 'crops', 'close')


@dataclass(frozen=True, slots=True)
class Backend:
    """
    An engine or preprocessor as found on this machine.

    :param reason: why it cannot be used; empty when it can
    """

    name: str
    kinds: tuple[str, ...]
    available: bool
    reason: str
    backend: Engine | Preprocessor


def _engine_requirement(found: Any) -> str:
    problem = class_problem(found, Engine, _ENGINE_METHODS, ('name', 'kinds'))
    return problem or options_problem(found)


def _preprocessor_requirement(found: Any) -> str:
    attributes = ('name', 'kinds', 'ops')
    problem = class_problem(found, Preprocessor, _PREPROCESSOR_METHODS, attributes)
    return problem or options_problem(found)


#: registry of engines
ENGINES: Registry[type[Any]] = Registry(
    Kind(
        'engine',
        'engines',
        _engine_requirement,
        reserved=(AUTO,),
        set_by="engine_options of the network's file that names the engine",
        by_owner=True,
    ),
    partial(modules_holding, engines, 'ENGINE'),
)
#: registry of preprocessors
PREPROCESSORS: Registry[type[Any]] = Registry(
    Kind(
        'preprocessor',
        'preprocessors',
        _preprocessor_requirement,
        reserved=(AUTO,),
        set_by="preprocessor_options of the network's file",
        by_owner=True,
    ),
    partial(modules_holding, preprocess, 'PREPROCESSOR'),
)


def look_at(backend_class: type[Any]) -> Backend:
    """Return a backend, and whether this machine can use it."""
    backend = backend_class()
    available, reason = backend.available()
    return Backend(backend.name, tuple(backend.kinds), available, reason, backend)


def usable(
    backends: tuple[Backend, ...], name: str, where: str, *, among: Registry[type[Any]]
) -> tuple[Backend, ...]:
    """
    Return only the named backend, or all that are available and meant for real work.

    ``auto`` chooses among those of this package; one from outside is used only by name.

    :param backends: those of this package
    :param among: registry of the others
    :param where: the key with its name, for messages
    :raises ConfigError: when there is none, with the reason
    """
    if name == AUTO:
        found = tuple(b for b in backends if b.available and b.name != 'simulated')
        if found:
            return found
        reasons = '; '.join(f'{b.name}: {b.reason}' for b in backends if not b.available)
        raise ConfigError(where, f'there is no {among.kind.what} on this machine ({reasons})')
    named = next((b for b in backends if b.name == name), None)
    if named is None:
        named = _from_outside(among.find(name, where), name, where)
    if not named.available:
        raise ConfigError(where, f"'{name}' cannot be used here: {named.reason}")
    return (named,)


def _from_outside(backend_class: type[Any], name: str, where: str) -> Backend:
    """Return a backend from outside this package; the same object on every call."""
    if backend_class not in _outside:
        with own_code(where, f"'{name}' cannot be made"):
            owner = owner_of(backend_class.__module__)
            found = owner.call('constructor', partial(look_at, backend_class), MAKING_S)
        if not found.available:
            return found  # checked again next time
        _outside[backend_class] = found
    return _outside[backend_class]


def _is_built_in(engine: Engine) -> bool:
    return _is_of_this_package(engine)


def load(engine: Engine, where: str, call: Callable[[], LoadedNetwork]) -> LoadedNetwork:
    """
    Return the network that an engine loads; one from outside does so on its package's thread.

    :param where: the file being loaded, for messages
    :param call: has the engine load it
    :raises ConfigError: instead of the exceptions of an engine from outside, or when it hangs
    """
    if _is_built_in(engine):
        return call()
    with own_code(where, f"the engine '{engine.name}' failed"):
        return owner_of(type(engine).__module__).call('load', call, LOADING_S)


def for_unit(preprocessor: Preprocessor, unit: Unit, where: str) -> Preprocessor:
    """
    Return the preprocessor of a unit.

    :param where: the key that names it, for messages
    :raises ConfigError: instead of the exceptions of one from outside, or when it hangs
    """
    if _is_of_this_package(preprocessor):
        return preprocessor.for_unit(unit)
    with own_code(where, f"the preprocessor '{preprocessor.name}' failed"):
        owner = owner_of(type(preprocessor).__module__)
        return owner.call('for_unit', lambda: preprocessor.for_unit(unit), MAKING_S)


def close(held: LoadedNetwork | Preprocessor) -> None:
    """Free a network or preprocessor; one from outside that raises or hangs is left behind."""
    if _is_of_this_package(held):
        held.close()
        return
    kind = type(held)
    try:
        with own_code(kind.__module__, f'{kind.__qualname__} was not freed'):
            owner_of(kind.__module__).call('close', held.close, CALL_S)
    except ConfigError as error:
        _log.error('%s', error)


def _is_of_this_package(held: object) -> bool:
    return type(held).__module__.partition('.')[0] == __name__.partition('.')[0]


def reference_of(engine: Engine) -> str:
    """Return a picklable function that finds an engine in another process."""
    if _is_built_in(engine):
        return engine.name
    return f'{type(engine).__module__}:{type(engine).__qualname__}'


def pick(
    backends: tuple[Backend, ...], name: str, where: str, *, among: Registry[type[Any]]
) -> Backend:
    """
    Return the first of those that :func:`usable` returns.

    :raises ConfigError: when there is none, with the reason
    """
    return usable(backends, name, where, among=among)[0]
