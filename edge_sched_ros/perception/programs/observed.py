# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A program that passes its results on to another program at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.fused import JOINT

#: outputs that contain boxes; ``none`` is the output of own code with unknown results
_BOXES = ('detections', 'tracks', 'none')


class ObservedProgram:
    """
    Runs a program and passes its results on, from the thread of its last stage.

    Even a late result is passed on: it still gives the positions of objects in its frame.
    """

    def __init__(self, program: Program, observe: Callable[[Frame, Any], None]) -> None:
        self._program = program
        self._observe = observe
        self.stages = program.stages
        self._last = program.stages[-1].rpartition(JOINT)[2]
        self.stateful = program.stateful
        self.output = program.output

    @property
    def program(self) -> Program:
        """The program whose results are passed on."""
        return self._program

    def observe(self, frame: Frame, result: Any) -> None:
        """Pass a result on, for those who run the program's stages in another way."""
        self._observe(frame, result)

    def __getattr__(self, name: str) -> Any:
        """Return attributes that only some programs have: ``labels``, ``kinds`` ..."""
        return getattr(self._program, name)

    def run(self, stage: str, context: JobContext) -> int:
        """Run one stage; after the last one pass the result to the observer."""
        items = self._program.run(stage, context)
        # in some variants it runs together with stages named before it
        if stage.rpartition(JOINT)[2] == self._last and context.frame is not None:
            self._observe(context.frame, context.result)
        return items

    def set_option(self, name: str, value: float | None) -> None:
        """Change an option of the program."""
        self._program.set_option(name, value)

    def reset(self) -> None:
        """Reset the program's state."""
        self._program.reset()

    def close(self) -> None:
        """Free the program."""
        self._program.close()


def own_program(program: Program) -> Program:
    """Return a task's program without those who observe it."""
    while isinstance(program, ObservedProgram):
        program = program.program
    return program


def observers_of(program: Program) -> list[Callable[[Frame, Any], None]]:
    """Return who observes the results of a task's program, for those who run it otherwise."""
    found: list[Callable[[Frame, Any], None]] = []
    while isinstance(program, ObservedProgram):
        found.append(program.observe)
        program = program.program
    return found


def observe_detections(task: str, source: str, programs: dict[str, Program]) -> None:
    """
    Connect a task's program to the results of another, whose program is wrapped for this.

    :param source: the other task; empty for none
    :raises ConfigError: when the program needs one and has none, or cannot use it
    """
    where = f'{task}.detections_from'
    program: Any = programs[task]
    wants = getattr(program, 'observes_boxes', False)
    if not source:
        if wants:
            raise ConfigError(where, 'needs the task whose boxes are to be followed')
        return
    if not wants:
        raise ConfigError(where, 'is for programs that follow boxes (flow_track) only')
    followed = programs[source]
    if followed.output not in _BOXES:
        raise ConfigError(where, f"'{source}' gives {followed.output}, not boxes")
    program.labels = getattr(followed, 'labels', ())
    programs[source] = ObservedProgram(followed, program.observe)
