# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""SLO-MAEL with networks in slices."""

from __future__ import annotations

from typing import ClassVar

from edge_sched_ros.policies.slo_mael import SloMael


class PsloMael(SloMael):
    """
    SLO-MAEL that may give a unit to another job between two stages.

    The authors cut large models into four slices when a deadline is in danger; here the slices
    are the stages a network has anyway. Source: Seo et al., ACM TACO 18(4), 2021.
    """

    name: ClassVar[str] = 'pslo_mael'
    in_one_piece: ClassVar[bool] = False


POLICY = PsloMael
