# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Does for a Python process of the environment what sourcing the built workspace does for a shell.

Copied into the environment's site-packages and called from a ``.pth`` file, so that ``edge-sched``
and the nodes start from an activated environment, or by their full path, as they do from
``dev/env.sh``.
"""

import os
import sys

#: set by the ROS wheels once they have started the interpreter anew with their libraries
_RESTARTED = '_ROS_WHEELS_BOOTSTRAP_COMPLETE'


def use(prefixes):
    """
    Add what packages installed below prefixes need; what the shell has set goes first.

    The wheels' own ``.pth`` comes later in the alphabet and starts the interpreter anew: the
    loader reads ``LD_LIBRARY_PATH`` only then.
    """
    python = 'python{}.{}'.format(*sys.version_info[:2])
    prefixes = [prefix for prefix in prefixes if os.path.isdir(prefix)]
    for prefix in prefixes:
        folder = os.path.join(prefix, 'lib', python, 'site-packages')
        if folder not in sys.path:
            sys.path.append(folder)
    _append('AMENT_PREFIX_PATH', [*prefixes, sys.prefix])
    if _append('LD_LIBRARY_PATH', [os.path.join(prefix, 'lib') for prefix in prefixes]):
        os.environ.pop(_RESTARTED, None)


def _append(variable, folders):
    """Append folders that an environment variable lacks; return whether there were any."""
    present = list(filter(None, os.environ.get(variable, '').split(os.pathsep)))
    missing = [folder for folder in folders if folder not in present]
    if missing:
        os.environ[variable] = os.pathsep.join([*present, *missing])
    return bool(missing)
