# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which decoders of installed packages say that they read a network's outputs."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.tensors import TensorInfo
from edge_sched_ros.perception.decoders.recognition import CERTAIN
from edge_sched_ros.perception.decoders.recognition import POSSIBLE
from edge_sched_ros.perception.decoders.recognition import recognise
from edge_sched_ros.perception.decoders.recognition import Recognition
from edge_sched_ros.perception.decoders.registry import DECODERS
from edge_sched_ros.plugins.bounded_call import call_bounded
from edge_sched_ros.plugins.declared import declared
from edge_sched_ros.plugins.installed import EntryPoint
from edge_sched_ros.plugins.own_code import own_code

_log = logging.getLogger(__name__)

#: time limit for the import of a package and its answer, seconds
_ASK_S = 5.0
#: most doubts that an answer may have
_MOST_DOUBTS = 8
#: those that failed or did not answer in time: they are not asked again
_given_up: set[EntryPoint] = set()


def recognise_all(
    outputs: tuple[TensorInfo, ...],
    metadata: Mapping[str, str],
    input_size: tuple[int, int] | None,
    *,
    besides: str = '',
) -> list[tuple[str, Recognition]]:
    """
    Return the names of all decoders that may fit, the most certain first.

    Of equal certainty those of this package come first. What a decoder of another package answers
    is checked; one that fails or takes too long is named in the log and left out.

    :param besides: a decoder that is not asked
    """
    found = recognise(outputs, metadata, input_size)
    for name, entries in sorted(declared(DECODERS.kind).items()):
        if name == besides or name in DECODERS.built_in() or len(entries) > 1:
            continue
        seen = _asked(name, entries[0], outputs, metadata, input_size)
        if seen is not None:
            found.append((name, seen))
    return sorted(found, key=lambda one: -one[1].certainty)


def _asked(name: str, entry: EntryPoint, *about: Any) -> Recognition | None:
    if entry in _given_up:
        return None
    try:
        with own_code(name, 'cannot tell whether it fits'):
            return call_bounded('recognise', partial(_answer, entry, *about), _ASK_S)
    except ConfigError as error:
        _given_up.add(entry)
        _log.warning('the decoder %s of %s is not asked: %s', name, entry.origin, brief(error))
        return None


def _answer(entry: EntryPoint, *about: Any) -> Recognition | None:
    """Return the checked answer; :raises Exception: whatever own code raises."""
    kind: Any = DECODERS.load(entry)
    by = next((one for one in kind.__mro__ if 'recognise' in vars(one)), object)
    if by is object or by.__module__.startswith('edge_sched_ros.'):
        return None  # inherited: what its base reads says nothing of it
    seen = kind.recognise(*about)
    if seen is None:
        return None
    certainty, options, classes = seen.certainty, dict(seen.options), seen.classes
    if type(certainty) is not int or not POSSIBLE <= certainty <= CERTAIN:
        raise ValueError(f'a certainty of {certainty!r:.40}')
    if classes is not None and type(classes) is not int:
        raise ValueError(f'a number of classes {classes!r:.40}')
    # the options are written into a file
    plain = json.loads(json.dumps(options))
    return Recognition(certainty, plain, tuple(map(brief, seen.doubts[:_MOST_DOUBTS])), classes)
