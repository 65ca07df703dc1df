# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Code of users, which may raise any exception.

It is imported and called within :func:`own_code`, so that each of its errors is one line that
names the setting.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import Any

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.installation.trusted_files import UntrustedFileError
from edge_sched_ros.plugins.bounded_call import BoundedCall
from edge_sched_ros.plugins.bounded_call import call_bounded
from edge_sched_ros.plugins.bounded_call import HungCallError
from edge_sched_ros.plugins.bounded_call import MAKING_S
from edge_sched_ros.plugins.interrupts import interrupts_raise
from edge_sched_ros.plugins.interrupts import StopAskedError
from edge_sched_ros.plugins.owner_thread import owner_of
from edge_sched_ros.plugins.trusted_imports import trusted_imports

#: maximum number of a module's classes listed when the named one is missing
_MOST_TOLD = 8
#: module -> its import, which did not return in time
_hung_imports: dict[str, BoundedCall] = {}


@contextmanager
def own_code(where: str, problem: str) -> Iterator[None]:
    """
    Turn any exception of a user's code into a ConfigError; its own ConfigErrors are unchanged.

    :param where: the key with the code's name, for messages
    :param problem: the failed step, for messages
    """
    try:
        yield
    except (ConfigError, StopAskedError):
        raise
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and interrupts_raise():
            raise  # the user ends a command
        # a script without a guard may end the process when it is imported
        raise ConfigError(where, f'{problem}: {_why(error)}') from error


def _why(error: BaseException) -> str:
    if isinstance(error, ImportError):
        # it looks at what is installed, which commands without plug-ins need not load
        from edge_sched_ros.installation.missing import needed_library

        if told := needed_library(error):
            return told
    return brief_error(error)


def make(
    name: str,
    where: str,
    made_by: Callable[[], Any],
    needs: Collection[str] = (),
    *,
    limit_s: float | None = None,
) -> Any:
    """
    Return an object of a class named by the user.

    :param name: name of the class
    :param where: the key with its name, for messages
    :param made_by: makes the object
    :param needs: attributes and methods it must have
    :param limit_s: time limit, on a thread of its own; ``None`` for neither
    :raises ConfigError: when it cannot be made, in time or at all, or lacks one of them
    """

    def made_and_missing() -> tuple[Any, list[str]]:
        made = made_by()
        # in own code each attribute may be a property
        return made, [each for each in needs if not hasattr(made, each)]

    with own_code(where, f"'{name}' cannot be made"):
        if limit_s is None:
            made, missing = made_and_missing()
        else:
            made, missing = call_bounded(
                'constructor', made_and_missing, limit_s, whose=f'{where} ({name})'
            )
    if missing:
        raise ConfigError(where, f"'{name}' has no {', '.join(missing)}")
    return made


def is_reference(name: str) -> bool:
    """Return whether a name has the form ``package.module:Class``."""
    return ':' in name


def split_reference(name: str, where: str) -> tuple[str, str]:
    """Return module and class; :raises ConfigError: when the form is wrong."""
    module_name, colon, attributes = name.partition(':')
    # a relative name has no meaning here
    if not (colon and module_name and attributes) or module_name.startswith('.'):
        raise ConfigError(where, f"'{name}' is not of the form package.module:Class")
    return module_name, attributes


def load_reference(name: str, where: str, *, by_owner: bool = False) -> Any:
    """
    Import the class named by ``package.module:Class``.

    :param where: the key with its name, for messages
    :param by_owner: whether it is imported on the thread of its package
    :raises ConfigError: when the form is wrong, or the module cannot be imported, in time or at
        all, or lacks it, or another user could have written it
    """
    module_name, attributes = split_reference(name, where)
    with own_code(where, f'{module_name}: cannot be imported'):
        try:
            module = _imported_in_time(module_name, by_owner=by_owner)
        except UntrustedFileError as error:
            raise ConfigError(where, f'{module_name}: is not imported: {error}') from None
        found: Any = module
        for attribute in attributes.split('.'):
            found = getattr(found, attribute, None)
        if found is None:
            raise ConfigError(where, _lacks(module, attributes))
    return found


def _imported(module_name: str) -> ModuleType:
    with trusted_imports():
        return importlib.import_module(module_name)


def _imported_in_time(module_name: str, *, by_owner: bool) -> ModuleType:
    """Return a module; :raises HungCallError: when it is not there in time, or was not before."""
    if by_owner:
        return owner_of(module_name).call('import', partial(_imported, module_name), MAKING_S)
    hung = _hung_imports.get(module_name)
    if hung is not None and not hung.returned:
        # another import of it would wait for the same lock
        raise hung.hung
    spec = getattr(sys.modules.get(module_name), '__spec__', None)
    # whoever asks for a module that another thread imports waits for that
    if spec is not None and not getattr(spec, '_initializing', False):
        return _imported(module_name)
    call = BoundedCall('import', partial(_imported, module_name), MAKING_S, whose=module_name)
    try:
        module: ModuleType = call.result()
    except HungCallError:
        _hung_imports[module_name] = call
        raise
    return module


def _lacks(module: ModuleType, name: str) -> str:
    """Return the error that a module has no class of this name, with those it has."""
    own = [
        each
        for each, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    ]
    hint = did_you_mean(name, own)
    told = ', '.join(own[:_MOST_TOLD]) or 'none'
    more = ', ...' if len(own) > _MOST_TOLD else ''
    return f"{module.__name__}: has no '{name}'{hint} (its classes: {told}{more})"
