# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Whether large best-effort images arrive.

Fast DDS' default shared-memory segment loses best-effort samples that it cannot hold, without a
word; other implementations have no such segment.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

#: what the default segment holds
DEFAULT_SEGMENT_BYTES = 512 * 1024
#: ROS' implementation where none is chosen
DEFAULT_RMW = 'rmw_fastrtps_cpp'
_FAST_DDS = ('rmw_fastrtps_cpp', 'rmw_fastrtps_dynamic_cpp')
#: the other implementations that are known
_OTHERS = ('rmw_connextdds', 'rmw_cyclonedds_cpp', 'rmw_gurumdds_cpp', 'rmw_zenoh_cpp')
#: either names a file that tells Fast DDS what to use instead
PROFILE_VARIABLES = ('FASTDDS_DEFAULT_PROFILES_FILE', 'FASTRTPS_DEFAULT_PROFILES_FILE')
#: distributions whose Fast DDS, before 3.0, knows the second of them; later ones warn about it
_BEFORE_3 = ('humble', 'iron', 'jazzy')
TRANSPORTS_VARIABLE = 'FASTDDS_BUILTIN_TRANSPORTS'
#: those that are meant for large samples; options may follow after a question mark
_LARGE_TRANSPORTS = ('LARGE_DATA', 'LARGE_DATAv6')


def profile_variables(environment: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the variables that give a profile to the Fast DDS of the distribution here."""
    distro = environment.get('ROS_DISTRO', '')
    return PROFILE_VARIABLES if distro in _BEFORE_3 else PROFILE_VARIABLES[:1]


def rmw_name(environment: Mapping[str, str] = os.environ) -> str:
    """Return the ROS middleware a node started here would use."""
    return environment.get('RMW_IMPLEMENTATION') or DEFAULT_RMW


def large_images_ok(rmw: str, environment: Mapping[str, str] = os.environ) -> bool:
    """
    Return whether images beyond :data:`DEFAULT_SEGMENT_BYTES` arrive, as far as is known here.

    :param rmw: name of the middleware
    """
    return not large_images_doubt(rmw, environment)


def large_images_doubt(rmw: str, environment: Mapping[str, str] = os.environ) -> str:
    """
    Return why large images may not arrive, with what would help; empty when they do.

    What a profiles file says is not looked at, only whether it is there.

    :param rmw: name of the middleware
    """
    if rmw in _OTHERS:
        return ''
    if rmw not in _FAST_DDS:
        return f"'{rmw}' is not known here"
    transports = environment.get(TRANSPORTS_VARIABLE, '')
    if transports.partition('?')[0] in _LARGE_TRANSPORTS:
        return ''
    files = {name: environment[name] for name in PROFILE_VARIABLES if environment.get(name)}
    if any(os.path.isfile(file) for file in files.values()):
        return ''
    for name, file in files.items():
        return f"{name} names '{file}', which is no file"
    if transports:
        return f"{TRANSPORTS_VARIABLE} is '{transports}'; {_LARGE_TRANSPORTS[0]} is made for them"
    return 'see config/dds/large_images.xml'
