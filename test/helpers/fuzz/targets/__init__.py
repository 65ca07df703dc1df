# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All targets, one file per kind of input."""

from __future__ import annotations

from fuzz.target import Target
from fuzz.targets import bags
from fuzz.targets import contents
from fuzz.targets import decoders
from fuzz.targets import exports
from fuzz.targets import extender
from fuzz.targets import files
from fuzz.targets import pictures
from fuzz.targets import tensors


def targets() -> dict[str, Target]:
    """Return the targets by name; those of ROS messages only where ROS is."""
    kinds = (files, bags, contents, exports, pictures, tensors, extender, decoders)
    found = [target for kind in kinds for target in kind.TARGETS]
    try:
        from fuzz.targets import messages
    except ImportError:
        pass
    else:
        found += messages.TARGETS
    return {target.name: target for target in found}
