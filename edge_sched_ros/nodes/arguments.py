# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Arguments of the helper programs; an error in them is reported in one line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any
from typing import NoReturn

from edge_sched_ros.core.names import is_blank
from edge_sched_ros.nodes.running import BAD_INPUT


class OneLineParser(argparse.ArgumentParser):
    """
    Ends the program with one line, as ``edge-sched`` does; argparse would print the usage first.

    :param prog: name of the program
    """

    def __init__(self, prog: str, **more: Any) -> None:
        super().__init__(prog=prog, **more)

    def error(self, message: str) -> NoReturn:
        """Print the error and exit."""
        line = ' '.join(message.split())
        sys.stderr.write(f'{self.prog}: {line} ({self.prog} --help shows the options)\n')
        sys.exit(BAD_INPUT)


def path_named(text: str) -> Path:
    """Return a path; an empty one would mean the current folder."""
    if is_blank(text):
        raise argparse.ArgumentTypeError(f'must be a path, not {text!r}')
    return Path(text)
