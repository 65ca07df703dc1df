# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Programs whose code harms the process it runs in; the first frame of each is harmless."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from pathlib import Path

from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.perception.programs.options import Number

#: numbers of frames -> what happens
CRASH, EXIT, KEEP_GIL, ALLOCATE, RAISE, UNSENDABLE, KILLED = range(11, 18)


class Harmful:
    """Does what the number of the frame says."""

    stages = ('first', 'last')
    stateful = False
    output = 'none'
    labels = ('one', 'two')
    numbers = {'gain': Number(1.0, 0.0, 10.0, description='Gain')}

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain
        self.seen = 0

    def run(self, stage: str, context: JobContext) -> int:
        """Harm this process, or give some facts."""
        assert context.frame is not None and context.frame.image is not None
        if stage == 'first':
            context.scratch = self.seen
            return 0
        number = context.frame.seq
        if number == CRASH:
            ctypes.string_at(0)
        elif number == EXIT:
            os._exit(3)
        elif number == KEEP_GIL:
            int('7' * 4000) ** 1_000_000
        elif number == ALLOCATE:
            kept = []
            while True:
                kept.append(bytearray(16 << 20))
        elif number == RAISE:
            raise SystemExit('enough')
        elif number == UNSENDABLE:
            context.result = lambda: 0
            return 1
        elif number == KILLED:
            os.kill(os.getpid(), signal.SIGKILL)
        self.seen += 1
        context.result = {
            'pid': os.getpid(),
            'seen': self.seen,
            'before': context.scratch,
            'gain': self.gain,
            'mean': float(context.frame.image.bgr().mean()),
        }
        return self.seen

    @property
    def doubt(self) -> str:
        """Doubt what a large gain gives; the largest cannot be judged."""
        if self.gain == 10.0:
            raise SystemExit('no idea')
        return f'{self.seen} frames\nare too bright' if self.gain > 4.0 else ''

    def set_option(self, name: str, value: float | None) -> None:
        """Change the gain."""
        self.gain = 1.0 if value is None else value

    def check_option(self, name: str, value: float | None) -> None:
        """Allow every gain but one."""
        if value == 13.0:
            raise ValueError('13 brings bad luck')

    def reset(self) -> None:
        """Forget how many frames were seen."""
        self.seen = 0

    def close(self) -> None:
        """Say so."""
        print('closed by the node')


class Keeps(Harmful):
    """Keeps every picture, and tells the first pixel of each."""

    output = 'picture'

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[SourceImage] = []

    def run(self, stage: str, context: JobContext) -> int:
        """Keep the picture; the result is the oldest one."""
        assert context.frame is not None and context.frame.image is not None
        if stage == 'last':
            self.kept.append(context.frame.image)
            context.result = self.kept[0]
            pixels = [int(one.bgr()[0, 0, 0]) for one in self.kept]
            print('pixels', pixels, flush=True)
        return 0


class CannotBeMade(Harmful):
    """Crashes in its constructor."""

    def __init__(self) -> None:
        ctypes.string_at(0)


class Endless:
    """Writes the number of its process, and never returns nor lets another thread run."""

    stages = ('only',)
    stateful = False
    output = 'none'

    def run(self, stage: str, context: JobContext) -> int:
        """Keep the interpreter for ever."""
        Path(sys.path[0], 'pid').write_text(str(os.getpid()))
        int('7' * 4000) ** 100_000_000
        return 0

    def reset(self) -> None:
        """Nothing is remembered."""

    def close(self) -> None:
        """Nothing is held."""


class NeverMade(Harmful):
    """Its constructor does not return."""

    def __init__(self) -> None:
        while True:
            signal.pause()
