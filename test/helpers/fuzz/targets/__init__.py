# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All targets, one file per kind of input."""

from __future__ import annotations

from fuzz.target import Target
from fuzz.targets import extender
from fuzz.targets import files
from fuzz.targets import pictures
from fuzz.targets import tensors


def targets() -> dict[str, Target]:
    """Return the targets by name; those of ROS messages only where ROS is."""
    found = [*files.TARGETS, *pictures.TARGETS, *tensors.TARGETS, *extender.TARGETS]
    try:
        from fuzz.targets import messages
    except ImportError:
        pass
    else:
        found += messages.TARGETS
    return {target.name: target for target in found}
