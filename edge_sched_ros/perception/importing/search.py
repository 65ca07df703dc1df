# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Finds the first proposal whose decoder takes the outputs, and what they are for a picture."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import network_of
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.perception.decoders.making import make_decoder
from edge_sched_ros.perception.importing.document import as_values
from edge_sched_ros.perception.importing.graph import OnnxGraph
from edge_sched_ros.perception.importing.proposal import Proposal
from edge_sched_ros.perception.importing.proposal import propose
from edge_sched_ros.perception.importing.proposal import Wishes
from edge_sched_ros.perception.programs.network_inputs import state_outputs

#: decoders that are tried one after the other
_MOST = 5


class ImpossibleResultError(ConfigError):
    """
    A result from which its decoder concludes that it is not the right one.

    :param options: ``decoder_options`` under which it is possible
    """

    def __init__(self, where: str, problem: str, options: Mapping[str, Any] | None = None) -> None:
        super().__init__(where, problem)
        self.options = dict(options or {})


def search(
    graph: OnnxGraph,
    wishes: Wishes,
    path: Path,
    trial: Callable[[NetworkSpec], Any] | None = None,
) -> tuple[Proposal, Any]:
    """
    Return a proposal and the result of its trial; ``None`` for the latter without a trial.

    A decoder that refuses the outputs is passed over, and so is one whose result is impossible if
    another decoder gives a possible one. What the user names is never passed over. A decoder that
    knows options under which its result is possible is tried with them first.

    :param path: where the YAML file will be
    :param trial: runs a network; raises ImpossibleResultError
    :raises ConfigError: when no decoder takes the outputs
    :raises ImpossibleResultError: when every decoder finds its result impossible
    """
    refuted: dict[str, str] = {}
    options: dict[str, Mapping[str, Any]] = {}
    first: ConfigError | None = None
    proposal = propose(graph, wishes)
    while True:
        try:
            return proposal, _tried(proposal, path, trial)
        except ConfigError as error:
            first = first or error
            name = str(proposal.values['decoder'])
            if isinstance(error, ImpossibleResultError) and error.options and name not in options:
                options[name] = error.options
                proposal = propose(graph, wishes, refuted, options)
                continue
            last = wishes.decoder or not proposal.others or len(refuted) + 1 == _MOST
            if last or (error.where != f'{path}: decoder' and not _impossible(error)):
                raise first from None
            refuted[name] = error.problem
        proposal = propose(graph, wishes, refuted, options)


def _impossible(error: ConfigError) -> bool:
    return isinstance(error, ImpossibleResultError)


def _tried(proposal: Proposal, path: Path, trial: Callable[[NetworkSpec], Any] | None) -> Any:
    spec = network_of(path, as_values(proposal, path.parent))
    states = state_outputs(spec)
    outputs = tuple(info for info in proposal.graph.outputs if info.name not in states)
    make_decoder(spec, outputs, {})
    return None if trial is None else trial(spec)
