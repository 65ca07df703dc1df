# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Classes that users name by ``package.module:Class``, and modules found by looking.

Code of a user may raise whatever it likes: all of it is imported, made and asked here, so that
what goes wrong in it is one line that names the setting.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError


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


def make(name: str, where: str, made_by: Callable[[], Any], needs: Collection[str]) -> Any:
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


def load_class(name: str, where: str) -> type[Any]:
    """
    Import a class by ``package.module:Class``.

    :param where: the key that names it, for messages
    :raises ConfigError: when the form is wrong, or the module cannot be imported or lacks it
    """
    module_name, colon, class_name = name.partition(':')
    # a relative name has nothing here that it could be relative to
    if not (colon and module_name and class_name) or module_name.startswith('.'):
        raise ConfigError(where, f"'{name}' is not of the form package.module:Class")
    with own_code(where, f"cannot import '{module_name}'"):
        module = importlib.import_module(module_name)
        found = getattr(module, class_name, None)
    if not isinstance(found, type):
        raise ConfigError(where, f"module '{module_name}' has no class '{class_name}'")
    return found


def modules_holding(package: ModuleType, attribute: str) -> dict[str, Any]:
    """Return ``attribute`` of every module of a package that has it, by module name."""
    found = {}
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f'{package.__name__}.{info.name}')
        if hasattr(module, attribute):
            found[info.name] = getattr(module, attribute)
    return found
