# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""How many multiprocessors each part of a GPU gets."""

from __future__ import annotations

import math
from collections.abc import Mapping

from edge_sched_ros.core.errors import ConfigError


def count_multiprocessors(
    shares: Mapping[str, float], *, total: int, least: int, step: int, where: str = 'gpu_parts'
) -> dict[str, int]:
    """
    Return part -> its multiprocessors: its share, rounded down to what the GPU can give.

    :param shares: by part, of one GPU
    :param total: the GPU's multiprocessors
    :param least: those of the smallest part that the GPU can make
    :param step: a part has a multiple of it
    :raises ConfigError: when a part would be smaller than that
    """
    step, least = max(1, step), max(1, least)
    counts = {}
    for name, share in shares.items():
        # 1/3 written as 0.333 of 24 is meant to be 8
        count = math.floor(round(share * total, 1) / step + 1e-9) * step
        if count < least:
            raise ConfigError(
                where,
                f"'{name}': the share {share:g} of {total} multiprocessors is too small: the "
                f'smallest part has {least} (in steps of {step}), a share of {least / total:.3g}',
            )
        counts[name] = count
    return counts
