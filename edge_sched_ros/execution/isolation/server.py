# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The other end of the channel: takes requests in the process of a task, and answers them."""

from __future__ import annotations

import logging
import socket
import traceback
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.brief import brief
from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.brief import MOST_OF_AN_ERROR
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError
from edge_sched_ros.execution.failure_reasons import code_of
from edge_sched_ros.execution.frame import FrameError
from edge_sched_ros.execution.isolation import channel
from edge_sched_ros.execution.isolation import errors
from edge_sched_ros.execution.isolation.codec import Reader
from edge_sched_ros.execution.isolation.codec import Records
from edge_sched_ros.execution.isolation.codec import Writer
from edge_sched_ros.execution.isolation.memory import INPUT_SLOTS
from edge_sched_ros.execution.isolation.memory import OUTPUT_SLOT
from edge_sched_ros.execution.isolation.memory import SharedSlots

_log = logging.getLogger(__name__)

#: maximum number of kinds of errors that are logged with their place
_MOST_TOLD = 32
#: slots that a program may keep before the next frames are copied for it
_MOST_KEPT = 2


class Server:
    """
    Answers requests, one after the other.

    :param records: classes of results that are sent by their fields
    """

    def __init__(self, sock: socket.socket, slots: SharedSlots, records: Records) -> None:
        self._socket = sock
        self._slots = slots
        self._records = records
        #: kinds of errors that have been logged
        self._told: set[str] = set()
        #: slot -> the array of its bytes, as long as anything views it
        self._viewed: dict[int, weakref.ref[NDArray[np.uint8]]] = {}

    def serve(self, handle: Callable[[Any], Any]) -> None:
        """
        Answer requests until the node closes its socket.

        :param handle: returns the answer to a request; its exceptions are answers, too
        """
        while (note := channel.receive(self._socket)) is not None:
            answer = self._answer(note, handle)
            place, size = self._write(answer)
            note = channel.Note(note.number, OUTPUT_SLOT, self._free(), place, size)
            try:
                channel.send(self._socket, note)
            except OSError:
                return

    def _answer(self, note: channel.Note, handle: Callable[[Any], Any]) -> dict[str, Any]:
        try:
            return {'value': handle(self._request(note))}
        except BaseException as error:
            # own code may raise SystemExit, too; its variables may hold all memory there is
            traceback.clear_frames(error.__traceback__)
            value = error_value(error)
            self._tell(error, value)
            return {'error': value}

    def _tell(self, error: BaseException, value: dict[str, Any]) -> None:
        """Log where own code raised, once per kind of error."""
        kind = value['reason']
        if value['own_code'] and kind not in self._told and len(self._told) < _MOST_TOLD:
            self._told.add(kind)
            _log.error('%s', value['text'], exc_info=error)

    def _request(self, note: channel.Note) -> Any:
        kept = sum(1 for slot in range(INPUT_SLOTS) if slot != note.slot and self._in_use(slot))
        array = np.frombuffer(self._slots.slot(note.slot), np.uint8)
        copied = kept >= _MOST_KEPT
        if not copied:
            self._viewed[note.slot] = weakref.ref(array)
        return Reader(array, self._records, copied=copied).read(note.place, note.size)

    def _in_use(self, slot: int) -> bool:
        found = self._viewed.get(slot)
        return found is not None and found() is not None

    def _free(self) -> int:
        return sum(1 << slot for slot in range(INPUT_SLOTS) if not self._in_use(slot))

    def _write(self, answer: dict[str, Any]) -> tuple[int, int]:
        output = self._slots.slot(OUTPUT_SLOT)
        try:
            return Writer(output, self._records).write(answer)
        except errors.UnsendableError as error:
            problem = errors.IsolationError(errors.UNSENDABLE_RESULT, f'its result: {error}')
        except errors.TooLargeError as error:
            problem = errors.IsolationError(errors.RESULT_TOO_LARGE, f'its result: {error}')
        except BaseException as error:
            # attributes of a user's own objects may raise anything
            told = f'its result cannot be read: {brief_error(error)}'
            problem = errors.IsolationError(errors.UNSENDABLE_RESULT, told)
        return Writer(output, self._records).write({'error': error_value(problem)})


def error_value(error: BaseException) -> dict[str, Any]:
    """Return an exception as a value; it never raises."""
    text, where = brief_error(error), ''
    if isinstance(error, ConfigError):
        text, where = brief(error.problem, MOST_OF_AN_ERROR), brief(error.where)
    elif isinstance(error, EdgeSchedError):
        text = brief(error, MOST_OF_AN_ERROR)
    return {
        'reason': code_of(error),
        'text': text,
        'where': where,
        'own_code': raised_by_own_code(error),
        'of_frame': isinstance(error, FrameError),
    }


def raised_by_own_code(error: BaseException | None) -> bool:
    """Return whether the code of a user raised, rather than a setting being wrong."""
    while isinstance(error, EdgeSchedError):
        error = error.__cause__
    return error is not None
