# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Message classes by name, and messages made from them."""

from __future__ import annotations

import importlib
from functools import lru_cache
from typing import Any

from edge_sched_ros.core.errors import ConfigError


@lru_cache(maxsize=128)
def message_class(type_name: str, where: str = '') -> Any:
    """
    Return the class of a message type such as ``sensor_msgs/msg/Image``.

    :param where: the key or topic that names it, for messages
    :raises ConfigError: when the type is not installed
    """
    parts = type_name.split('/')
    if len(parts) != 3 or parts[1] != 'msg':
        raise ConfigError(where, f"'{type_name}' is not of the form package/msg/Type")
    try:
        return getattr(importlib.import_module(f'{parts[0]}.msg'), parts[2])
    except (ImportError, AttributeError):
        raise ConfigError(where, f"message type '{type_name}' is not installed") from None


def make(type_name: str, **fields: Any) -> Any:
    """Return a message of a type."""
    return message_class(type_name)(**fields)
