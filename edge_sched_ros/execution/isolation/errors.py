# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Errors of programs that run in a process of their own."""

from __future__ import annotations

from edge_sched_ros.core.errors import EdgeSchedError

#: the process did not answer in time, and was ended
TIMEOUT = 'isolation_timeout'
#: the process ended while it had the frame; the signal or the exit code follows
CRASHED = 'worker_crashed'
#: the process is being started again
RESTARTING = 'worker_restarting'
#: the frame, or the result of the task before, does not fit into the shared memory
INPUT_TOO_LARGE = 'input_too_large'
#: the frame, or the result of the task before, has a value that cannot be sent
UNSENDABLE_INPUT = 'unsendable_input'
#: the result does not fit into the shared memory
RESULT_TOO_LARGE = 'result_too_large'
#: the result has a value that cannot be sent
UNSENDABLE_RESULT = 'unsendable_result'
#: the process answered something that is no answer
BAD_ANSWER = 'bad_answer'


class IsolationError(EdgeSchedError):
    """
    A request that a task's process could not do.

    :param reason: short code under which the job is counted
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class RemoteError(IsolationError):
    """
    An exception that the program raised in its process.

    :param own_code: whether the code of the user raised it, rather than a setting being wrong
    :param where: the key that a wrong setting names; empty for other errors
    :param of_frame: whether the frame cannot be used
    """

    def __init__(
        self,
        reason: str,
        message: str,
        *,
        own_code: bool = True,
        where: str = '',
        of_frame: bool = False,
    ) -> None:
        super().__init__(reason, message)
        self.own_code = own_code
        self.where = where
        self.of_frame = of_frame


class UnsendableError(EdgeSchedError):
    """A value that cannot be sent to another process."""


class TooLargeError(EdgeSchedError):
    """Data that does not fit into the shared memory."""
