# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Whether large best-effort images arrive.

Fast DDS' default shared-memory segment loses best-effort samples that it cannot hold, without a
word; other implementations do not.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

#: what the default segment holds
DEFAULT_SEGMENT_BYTES = 512 * 1024
#: ROS' implementation where none is chosen
DEFAULT_RMW = 'rmw_fastrtps_cpp'
#: any of these makes Fast DDS use something else
_PROFILE_VARIABLES = (
    'FASTDDS_DEFAULT_PROFILES_FILE',
    'FASTRTPS_DEFAULT_PROFILES_FILE',
    'FASTDDS_BUILTIN_TRANSPORTS',
)


def rmw_name(environment: Mapping[str, str] = os.environ) -> str:
    """Return the ROS middleware a node started here would use."""
    return environment.get('RMW_IMPLEMENTATION') or DEFAULT_RMW


def large_images_ok(rmw: str, environment: Mapping[str, str] = os.environ) -> bool:
    """
    Return whether images beyond :data:`DEFAULT_SEGMENT_BYTES` arrive, as far as is known here.

    :param rmw: name of the middleware
    """
    if not rmw.startswith('rmw_fastrtps'):
        return True
    return any(environment.get(name) for name in _PROFILE_VARIABLES)
