# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Chooses the class names of a network: the user's, or those that its files tell."""

from __future__ import annotations

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.network import NO_CLASS
from edge_sched_ros.perception.decoders.built_in import decoder_classes
from edge_sched_ros.perception.decoders.fit import unlike_names
from edge_sched_ros.perception.importing.label_sets import LABEL_SETS
from edge_sched_ros.perception.importing.metadata import Told

#: kinds of results whose classes have names
_NAMED = ('detections', 'segmentation', 'classification')


def choose_labels(
    decoder: str,
    file: str,
    count: int | None,
    known: Told,
    given: tuple[str, ...],
    doubts: list[str],
) -> tuple[tuple[str, ...], str]:
    """
    Return the class names of a network, and where they are from.

    :param file: the name of its file
    :param count: number of classes that its outputs have; ``None`` if they do not tell
    :param given: names that the user gives
    :param doubts: gets what is not certain
    :raises ConfigError: when the user's names do not fit
    """
    kind = decoder_classes().get(decoder)
    if kind is not None and kind.output not in _NAMED:
        if given:
            raise ConfigError('--labels', f'the results of {decoder} have no classes')
        return (), ''
    labels = given or known.names
    source = '--labels' if given else known.names_from
    if labels and count is not None and len(labels) != count:
        if given:
            raise ConfigError(
                '--labels', f'has {len(labels)} names, the network has {count} classes'
            )
        doubts.append(
            f'The {source} names {len(labels)} classes, the outputs have {count}: labels are '
            'left out (--labels).'
        )
        return (), ''
    if given and (unlike := unlike_names(given, known.names, file)):
        doubts.append(f'{unlike}.')
    if not labels:
        sets = [name for name, names in LABEL_SETS.items() if len(names) == count]
        hint = f'; --labels {sets[0]} if it was trained on that' if sets else ' (--labels FILE)'
        classes = 'its classes' if count is None else f'its {count} classes'
        if count != 1:
            doubts.append(f'Nothing names {classes}{hint}.')
    elif NO_CLASS in labels and known.names and not given:
        doubts.append(f'Some ids have no name in the {source}.')
    return labels, source
