# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parallel calls, each in a separate process."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from concurrent.futures import as_completed
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import forkserver
from types import ModuleType
from typing import Any
from typing import TypeVar

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.errors import EdgeSchedError

_Item = TypeVar('_Item')
_Result = TypeVar('_Result')


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A ``ConfigError`` in a form that can be sent between processes."""

    where: str
    problem: str


def run_all(
    function: Callable[[_Item], _Result],
    items: Iterable[_Item],
    *,
    jobs: int,
    progress: Callable[[float], None] = lambda _share: None,
) -> list[_Result]:
    """
    Call a function on every item and return its results in order.

    :param function: a function of a module; its items and results are sent between processes
    :param jobs: number of parallel processes; with 1 everything runs in this process
    :param progress: called with the share done, 0..1, in any order
    :raises ConfigError: the first one that the function raised
    :raises EdgeSchedError: when a process was ended from outside (e.g. out of memory)
    """
    todo = list(items)
    attempt: Callable[[_Item], _Result | _Refusal] = partial(_attempt, function)
    if min(jobs, len(todo)) < 2:
        return [_told(attempt(item), n / len(todo), progress) for n, item in enumerate(todo, 1)]
    # not by fork: other threads (a progress bar has one) may hold locks, which would stay locked
    context: Any = multiprocessing.get_context('forkserver')
    _start_fork_server(context)
    workers = min(jobs, len(todo))
    try:
        with (
            _without_main(function),
            ProcessPoolExecutor(workers, mp_context=context, initializer=_end_at_once) as pool,
            _ended_with_it(),
        ):
            waiting = [pool.submit(attempt, item) for item in todo]
            results = {
                done: _told(done.result(), n / len(todo), progress)
                for n, done in enumerate(as_completed(waiting), 1)
            }
            return [results[done] for done in waiting]
    except BrokenProcessPool:
        raise EdgeSchedError(
            'a process was ended from outside; if memory ran out, use fewer --jobs'
        ) from None


def _start_fork_server(context: Any) -> None:
    """
    Start the process from which workers are forked, with the package loaded once.

    It does not get the ``sys.path`` of this process, and would import the package from a checkout
    in the working folder instead of the installed one.
    """
    if sys.version_info < (3, 11):
        # without PYTHONSAFEPATH each worker imports the package itself
        return
    context.set_forkserver_preload(['edge_sched_ros.simulation.suite'])
    before = os.environ.get('PYTHONSAFEPATH')
    os.environ['PYTHONSAFEPATH'] = '1'
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ['PYTHONSAFEPATH']
        else:
            os.environ['PYTHONSAFEPATH'] = before


@contextmanager
def _without_main(function: Callable[[Any], Any]) -> Iterator[None]:
    """
    Start processes without running this process's main program again.

    A new worker would run that file under another name, and start its own workers if the file has
    no ``if __name__ == '__main__'``. Workers need it only for definitions in it.
    """
    main = sys.modules['__main__']
    if function.__module__ == main.__name__:
        yield
        return
    sys.modules['__main__'] = ModuleType('__main__')
    try:
        yield
    finally:
        sys.modules['__main__'] = main


def _told(result: _Result | _Refusal, share: float, progress: Callable[[float], None]) -> _Result:
    """Return a result after reporting the progress."""
    if isinstance(result, _Refusal):
        raise ConfigError(result.where, result.problem)
    progress(share)
    return result


def _attempt(function: Callable[[_Item], _Result], item: _Item) -> _Result | _Refusal:
    try:
        return function(item)
    except ConfigError as error:
        return _Refusal(error.where, error.problem)


@contextmanager
def _ended_with_it() -> Iterator[None]:
    """On failure end the processes started in the context: their results are not needed."""
    before = set(multiprocessing.active_children())
    try:
        yield
    except BaseException:
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        raise


def _end_at_once() -> None:
    """
    End silently on Ctrl-C, and when the parent process has ended.

    The parent reports the reason if it can; nothing else signals its end by SIGKILL.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
