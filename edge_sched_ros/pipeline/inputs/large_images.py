# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Whether large best-effort images arrive.

Fast DDS silently loses best-effort samples that do not fit into its default shared-memory segment;
other implementations have no such segment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

#: size of the default segment
DEFAULT_SEGMENT_BYTES = 512 * 1024
#: ROS' default implementation
DEFAULT_RMW = 'rmw_fastrtps_cpp'
_FAST_DDS = ('rmw_fastrtps_cpp', 'rmw_fastrtps_dynamic_cpp')
#: the other known implementations
_OTHERS = ('rmw_connextdds', 'rmw_cyclonedds_cpp', 'rmw_gurumdds_cpp', 'rmw_zenoh_cpp')
#: either names a file with another configuration of Fast DDS
PROFILE_VARIABLES = ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE')
#: distributions with Fast DDS before 3.0, which knows the second; later ones warn about it
_BEFORE_3 = ('humble', 'iron', 'jazzy')
TRANSPORTS_VARIABLE = 'FASTDDS_BUILTIN_TRANSPORTS'
#: those made for large samples; options may follow after a question mark
_LARGE_TRANSPORTS = ('LARGE_DATA', 'LARGE_DATAv6')


def profile_variables(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the variables that set the profile of the installed Fast DDS."""
    distro = environment.get('ROS_DISTRO', '')
    return PROFILE_VARIABLES if distro in _BEFORE_3 else PROFILE_VARIABLES[:1]


def rmw_name(environment: Mapping[str, str] = os.environ) -> str:
    """Return the ROS middleware that a node started here would use."""
    return environment.get('RMW_IMPLEMENTATION') or DEFAULT_RMW


def large_images_ok(rmw: str, environment: Mapping[str, str] = os.environ) -> bool:
    """
    Return whether images beyond :data:`DEFAULT_SEGMENT_BYTES` arrive, as far as is known here.

    :param rmw: name of the middleware
    """
    return not large_images_doubt(rmw, environment)


def large_images_doubt(rmw: str, environment: Mapping[str, str] = os.environ) -> str:
    """
    Return why large images may not arrive, and a remedy; empty when they do.

    It checks only that a profiles file exists, not its content.

    :param rmw: name of the middleware
    """
    if rmw in _OTHERS:
        return ''
    if rmw not in _FAST_DDS:
        return f"'{rmw}' is unknown"
    transports = environment.get(TRANSPORTS_VARIABLE, '')
    if transports.partition('?')[0] in _LARGE_TRANSPORTS:
        return ''
    files = {name: environment[name] for name in PROFILE_VARIABLES if environment.get(name)}
    if any(os.path.isfile(file) for file in files.values()):
        return ''
    for name, file in files.items():
        return f"{name} names '{file}', which is not a file"
    if transports:
        return f"{TRANSPORTS_VARIABLE} is '{transports}'; {_LARGE_TRANSPORTS[0]} is made for them"
    return 'see config/dds/large_images.xml'
