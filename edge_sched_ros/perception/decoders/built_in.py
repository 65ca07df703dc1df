# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The decoders of this package, found by their modules and imported when they are asked for."""

from __future__ import annotations

from typing import Any

from edge_sched_ros.perception import decoders
from edge_sched_ros.plugins.built_in import modules_holding


def decoder_classes() -> dict[str, type[Any]]:
    """Return the decoders of this package, subclasses of ``Decoder``, by name."""
    return modules_holding(decoders, 'DECODER')
