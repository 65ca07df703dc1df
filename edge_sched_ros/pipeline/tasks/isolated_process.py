# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The process of an isolated task: makes its program, and runs what the node asks for.

Started by ``execution.isolation`` with the descriptors of its socket and memory. Networks need
more of this package than own code, so that is imported only for them.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.doubt import doubt_of
from edge_sched_ros.execution.fused import fuse
from edge_sched_ros.execution.isolation.child import connect
from edge_sched_ros.execution.isolation.child import limit_memory
from edge_sched_ros.execution.isolation.contexts import context_of
from edge_sched_ros.execution.isolation.contexts import result_value
from edge_sched_ros.execution.isolation.errors import IsolationError
from edge_sched_ros.execution.isolation.errors import RESTARTING
from edge_sched_ros.execution.network_variants import BASE
from edge_sched_ros.perception.programs.registry import make_own_program
from edge_sched_ros.perception.results import SENT_RESULTS
from edge_sched_ros.plugins.interrupts import interrupts_do_not_raise

#: attributes that only some programs have, and that the node reads
_ATTRIBUTES = (
    'labels',
    'extras',
    'needs_boxes',
    'needs_depth',
    'observes_boxes',
    'needs_second',
    'needs_camera',
    'score_threshold',
    'kinds',
    'decoder_name',
)
_CHECKS = ('check_option', 'check_together')


class Handler:
    """Does the requests of the node."""

    def __init__(self) -> None:
        self._program: Any = None
        self._context: JobContext | None = None
        self._todo: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            'load': self._load,
            'run': self._run,
            'reset': self._reset,
            'set_option': self._set_option,
            'check_option': self._check_option,
            'check_together': self._check_together,
            'close': self._close,
        }

    def __call__(self, request: Mapping[str, Any]) -> Any:
        """Return the answer to a request."""
        return self._todo[request['do']](request)

    def _load(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if request['pictures']:
            # it converts pictures: the first frame must not wait for it. As in the node
            importlib.import_module('cv2').setNumThreads(1)
        limit_memory(request['memory_mib'])
        task = request['task']
        more: dict[str, Any] = {}
        if task['program']:
            self._program = make_own_program(
                task['program'], task['name'], task['options'], tracker=task['tracker']
            )
        if self._program is None or getattr(self._program, 'stage_ops', {}):
            self._program, more = _make_with_units(request)
        elif request['fused']:
            self._program = fuse(self._program)
        if getattr(self._program, 'observes_boxes', False):
            raise ConfigError(
                f'{task["name"]}.isolation',
                'a program that follows the boxes of another task needs isolation: thread',
            )
        for name, value in request['settings'].items():
            self._program.set_option(name, value)
        return {
            'stages': {BASE: tuple(self._program.stages)},
            'output': str(self._program.output),
            'attributes': {**self._attributes(), 'doubt': doubt_of(self._program)},
            'checks': [name for name in _CHECKS if hasattr(self._program, name)],
            **more,
        }

    def _attributes(self) -> dict[str, Any]:
        return {
            name: getattr(self._program, name)
            for name in _ATTRIBUTES
            if hasattr(self._program, name)
        }

    def _run(self, request: Mapping[str, Any]) -> dict[str, Any]:
        for each in request['due']:
            self(each)
        if request['context'] is not None:
            self._context = context_of(request['context'])
        context = self._context
        if context is None:
            raise IsolationError(RESTARTING, 'its process was started again between two stages')
        if request['last']:
            # an idle process must not keep the frame
            self._context = None
        context.unit, context.variant = request['unit'], request['variant']
        context.parts.clear()
        items = self._program.run(request['stage'], context)
        return {
            'items': None if items is None else int(items),
            'parts': context.parts,
            'result': result_value(context.result if request['last'] else None),
            'doubt': doubt_of(self._program) if request['last'] else None,
        }

    def _reset(self, _request: Mapping[str, Any]) -> None:
        self._program.reset()

    def _set_option(self, request: Mapping[str, Any]) -> dict[str, Any]:
        self._program.set_option(request['name'], request['value'])
        return self._attributes()

    def _check_option(self, request: Mapping[str, Any]) -> None:
        self._program.check_option(request['name'], request['value'])

    def _check_together(self, request: Mapping[str, Any]) -> None:
        self._program.check_together(request['values'])

    def _close(self, _request: Mapping[str, Any]) -> None:
        self._program.close()


def _make_with_units(request: Mapping[str, Any]) -> tuple[Program, dict[str, Any]]:
    """Return the program of a network or of operations on units, and what is known of both."""
    from edge_sched_ros.pipeline.tasks.isolated_units import make_with_units

    return make_with_units(request['config'], request['task'], fused=request['fused'])


def main() -> None:
    """Answer requests until the node ends."""
    interrupts_do_not_raise()
    connect(sys.argv[1:], SENT_RESULTS).serve(Handler())


if __name__ == '__main__':
    main()
