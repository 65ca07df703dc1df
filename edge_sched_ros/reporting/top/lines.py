# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The lines of ``edge-sched top``, for a terminal of 80 columns or more."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from edge_sched_ros.core.brief import printable
from edge_sched_ros.reporting.top.history import History
from edge_sched_ros.reporting.top.snapshot import shown_time
from edge_sched_ros.reporting.top.snapshot import Snapshot
from edge_sched_ros.reporting.top.snapshot import TaskRow
from edge_sched_ros.reporting.top.snapshot import UnitRow

_GOOD, _DOUBTFUL, _BAD, _DIM = 'green', 'yellow', 'bold red', 'dim'
#: shares of answers on time below which a task is doubtful, and bad
_DOUBTFUL_SHARE, _BAD_SHARE = 0.99, 0.9
#: columns of the bar of responses against the deadline, and of a unit's utilisation
_BAR, _BUSY_BAR = 16, 10
_HEAD = (
    f'{"TASK":14}{"HZ":>6}{"ON TIME":>9}  {"RESPONSE":{_BAR + 1}}'
    f'{"P50":>6}{"P99":>7}{"OF":>7}{"AGE":>6}{"Q":>4}'
)
_UNITS_HEAD = f'{"UNIT":14}{"BUSY":>6}  {"":{_BUSY_BAR}}{"WAIT":>6}{"TEMP":>7}  RUNS'


def head_line(snapshot: Snapshot) -> Text:
    """Return the line with the source, its policy and the time."""
    at = shown_time(snapshot.stamp_s) if snapshot.stamp_s else ''
    return Text.assemble(
        (printable(snapshot.source), 'bold'), f'  policy {printable(snapshot.policy)}  {at}'
    )


def task_lines(snapshot: Snapshot, history: History, selected: str = '') -> Iterator[Text]:
    """
    Return a line for each task below their heading, and its problem where it has one.

    Below them is what is done in Python though it has a native form, by reason.

    :param selected: the task that keys change
    """
    yield Text(_HEAD, style=_DIM)
    for task in snapshot.tasks:
        line = _task(task, history.on_time_share(task))
        if task.name == selected:
            line.stylize('reverse', 0, 14)
        yield line
        if task.problem and task.enabled:
            yield Text(f'  {printable(task.problem)}', style=_DOUBTFUL, no_wrap=True)
    by_text: dict[str, list[str]] = {}
    for task in snapshot.tasks:
        if task.in_python:
            by_text.setdefault(task.in_python, []).append(task.name)
    for text, names in by_text.items():
        yield Text(printable(f'in Python: {text}: {", ".join(names)}'), style=_DIM, no_wrap=True)


def _task(task: TaskRow, share: float | None) -> Text:
    line = Text(f'{_cut(task.name, 13):14}', no_wrap=True)
    if not task.enabled:
        return line.append('disabled', style=_DIM)
    line.append(f'{_number(task.on_time_hz):>6}')
    text = '-' if share is None else f'{share:.1%}'
    line.append(f'{text:>9}  ', style=_share_style(share))
    line.append_text(response_bar(task))
    line.append(f'{_number(task.p50_ms):>6}{_number(task.p99_ms):>7}')
    line.append(f'{_number(task.deadline_ms):>7}{_number(task.age_ms):>6}{task.in_flight:>4}')
    return line


def response_bar(task: TaskRow) -> Text:
    """Return responses against the deadline: full up to the median, light up to the 99th."""
    bar = Text()
    ends = [
        min(_BAR, round(_BAR * (value or 0.0) / task.deadline_ms))
        for value in (task.p50_ms, task.p99_ms)
    ]
    late = task.p99_ms is not None and task.p99_ms > task.deadline_ms
    style = _BAD if late else _GOOD
    bar.append('█' * ends[0], style=style)
    bar.append('▒' * (ends[1] - ends[0]), style=style)
    bar.append('·' * (_BAR - ends[1]), style=_DIM)
    bar.append('▶' if late else '│', style=style if late else _DIM)
    return bar


def unit_lines(snapshot: Snapshot) -> Iterator[Text]:
    """Return a line for each unit below their heading; of several devices, by device."""
    yield Text(_UNITS_HEAD, style=_DIM)
    device = ''
    for unit in snapshot.units:
        owner, _, _ = unit.name.rpartition('/')
        if owner != device:
            device = owner
            yield Text(f'device {printable(device)}', style='bold')
        yield _unit(unit)


def _unit(unit: UnitRow) -> Text:
    name = unit.name.rpartition('/')[2]
    line = Text(f'{_cut(name, 13):14}', no_wrap=True)
    if unit.state != 'available':
        return line.append(printable(f'{unit.state}: {unit.reason}'), style=_BAD)
    full = min(_BUSY_BAR, round(unit.utilisation * _BUSY_BAR))
    line.append(f'{unit.utilisation:>6.0%}  ')
    line.append('█' * full, style='cyan').append('·' * (_BUSY_BAR - full), style=_DIM)
    waiting = '-' if unit.waiting is None else str(unit.waiting)
    warm = '-' if unit.temperature_c is None else f'{unit.temperature_c:.0f} C'
    return line.append(f'{waiting:>6}{warm:>7}  {printable(unit.running) or "-"}')


def loss_lines(history: History, most: int) -> Iterator[Text]:
    """Return the last frames without an answer, the newest first."""
    yield Text('FRAMES WITHOUT AN ANSWER', style=_DIM)
    if not history.losses:
        yield Text('none', style=_DIM)
    for loss in list(history.losses)[:most]:
        yield Text(printable(loss.text()), no_wrap=True)


def all_lines(history: History, selected: str = '', *, losses: int = 8) -> list[Text]:
    """Return everything below each other."""
    snapshot = history.last
    if snapshot is None:
        return []
    return [
        head_line(snapshot),
        *task_lines(snapshot, history, selected),
        *unit_lines(snapshot),
        *loss_lines(history, losses),
    ]


def _share_style(share: float | None) -> str:
    if share is None:
        return _DIM
    if share < _BAD_SHARE:
        return _BAD
    return _DOUBTFUL if share < _DOUBTFUL_SHARE else _GOOD


def _number(value: float | None) -> str:
    if value is None:
        return '-'
    return f'{value:.1f}' if abs(value) < 1000 else f'{value:.0f}'


def _cut(text: str, most: int) -> str:
    text = printable(text)
    return text if len(text) <= most else f'{text[: most - 1]}~'
