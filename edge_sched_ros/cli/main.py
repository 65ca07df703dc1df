# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Runs the ``edge-sched`` command.

Nothing is imported before ``main``, so Ctrl-C during the imports also prints one line.
"""

from __future__ import annotations

import sys

#: exit code for input that cannot be used
BAD_INPUT = 2
READER_GONE = 1
#: exit code for a command of another package that has a defect
FAILED = 1


def main(arguments: list[str] | None = None) -> None:
    """Run the command; bad input or a missing library gives one line on stderr, exit code 2."""
    try:
        _run_and_interrupt(arguments)
    except SystemExit as error:
        if arguments is None:
            _leave(error)
        raise
    if arguments is None:
        _leave(SystemExit(0))


def _leave(error: SystemExit) -> None:
    """End at once where threads that ran networks do not return."""
    if 'edge_sched_ros.execution.workers' in sys.modules:
        from edge_sched_ros.execution.leaving import code_of
        from edge_sched_ros.execution.leaving import leave

        leave(code_of(error))


def _run_and_interrupt(arguments: list[str] | None) -> None:
    try:
        from edge_sched_ros.cli.interrupts import not_while_loading
        from edge_sched_ros.cli.streams import open_closed_streams

        open_closed_streams()
        with not_while_loading():
            _run_or_say_why(arguments)
    except KeyboardInterrupt as error:
        _interrupted(error)


def _run_or_say_why(arguments: list[str] | None) -> None:
    from edge_sched_ros.cli.streams import discard_output
    from edge_sched_ros.cli.streams import say

    try:
        _run(arguments)
    except BrokenPipeError:
        # the reader of standard output has closed it
        discard_output()
        sys.exit(READER_GONE)
    except OSError as error:
        discard_output()
        say(f'edge-sched: {error.filename or "standard output"}: {error.strerror or error}')
        sys.exit(BAD_INPUT)
    except Exception as error:
        from edge_sched_ros.installation.missing import library_problem

        problem = library_problem(error)
        if problem is None:
            raise
        say(f'edge-sched: {problem}')
        sys.exit(BAD_INPUT)


def _run(arguments: list[str] | None) -> None:
    import click

    from edge_sched_ros.cli.group import CommandFailed
    from edge_sched_ros.cli.group import edge_sched
    from edge_sched_ros.cli.streams import say
    from edge_sched_ros.cli.usage import is_help
    from edge_sched_ros.cli.usage import usage_line
    from edge_sched_ros.core.brief import brief
    from edge_sched_ros.core.brief import MOST_OF_AN_ERROR
    from edge_sched_ros.core.errors import EdgeSchedError

    try:
        edge_sched.main(args=arguments, prog_name='edge-sched', standalone_mode=False)
        sys.stdout.flush()
    except EdgeSchedError as error:
        say(f'edge-sched: {brief(error, MOST_OF_AN_ERROR)}')
        sys.exit(BAD_INPUT)
    except CommandFailed as error:
        say(f'edge-sched: {error}')
        sys.exit(FAILED)
    except click.ClickException as error:
        if is_help(error):
            error.show()
        else:
            say(usage_line(error))
        sys.exit(BAD_INPUT)
    except click.Abort as error:
        # click's form of KeyboardInterrupt
        _interrupted(error.__cause__ or error.__context__)


def _interrupted(error: BaseException | None) -> None:
    from edge_sched_ros.cli.interrupts import exit_code
    from edge_sched_ros.cli.streams import say

    say('edge-sched: interrupted')
    sys.exit(exit_code(error))


if __name__ == '__main__':
    main()
