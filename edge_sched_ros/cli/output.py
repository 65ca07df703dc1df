# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Standard output that may be full or closed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from edge_sched_ros.cli.streams import discard_output
from edge_sched_ros.core.errors import EdgeSchedError


@contextmanager
def printing() -> Iterator[None]:
    """
    Context for printing: on exit all output has been written.

    When the reader has closed the pipe (``| head``), the command ends silently with exit code 1.

    :raises EdgeSchedError: when it cannot be written
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        discard_output()
        raise SystemExit(1) from None
    except OSError as error:
        discard_output()
        raise EdgeSchedError(f'standard output cannot be written: {error.strerror}') from None
