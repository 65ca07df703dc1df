# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Headroom that is promised."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.capacity.placement.problem import App
from edge_sched_ros.capacity.placement.problem import Option


@dataclass(slots=True)
class Hold:
    """
    Headroom promised to a pod.

    :param places: node -> how it would be served there
    :param until: seconds
    :param owner: of the pod that is to come, for one whose name is not known yet
    """

    app: App
    places: Mapping[str, Option]
    until: float
    owner: str = ''

    @property
    def firm(self) -> bool:
        """Whether the node is settled; then the cluster's state has it."""
        return len(self.places) == 1
