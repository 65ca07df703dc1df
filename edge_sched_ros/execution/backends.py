# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Engines and preprocessors by name, each with the reason if it cannot be used."""

from __future__ import annotations

from contextlib import AbstractContextManager
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution import engines
from edge_sched_ros.execution import preprocess
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.plugins.built_in import modules_holding
from edge_sched_ros.plugins.kind import class_problem
from edge_sched_ros.plugins.kind import Kind
from edge_sched_ros.plugins.options import options_problem
from edge_sched_ros.plugins.own_code import own_code
from edge_sched_ros.plugins.registry import Registry

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
            found = look_at(backend_class)
        if not found.available:
            return found  # checked again next time
        _outside[backend_class] = found
    return _outside[backend_class]


def _is_built_in(engine: Engine) -> bool:
    return type(engine) in ENGINES.built_in().values()


def guarded(engine: Engine, where: str) -> AbstractContextManager[None]:
    """
    Return a context for calls of an engine: an exception from outside code becomes one line.

    :param where: the file being loaded, for messages
    :raises ConfigError: instead of the engine's exception
    """
    if _is_built_in(engine):
        return nullcontext()
    return own_code(where, f"the engine '{engine.name}' failed")


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
