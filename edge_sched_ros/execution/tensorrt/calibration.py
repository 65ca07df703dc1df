# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""INT8 ranges that were measured before, from a calibration cache file."""

from __future__ import annotations

from typing import Any


def make_calibrator(trt: Any, cache: bytes) -> Any | None:
    """Return a calibrator that only reads its cache; ``None`` where this release has none (11)."""
    if not hasattr(trt, 'IInt8EntropyCalibrator2'):
        return None

    class Calibrator(trt.IInt8EntropyCalibrator2):  # type: ignore[misc]
        """Called by the builder; nothing may be raised here."""

        def __init__(self) -> None:
            trt.IInt8EntropyCalibrator2.__init__(self)

        def get_batch_size(self) -> int:
            return 1

        def get_batch(self, names: list[str]) -> list[int] | None:
            return None  # no pictures: what is not in the cache is not known

        def read_calibration_cache(self) -> bytes:
            return cache

        def write_calibration_cache(self, cache: bytes) -> None:
            pass

    return Calibrator()
