# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The other end of a :class:`TalkingChild`: reads commands, carries them out, answers."""

from __future__ import annotations

import json
import sys
import threading
import traceback
from collections.abc import Callable
from queue import Empty
from queue import SimpleQueue
from typing import Any

from benchmarks.side_by_side.rig.talk import MARK
from benchmarks.side_by_side.rig.talk import STOP


class Commands:
    """Commands from stdin, read by a thread so that work can be interrupted by one."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        threading.Thread(target=self._read, name='commands', daemon=True).start()

    def stop_asked(self) -> bool:
        """Take the next command if it is there, and return whether it was to stop."""
        try:
            command = self._queue.get_nowait()
        except Empty:
            return False
        return command is None or command['do'] == STOP

    def serve(
        self,
        handlers: dict[str, Callable[..., dict[str, Any] | None]],
        *,
        meanwhile: Callable[[], None] = lambda: None,
        every_s: float | None = None,
    ) -> None:
        """
        Carry out commands until stdin is closed.

        :param handlers: by the command's name; a dict returned is the answer
        :param meanwhile: called every ``every_s`` seconds while there is no command
        """
        while True:
            try:
                command = self._queue.get(timeout=every_s)
            except Empty:
                meanwhile()
                continue
            if command is None:
                return
            # a stop that came after the work had ended
            if command['do'] != STOP:
                _answer(handlers, command)

    def _read(self) -> None:
        for line in sys.stdin:
            self._queue.put(json.loads(line))
        self._queue.put(None)


def _answer(handlers: dict[str, Callable[..., Any]], command: dict[str, Any]) -> None:
    name, number = command.pop('do'), command.pop('number')
    try:
        answer = handlers[name](**command) or {}
    except Exception as error:
        traceback.print_exc()
        answer = {'error': f'{name}: {type(error).__name__}: {error}'}
    print(MARK + json.dumps({**answer, 'number': number}), flush=True)
