# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Settings of a process that runs own code: it ends with the node, and logs through it."""

from __future__ import annotations

import ctypes
import faulthandler
import logging
import os
import resource
import signal
import socket
import sys
from pathlib import Path

from edge_sched_ros.core.brief_log import BriefFormatter
from edge_sched_ros.execution.isolation.codec import Records
from edge_sched_ros.execution.isolation.memory import SharedSlots
from edge_sched_ros.execution.isolation.output import MARK
from edge_sched_ros.execution.isolation.server import Server

#: prctl's number of the signal that a process gets when its parent ends (linux/prctl.h)
_PR_SET_PDEATHSIG = 1
#: the system ends this process before the node when it has no memory left; 1000 is the most
_OOM_SCORE = 800


def connect(arguments: list[str], records: Records) -> Server:
    """
    Return the server of this process.

    :param arguments: descriptors of socket and memory, and the number of the node's process
    """
    fds, parent = [int(each) for each in arguments[:2]], int(arguments[2])
    end_with(parent)
    for fd in fds:
        os.set_inheritable(fd, False)
    # Ctrl-C is for the node, which then ends this process
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    prefer_for_oom_kill()
    log_to_node()
    return Server(socket.socket(fileno=fds[0]), SharedSlots(fds[1]), records)


def end_with(parent: int) -> None:
    """Let the kernel end this process with its parent, even while native code runs."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)  # the parent has ended already


def prefer_for_oom_kill() -> None:
    """Let the system end this process rather than another one when it has no memory left."""
    try:
        Path('/proc/self/oom_score_adj').write_text(str(_OOM_SCORE))
    except OSError:
        pass  # a container may forbid it


def limit_memory(mib: int) -> None:
    """
    Limit the address space to what it is now and so much more.

    :param mib: 0 for no limit
    """
    if not mib:
        return
    pages = int(Path('/proc/self/statm').read_text().split()[0])
    limit = pages * resource.getpagesize() + (mib << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def log_to_node() -> None:
    """Write log records to stderr in a form that keeps their level; name the place of crashes."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LevelFormatter())
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.INFO)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    faulthandler.enable(sys.stderr)


class _LevelFormatter(BriefFormatter):
    """Begins every line of a record with its level."""

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).splitlines()
        return '\n'.join(f'{MARK}{record.levelno}{MARK}{line}' for line in lines)
