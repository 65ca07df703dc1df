# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Events and decisions as JSON text.

Fields at their defaults are left out. So are the times of a job's stages (``stages``), which the
events of the stages have. The types of almost every line have formatters of their own: a
serializer that looks for fields takes ten times as long, and every event pays for it. Names that
occur together are kept as one text.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import asdict
from dataclasses import fields
from dataclasses import MISSING
from math import isfinite
from typing import Any

from edge_sched_ros.core.decisions import Complete
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.decisions import UseVariant
from edge_sched_ros.core.decisions import WakeAt
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.scores import Scores
from edge_sched_ros.core.scores import SLACK_NS

#: fields that other lines of the trace have
_ELSEWHERE = frozenset({'stages'})


class _Quoted(dict[str, str]):
    """JSON text of names of tasks, stages, units; there are few, and each occurs often."""

    def __missing__(self, name: str) -> str:
        text = self[name] = json.dumps(name)
        return text


class _Members(dict[tuple[str, ...], str]):
    """
    JSON text of members of an object whose values are names that occur together.

    :param keys: of the members, in their order
    """

    def __init__(self, *keys: str) -> None:
        self._keys = keys

    def __missing__(self, names: tuple[str, ...]) -> str:
        members = [f'"{key}":{_QUOTED[name]}' for key, name in zip(self._keys, names)]
        text = self[names] = ','.join(members)
        return text


_QUOTED = _Quoted()
_OF_RUN = _Members('task', 'stage', 'unit', 'variant')
_OF_RELEASE = _Members('task', 'stream')
_OF_STAGE = _Members('stage', 'unit')
_OF_DROP = _Members('task', 'reason')


def text_of(item: Any) -> str:
    """Return an event or a decision as a JSON object with its class under ``type``."""
    return _FORMATTERS[type(item)](item)


def line_of(now_ns: int, event: Any, decisions: Iterable[Any]) -> str:
    """Return one line of a trace, without its end."""
    formatters = _FORMATTERS
    decided = ','.join([formatters[type(one)](one) for one in decisions])
    told = formatters[type(event)](event)
    return f'{{"now_ns":{now_ns},"event":{told},"decisions":[{decided}]}}'


def scored(line: str, scores: Iterable[Scores]) -> str:
    """Return a line with what led to its decisions."""
    told = ','.join([_scores(one) for one in scores])
    return f'{line[:-1]},"scores":[{told}]}}'


def _scores(scores: Scores) -> str:
    if scores.of == SLACK_NS:
        slacks = ','.join([f'[{ns},[[{pairs[0][0]},""]]]' for ns, pairs in scores.options])
        return f'{{"of":"{SLACK_NS}","options":[{slacks}]}}'
    options = ','.join(
        [
            f'[{number:.6g},[{_pairs(pairs)}]]'
            for number, pairs in scores.options
            if isfinite(number)
        ]
    )
    return f'{{"of":{_QUOTED[scores.of]},"options":[{options}]}}'


def _pairs(pairs: list[tuple[int, str]]) -> str:
    return ','.join([f'[{job},{_QUOTED[unit]}]' for job, unit in pairs])


def data_of(item: Any) -> dict[str, Any]:
    """Return an event or a decision as a reader of the trace sees it."""
    data: dict[str, Any] = json.loads(text_of(item))
    return data


def _any(item: Any) -> str:
    values = asdict(item)
    for field in fields(item):
        default = field.default
        if default is MISSING and field.default_factory is not MISSING:
            default = field.default_factory()
        if field.name in _ELSEWHERE or (default is not MISSING and values[field.name] == default):
            del values[field.name]
    return json.dumps({'type': type(item).__name__, **values}, separators=(',', ':'))


def _frame(event: FrameArrived) -> str:
    if event.deadline_ns is not None or event.paired_with or event.unpaired:
        return _any(event)
    return (
        f'{{"type":"FrameArrived","stream":{_QUOTED[event.stream]},"seq":{event.seq},'
        f'"release_ns":{event.release_ns}}}'
    )


def _finished(event: StageFinished) -> str:
    text = (
        f'{{"type":"StageFinished","job":{event.job},{_OF_STAGE[event.stage, event.unit]},'
        f'"started_ns":{event.started_ns},'
        f'"finished_ns":{event.finished_ns}'
    )
    if event.items:
        text += f',"items":{event.items}'
    if event.items_for is not None:
        text += f',"items_for":{json.dumps(event.items_for)}'
    if event.skip:
        text += f',"skip":{event.skip}'
    if event.energy_mj:
        text += f',"energy_mj":{_number(event.energy_mj)}'
    return text + '}'


def _release(decision: Release) -> str:
    text = (
        f'{{"type":"Release","job":{decision.job},{_OF_RELEASE[decision.task, decision.stream]},'
        f'"seq":{decision.seq},'
        f'"release_ns":{decision.release_ns},"deadline_ns":{decision.deadline_ns}'
    )
    if decision.parent is not None:
        text += f',"parent":{decision.parent}'
    if decision.items != 1:
        text += f',"items":{decision.items}'
    if decision.parents:
        text += f',"parents":{json.dumps(decision.parents)}'
    return text + '}'


def _run(decision: Run) -> str:
    names = _OF_RUN[decision.task, decision.stage, decision.unit, decision.variant]
    if decision.items == 1:
        return f'{{"type":"Run","job":{decision.job},{names}}}'
    return f'{{"type":"Run","job":{decision.job},{names},"items":{decision.items}}}'


def _complete(decision: Complete) -> str:
    on_time = 'true' if decision.on_time else 'false'
    return (
        f'{{"type":"Complete","job":{decision.job},"task":{_QUOTED[decision.task]},'
        f'"on_time":{on_time},"response_ns":{decision.response_ns}}}'
    )


def _use_variant(decision: UseVariant) -> str:
    return f'{{"type":"UseVariant","job":{decision.job},"variant":{_QUOTED[decision.variant]}}}'


def _drop(decision: Drop) -> str:
    names = _OF_DROP[decision.task, decision.reason]
    return f'{{"type":"Drop","job":{decision.job},{names}}}'


def _wake_at(decision: WakeAt) -> str:
    return f'{{"type":"WakeAt","time_ns":{decision.time_ns}}}'


def _timer_fired(_event: TimerFired) -> str:
    return '{"type":"TimerFired"}'


def _number(value: float) -> str:
    """Return a number as :func:`json.dumps` does, which takes four times as long."""
    return float.__repr__(float(value)) if isfinite(value) else json.dumps(value)


class _Formatters(dict[type, Callable[[Any], str]]):
    """Type -> what makes its text; types without their own share one."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        self[kind] = _any
        return _any


_FORMATTERS = _Formatters(
    {
        FrameArrived: _frame,
        StageFinished: _finished,
        Release: _release,
        Run: _run,
        Complete: _complete,
        UseVariant: _use_variant,
        Drop: _drop,
        WakeAt: _wake_at,
        TimerFired: _timer_fired,
    }
)
