# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A child that takes commands: one line of JSON each way."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from queue import Empty
from queue import Queue
from typing import Any

from benchmarks.side_by_side.faults import BenchFault
from benchmarks.side_by_side.rig.child import Child
from benchmarks.side_by_side.rig.child import STOP_TIMEOUT_S

#: begins a line that is an answer; libraries print what they like
MARK = '@ '
#: the command that ends what is being done; it has no answer
STOP = 'stop'
_CLOSED = 'it closed its output'


class TalkingChild(Child):
    """A process that answers commands in order."""

    def __init__(
        self, name: str, command: list[str], *, log: Path, added: dict[str, str] | None = None
    ) -> None:
        super().__init__(name, command, log=log, talks=True, added=added)
        self._answers: Queue[dict[str, Any]] = Queue()
        #: number of the last command that wants an answer
        self._asked = 0
        threading.Thread(target=self._listen, name=f'listen-{name}', daemon=True).start()

    def send(self, do: str, **fields: Any) -> None:
        """
        Send a command; its answer is for :meth:`answer`.

        :raises BenchFault: when the process has ended
        """
        self._asked += 1
        self._write({'do': do, 'number': self._asked, **fields})

    def stop_work(self) -> None:
        """Ask it to end what it is doing; the answer to that comes as if it had ended itself."""
        self._write({'do': STOP})

    def answer(self, timeout_s: float) -> dict[str, Any]:
        """
        Return the answer to the last command.

        :raises BenchFault: when there is none in time, or it says that something went wrong
        """
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                found = self._answers.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                self.check()
                raise BenchFault(f'{self.name} gave no answer in {timeout_s:.0f} s') from None
            # an answer that came too late for the one who asked is nobody's any more
            if found.pop('number', self._asked) == self._asked:
                break
        if found.get('error') == _CLOSED:
            # it is ending: its last words say more
            self.wait(STOP_TIMEOUT_S)
            self.check()
        if 'error' in found:
            raise BenchFault(f'{self.name}: {found["error"]} ({self.log})')
        return found

    def ask(self, do: str, *, timeout_s: float = 30.0, **fields: Any) -> dict[str, Any]:
        """Send a command and return its answer."""
        self.send(do, **fields)
        return self.answer(timeout_s)

    def _write(self, command: dict[str, Any]) -> None:
        self.check()
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(command).encode() + b'\n')
            self.process.stdin.flush()
        except BrokenPipeError:
            raise BenchFault(f'{self.name} does not listen any more ({self.log})') from None

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            text = line.decode(errors='replace')
            if text.startswith(MARK):
                self._answers.put(json.loads(text.removeprefix(MARK)))
        self._answers.put({'error': _CLOSED})
