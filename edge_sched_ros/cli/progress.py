# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Progress bars: the part done and the time remaining, or the elapsed time of a search."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn
from rich.progress import Progress
from rich.progress import ProgressColumn
from rich.progress import Task
from rich.progress import TaskProgressColumn
from rich.progress import TextColumn
from rich.text import Text

#: no bar is shown for shorter work
PATIENCE_S = 1.0
_EVERY_S = 0.25


class Remaining(ProgressColumn):
    """
    The time remaining, computed from the mean time of the steps done.

    rich's own column shows it only after two steps, and forgets steps older than half a minute.
    """

    def render(self, task: Task) -> Text:
        """Return the time as hours, minutes and seconds."""
        if not task.completed or not task.elapsed or task.total is None:
            return Text('-:--:--', style='progress.remaining')
        left = round(task.elapsed * max(0.0, task.total / task.completed - 1))
        shown = f'{left // 3600}:{left // 60 % 60:02}:{left % 60:02}'
        return Text(shown, style='progress.remaining')


@contextmanager
def progress_bar(console: Console, text: str, total: float) -> Iterator[Callable[[float], None]]:
    """
    Show a bar on a terminal, nothing elsewhere.

    Yields a function that takes the amount done so far.
    """
    columns = (
        TextColumn('{task.description}'),
        BarColumn(),
        TaskProgressColumn(),
        Remaining(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(text, total=total)
        yield lambda done: bar.update(task, completed=done)
        bar.update(task, completed=total)


@contextmanager
def time_bar(
    console: Console, text: str, limit_s: float, *, patience_s: float = PATIENCE_S
) -> Iterator[None]:
    """
    Show on a terminal the elapsed time of work that reports no progress.

    :param limit_s: approximate time limit of the work
    :param patience_s: nothing is shown before this time
    """
    if not console.is_terminal:
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(
        target=_show_time,
        args=(console, text, limit_s, patience_s, ended),
        name='time bar',
        daemon=True,
    )
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _show_time(
    console: Console, text: str, limit_s: float, patience_s: float, ended: threading.Event
) -> None:
    began_s = time.monotonic()
    if ended.wait(patience_s):
        return
    columns = (
        TextColumn('{task.description}'),
        BarColumn(),
        TextColumn('{task.completed:.0f} of at most {task.total:g} s'),
    )
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(text, total=limit_s)
        while not ended.wait(_EVERY_S):
            bar.update(task, completed=min(limit_s, time.monotonic() - began_s))
