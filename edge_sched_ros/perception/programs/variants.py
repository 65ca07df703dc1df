# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The variants of a network that are loaded."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.segments import POSTPROCESS
from edge_sched_ros.execution.segments import PREPROCESS
from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.programs.parts import LiveTensors
from edge_sched_ros.perception.programs.parts import LoadedPart


@dataclass(frozen=True, slots=True)
class LoadedVariant:
    """
    One variant, ready to run.

    :param parts: stage -> segment that it runs, in order; one of a network that is not cut
    :param decoder: reads its outputs
    :param outputs: names of the tensors that it reads, in order
    """

    parts: Mapping[str, LoadedPart]
    decoder: Decoder
    outputs: tuple[str, ...]

    @property
    def stages(self) -> tuple[str, ...]:
        """Names of its stages, in order."""
        return (PREPROCESS, *self.parts, POSTPROCESS)

    @property
    def first_part(self) -> LoadedPart:
        """The part that takes the picture, and nothing else."""
        return next(iter(self.parts.values()))

    def answer(self, live: LiveTensors) -> list[NDArray[Any]]:
        """Return what the decoder reads, once all parts have run."""
        return [live[name] for name in self.outputs]


@dataclass(frozen=True, slots=True)
class LoadedVariants:
    """
    All variants of a network that are loaded.

    :param by_name: at least one; jobs outside of a runtime run the first
    """

    by_name: Mapping[str, LoadedVariant]

    @property
    def first(self) -> LoadedVariant:
        """The one that stands for the network."""
        return next(iter(self.by_name.values()))

    def of(self, context: JobContext) -> LoadedVariant:
        """Return the variant a job runs; :raises KeyError: when it is not loaded."""
        return self.by_name[context.variant] if context.variant else self.first

    def check_option(self, name: str, value: float | None) -> None:
        """Check a change of an option of all decoders; :raises ConfigError: when it cannot be."""
        self._tried({name: value})

    def check_together(self, values: Mapping[str, float | None]) -> None:
        """
        Check options of all decoders against each other as they would be after changes.

        :raises ConfigError: when they cannot be
        """
        for decoder in self._tried(values):
            decoder.check_together()

    def _tried(self, values: Mapping[str, float | None]) -> list[Decoder]:
        """Return copies of the decoders with other options."""
        # changing an option replaces what a decoder has, so a copy can be tried
        decoders = [copy.copy(variant.decoder) for variant in self.by_name.values()]
        for decoder in decoders:
            for name, value in values.items():
                decoder.set_option(name, value)
        return decoders

    def set_option(self, name: str, value: float | None) -> None:
        """Change an option of all decoders; :raises ConfigError: when it cannot be."""
        # they are of one class: what the first takes all take
        for variant in self.by_name.values():
            variant.decoder.set_option(name, value)

    def close(self) -> None:
        """Free every network, wherever it is loaded."""
        for variant in self.by_name.values():
            for part in variant.parts.values():
                close_networks(part.networks.values())


def close_networks(networks: Iterable[LoadedNetwork]) -> None:
    """Free networks, each once."""
    for network in {id(network): network for network in networks}.values():
        network.close()
