# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is fuzzed, and what counts as a finding."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

from edge_sched_ros.core.brief import MOST_OF_AN_ERROR
from edge_sched_ros.core.errors import EdgeSchedError

#: no input may take longer
MOST_S = 1.0
#: no input may take more memory: so many times its size, and so much beside it
MOST_TIMES, MOST_MIB = 4, 64


class FindingError(AssertionError):
    """An input that did what none may do."""


@dataclass(frozen=True, slots=True)
class Target:
    """
    A function that reads bytes from outside.

    :param name: unique, a word
    :param corpus: good inputs, from which others are made
    :param read: reads an input
    :param refuses: errors by which it says that an input is bad, with a message
    :param most_text: no message of an error may have more letters
    :param slow: whether an input takes so long that tests read only a few
    """

    name: str
    corpus: tuple[bytes, ...]
    read: Callable[[bytes], object]
    refuses: tuple[type[Exception], ...] = (EdgeSchedError,)
    most_text: int = MOST_OF_AN_ERROR
    slow: bool = False

    def check(self, data: bytes) -> bool:
        """
        Read an input; whether it was taken.

        :raises FindingError: when it took too long or too much memory, or the message is too long
        """
        before_mib, began_s = _peak_mib(), time.thread_time()
        try:
            self.read(data)
            taken = True
        except self.refuses as error:
            taken = False
            if len(str(error)) > self.most_text:
                raise FindingError(f'a message of {len(str(error))} letters') from error
        took_s, grown_mib = time.thread_time() - began_s, _peak_mib() - before_mib
        if took_s > MOST_S:
            raise FindingError(f'it took {took_s:.1f} s')
        if grown_mib > MOST_MIB + MOST_TIMES * len(data) / 2**20:
            raise FindingError(f'it took {grown_mib:.0f} MiB')
        return taken


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
