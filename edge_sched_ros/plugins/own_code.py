# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Code of users: it may raise whatever it likes.

All of it is imported, made and asked within :func:`own_code`, so that what goes wrong in it is one
line that names the setting.
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

#: classes of a module that are told when it lacks the one that is asked for
_MOST_TOLD = 8


@contextmanager
def own_code(where: str, problem: str) -> Iterator[None]:
    """
    Turn whatever a user's code raises into a ConfigError; its own ConfigErrors stay as they are.

    :param where: the key that names the code, for messages
    :param problem: what cannot be done with it, for messages
    """
    try:
        yield
    except ConfigError:
        raise
    except (Exception, SystemExit) as error:
        # a script without a guard may end the process when it is imported
        raise ConfigError(where, f'{problem}: {brief_error(error)}') from error


def make(name: str, where: str, made_by: Callable[[], Any], needs: Collection[str] = ()) -> Any:
    """
    Return an object of a class that a user has named.

    :param name: of the class
    :param where: the key that names it, for messages
    :param made_by: makes it
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
    """Return whether a name is meant as ``package.module:Class``."""
    return ':' in name


def split_reference(name: str, where: str) -> tuple[str, str]:
    """Return module and class; :raises ConfigError: when the form is wrong."""
    module_name, colon, attributes = name.partition(':')
    # a relative name has nothing here that it could be relative to
    if not (colon and module_name and attributes) or module_name.startswith('.'):
        raise ConfigError(where, f"'{name}' is not of the form package.module:Class")
    return module_name, attributes


def load_reference(name: str, where: str) -> Any:
    """
    Import what ``package.module:Class`` names.

    :param where: the key that names it, for messages
    :raises ConfigError: when the form is wrong, or the module cannot be imported or lacks it
    """
    module_name, attributes = split_reference(name, where)
    with own_code(where, f'{module_name}: cannot be imported'):
        module = importlib.import_module(module_name)
        found: Any = module
        for attribute in attributes.split('.'):
            found = getattr(found, attribute, None)
        if found is None:
            raise ConfigError(where, _lacks(module, attributes))
    return found


def _lacks(module: ModuleType, name: str) -> str:
    """Return that a module has no class of a name, and which it has."""
    own = [
        each
        for each, value in vars(module).items()
        if isinstance(value, type) and value.__module__ == module.__name__
    ]
    hint = did_you_mean(name, own)
    told = ', '.join(own[:_MOST_TOLD]) or 'none'
    more = ', ...' if len(own) > _MOST_TOLD else ''
    return f"{module.__name__}: has no '{name}'{hint} (its classes: {told}{more})"
