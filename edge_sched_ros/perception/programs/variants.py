# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The loaded variants of a network."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from edge_sched_ros.execution import backends
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

    :param parts: stage -> its segment, in order; only one for an uncut network
    :param decoder: reads its outputs
    :param outputs: names of the tensors that the decoder reads, in order
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
        """The part whose only input is the picture."""
        return next(iter(self.parts.values()))

    def answer(self, live: LiveTensors) -> list[NDArray[Any]]:
        """Return the decoder's input, after all parts have run."""
        return [live[name] for name in self.outputs]


@dataclass(frozen=True, slots=True)
class LoadedVariants:
    """
    All loaded variants of a network.

    :param by_name: at least one; jobs outside a runtime run the first
    """

    by_name: Mapping[str, LoadedVariant]

    @property
    def first(self) -> LoadedVariant:
        """The variant of the network's own file."""
        return next(iter(self.by_name.values()))

    def of(self, context: JobContext) -> LoadedVariant:
        """Return the variant of a job; :raises KeyError: when it is not loaded."""
        return self.by_name[context.variant] if context.variant else self.first

    def check_option(self, name: str, value: float | None) -> None:
        """Check a change of an option of all decoders; :raises ConfigError: if not possible."""
        self._tried({name: value})

    def check_together(self, values: Mapping[str, float | None]) -> None:
        """
        Check options of all decoders against each other, as after the changes.

        :raises ConfigError: when they do not fit each other
        """
        for decoder in self._tried(values):
            decoder.check_together()

    def _tried(self, values: Mapping[str, float | None]) -> list[Decoder]:
        """Return copies of the decoders with other options."""
        # a change of an option replaces a decoder's values, so it can be tried on a copy
        decoders = [copy.copy(variant.decoder) for variant in self.by_name.values()]
        for decoder in decoders:
            for name, value in values.items():
                decoder.set_option(name, value)
        return decoders

    def set_option(self, name: str, value: float | None) -> None:
        """Change an option of all decoders; :raises ConfigError: when it is not possible."""
        # all are of one class: if the first accepts it, all do
        for variant in self.by_name.values():
            variant.decoder.set_option(name, value)

    def close(self) -> None:
        """Free every network on all units."""
        for variant in self.by_name.values():
            for part in variant.parts.values():
                close_networks(part.networks.values())


def close_networks(networks: Iterable[LoadedNetwork]) -> None:
    """Free networks, each once."""
    for network in {id(network): network for network in networks}.values():
        backends.close(network)
