# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The number options of a task: those of its network's decoder or of its program."""

from __future__ import annotations

from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.perception.declared_numbers import numbers_of_class
from edge_sched_ros.perception.declared_numbers import numbers_of_decoder
from edge_sched_ros.perception.decoders.embedding import Embedding
from edge_sched_ros.perception.decoders.registry import decoder_class
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.programs.registry import program_class
from edge_sched_ros.perception.trackers.registry import tracker_class


def numbers_of_network(
    spec: NetworkSpec, tracker: str = '', where: str = 'tracker'
) -> dict[str, Number]:
    """
    Return the number options of a task of a network, with the defaults of its YAML.

    :param tracker: of an embedding network; empty for the default
    :param where: the key with the tracker, for messages
    :raises ConfigError: when the decoder does not exist, or its ``ranges`` cannot be read
    """
    decoder = decoder_class(spec)
    if issubclass(decoder, Embedding):
        # a tracker reads its results
        return dict(tracker_class(tracker, where).numbers)
    return numbers_of_decoder(decoder, spec.decoder_options)


def numbers_of_program(
    name: str, where: str, tracker: str = '', tracker_where: str = 'tracker'
) -> dict[str, Number]:
    """
    Return the numbers of a program: the ``numbers`` of its class, or of its tracker.

    :param where: the key with its name, for messages
    :param tracker: of a program that takes one; empty for the default
    :param tracker_where: the key with the tracker, for messages
    :raises ConfigError: when the program does not exist, or its ``numbers`` cannot be read
    """
    found = program_class(name, where)
    if tracker and getattr(found, 'takes_tracker', False) is True:
        return dict(tracker_class(tracker, tracker_where).numbers)
    return numbers_of_class(found)
