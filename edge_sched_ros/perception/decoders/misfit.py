# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The error that a network's outputs are not those that its decoder reads."""

from __future__ import annotations

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.tensors import TensorInfo


class MisfitError(ConfigError):
    """
    Outputs that a decoder cannot read.

    Whoever makes the decoder adds which other one would fit: a decoder does not know the others.

    :param where: the file and key
    :param problem: what the decoder needs and what the network has
    :param outputs: outputs of the network
    """

    def __init__(self, where: str, problem: str, outputs: tuple[TensorInfo, ...]) -> None:
        super().__init__(where, problem)
        self.outputs = outputs

    def __reduce__(self) -> tuple[type[ConfigError], tuple[str, str]]:
        """Allow pickling, without the outputs."""
        return ConfigError, (self.where, self.problem)
