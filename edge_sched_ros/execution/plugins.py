# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Classes that users name by ``package.module:Class``, and modules found by looking."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any

from edge_sched_ros.core.errors import ConfigError


def load_class(name: str, where: str) -> type[Any]:
    """
    Import a class by ``package.module:Class``.

    :param where: the key that names it, for messages
    :raises ConfigError: when the form is wrong, or the module or class is not there
    """
    module_name, colon, class_name = name.partition(':')
    if not (colon and module_name and class_name):
        raise ConfigError(where, f"'{name}' is not of the form package.module:Class")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise ConfigError(where, f"cannot import '{module_name}': {error}") from error
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
