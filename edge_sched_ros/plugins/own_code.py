# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Code of users, which may raise any exception.

It is imported and called within :func:`own_code`, so that each of its errors is one line that
names the setting.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.installation.trusted_files import UntrustedFileError
from edge_sched_ros.plugins.trusted_imports import trusted_imports

#: maximum number of a module's classes listed when the named one is missing
_MOST_TOLD = 8


class _Interrupts:
    """Whether Ctrl-C raises KeyboardInterrupt in this process, as it does in a command."""

    raised = True


_interrupts = _Interrupts()


def interrupts_do_not_raise() -> None:
    """Note that signals are handled otherwise here: a KeyboardInterrupt is own code's error."""
    _interrupts.raised = False


def interrupts_raise() -> bool:
    """Return whether a KeyboardInterrupt is the user's who ends a command."""
    return _interrupts.raised


@contextmanager
def own_code(where: str, problem: str) -> Iterator[None]:
    """
    Turn any exception of a user's code into a ConfigError; its own ConfigErrors are unchanged.

    :param where: the key with the code's name, for messages
    :param problem: the failed step, for messages
    """
    try:
        yield
    except ConfigError:
        raise
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) and _interrupts.raised:
            raise  # the user ends a command
        # a script without a guard may end the process when it is imported
        raise ConfigError(where, f'{problem}: {brief_error(error)}') from error


def make(name: str, where: str, made_by: Callable[[], Any], needs: Collection[str] = ()) -> Any:
    """
    Return an object of a class named by the user.

    :param name: name of the class
    :param where: the key with its name, for messages
    :param made_by: makes the object
    :param needs: attributes and methods it must have
    :raises ConfigError: when it cannot be made or lacks one of them
    """
    with own_code(where, f"'{name}' cannot be made"):
        made = made_by()
        missing = [each for each in needs if not hasattr(made, each)]
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


def load_reference(name: str, where: str) -> Any:
    """
    Import the class named by ``package.module:Class``.

    :param where: the key with its name, for messages
    :raises ConfigError: when the form is wrong, or the module cannot be imported or lacks it, or
        another user could have written it
    """
    module_name, attributes = split_reference(name, where)
    with own_code(where, f'{module_name}: cannot be imported'):
        try:
            with trusted_imports():
                module = importlib.import_module(module_name)
        except UntrustedFileError as error:
            raise ConfigError(where, f'{module_name}: is not imported: {error}') from None
        found: Any = module
        for attribute in attributes.split('.'):
            found = getattr(found, attribute, None)
        if found is None:
            raise ConfigError(where, _lacks(module, attributes))
    return found


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
