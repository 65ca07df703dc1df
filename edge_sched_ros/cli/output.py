# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Standard output that may be full or gone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from edge_sched_ros.cli.streams import discard_output
from edge_sched_ros.core.errors import EdgeSchedError


@contextmanager
def printing() -> Iterator[None]:
    """
    Print within; all of it has arrived afterwards.

    A reader that has seen enough (``| head``) ends the command with exit code 1 and no word.

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
