# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What ``edge-sched top`` costs: ``dev/env.sh python benchmarks/top_load.py`` beside a scheduler.

It opens a terminal of 80x24, and measures the CPU time of the command and of its ROS process.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from pathlib import Path

_ROWS, _COLUMNS = 24, 80
_START_S = 10.0


def _read_for(terminal: int, seconds: float) -> int:
    """Read what is drawn, as a terminal does; return the number of bytes."""
    count, end = 0, time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if select.select([terminal], [], [], left)[0]:
            try:
                count += len(os.read(terminal, 65536))
            except OSError:
                # so Linux says that the program on the terminal has ended
                break
    return count


def _cpu_s(process: int) -> float:
    fields = Path(f'/proc/{process}/stat').read_text().rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def _children(process: int) -> list[int]:
    return [
        int(one) for one in Path(f'/proc/{process}/task/{process}/children').read_text().split()
    ]


def main() -> None:
    """Print the share of a core that each process takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--seconds', type=float, default=60.0)
    seconds = parser.parse_args().seconds
    process, terminal = pty.fork()
    if process == 0:
        os.environ['TERM'] = 'xterm-256color'
        os.execvp('edge-sched', ['edge-sched', 'top'])
    size = struct.pack('HHHH', _ROWS, _COLUMNS, 0, 0)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)
    _read_for(terminal, _START_S)
    processes = {'top': process, 'ROS': (_children(process) or sys.exit('top has ended'))[0]}
    before, began = {name: _cpu_s(one) for name, one in processes.items()}, time.monotonic()
    drawn = _read_for(terminal, seconds)
    passed = time.monotonic() - began
    for name, one in processes.items():
        print(f'{name}: {(_cpu_s(one) - before[name]) / passed:.2%} of a core')
    print(f'{drawn / passed / 1024:.1f} KiB/s drawn, over {passed:.0f} s')
    os.write(terminal, b'q')
    _read_for(terminal, 1.0)
    os.waitpid(process, 0)


if __name__ == '__main__':
    main()
