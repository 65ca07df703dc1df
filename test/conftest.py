# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What holds for all tests: whoever starts them, nothing is judged by time or waits for ever."""

from __future__ import annotations

import atexit
import contextlib
import faulthandler
import importlib
import logging
import os
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck
from hypothesis import Phase
from hypothesis import settings

#: how terminals of whoever starts the tests want output, which tests look at as a pipe gets it
for _name in ('COLUMNS', 'LINES', 'FORCE_COLOR', 'NO_COLOR', 'TTY_COMPATIBLE', 'TTY_INTERACTIVE'):
    os.environ.pop(_name, None)

# the engines that tests build are noted there, and not among those of the user
_STATE = tempfile.TemporaryDirectory(prefix='edge_sched_state_')
atexit.register(_STATE.cleanup)
os.environ['XDG_STATE_HOME'] = _STATE.name

# launch has all loggers made after its first import keep their records from pytest; that import
# may come from a test, so it is made here, and undone
with contextlib.suppress(ImportError):
    importlib.import_module('launch.logging')
logging.setLoggerClass(logging.Logger)

#: folders whose tests start nodes and processes, or install: one at a time
_ONE_BY_ONE = ('benchmarks', 'kubernetes', 'launch', 'nodes', 'package')

#: many times what the longest test takes, so that only one that hangs reaches it
TEST_TIMEOUT_S = 600
#: tests that begin within this time share the limit
_WATCH_AGAIN_S = 60
#: where stacks are written to, and when the limit began
_STACKS = pytest.StashKey[int]()
_WATCHED_S = pytest.StashKey[float]()

#: by default a node calls a unit hung after two seconds, in which a busy machine may not have
#: given a thread its turn; tests of hung units set a limit of their own
WATCHDOG_FLOOR_NS = 600 * 10**9

# under load an example takes as long as it takes, and so does making one up; to explain a failure,
# hypothesis would follow a thousand more runs line by line: half an hour for simulations
settings.register_profile(
    'edge_sched',
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[phase for phase in Phase if phase is not Phase.explain],
)
settings.load_profile('edge_sched')


def pytest_configure(config: pytest.Config) -> None:
    """
    Open what the stacks of a test that hangs are written to.

    It is opened here, where pytest does not capture the standard error.
    """
    config.stash[_STACKS] = os.dup(2)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Watch no longer."""
    faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool | None, bool | None]:
    """
    End a run in which a test hangs, with the stacks of all threads, in native code, too.

    Most tests take a millisecond: a thread for each, as of pytest-timeout, would add 0.2 ms.
    So one watches over all tests that begin within a minute.
    """
    now_s = time.monotonic()
    if now_s - item.config.stash.get(_WATCHED_S, float('-inf')) > _WATCH_AGAIN_S:
        item.config.stash[_WATCHED_S] = now_s
        stacks = item.config.stash[_STACKS]
        faulthandler.dump_traceback_later(TEST_TIMEOUT_S, exit=True, file=stacks)
    return (yield)


@pytest.fixture(autouse=True)
def _no_hung_call_just_before() -> None:
    """Begin with whole time limits: after a call that hung, the next ones have less time."""
    module = sys.modules.get('edge_sched_ros.plugins.bounded_call')
    if module is not None:
        module._hung_calls.count, module._hung_calls.last_s = 0, -1e9


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """
    Keep tests that share ROS, ports or the installation in one process of pytest-xdist.

    It comes first, since pytest-xdist looks at the groups in this very hook.
    """
    if not config.pluginmanager.hasplugin('xdist'):
        return
    here = Path(__file__).parent
    for item in items:
        alone = item.path.relative_to(here).parts[0] in _ONE_BY_ONE
        if alone or any(item.iter_markers('dds')) or any(item.iter_markers('ros')):
            item.add_marker(pytest.mark.xdist_group('one by one'))


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """Let what a test logged reach pytest-xdist: a lone surrogate would end the whole run."""
    return _sendable((yield))


def _sendable(value: Any) -> Any:
    """Return a value as it is, with texts that can be encoded."""
    if isinstance(value, str):
        return value.encode('utf-8', 'backslashreplace').decode()
    if isinstance(value, dict):
        return {_sendable(key): _sendable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_sendable, value))
    return value


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let pipelines of tests call no unit hung because the machine is busy."""
    config: Any = sys.modules.get('edge_sched_ros.pipeline.settings.pipeline_config')
    if config is None or config.Watchdog is _patient:
        return
    _real.append(config.Watchdog)
    config.Watchdog = _patient


_real: list[Any] = []


def _patient(*, floor_ns: int, **others: Any) -> Any:
    """Return a watchdog with the limit that is asked for; in place of the default, a long one."""
    default_ns = _real[-1]().floor_ns
    return _real[-1](floor_ns=WATCHDOG_FLOOR_NS if floor_ns == default_ns else floor_ns, **others)
