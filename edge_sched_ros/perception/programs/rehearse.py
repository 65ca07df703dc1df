# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Test run of every stage on a grey picture.

Libraries initialise on first use, which must not delay the first frame, and errors should be known
at loading.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from functools import partial

import numpy as np

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.frame import CameraModel
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.frame import SourceImage
from edge_sched_ros.execution.input_spec import RAW
from edge_sched_ros.execution.level_depth import LevelDepth
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.network_variants import BASE
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.segments import PREPROCESS
from edge_sched_ros.perception.decoders.sizes import OutputSizesError
from edge_sched_ros.perception.decoders.values import InvalidOutputError
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.programs.track import TrackProgram
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.plugins.bounded_call import call_bounded
from edge_sched_ros.plugins.bounded_call import HungCallError
from edge_sched_ros.plugins.bounded_call import MAKING_S
from edge_sched_ros.plugins.interrupts import StopAskedError

_log = logging.getLogger(__name__)


def rehearse(
    spec: NetworkSpec, program: FrameProgram | TrackProgram, units: Mapping[str, str] | None = None
) -> None:
    """
    Run every stage of a program: parts of the network on units, all others on this thread.

    :param spec: specification of the variant to run
    :param units: stage -> unit; empty for a program that is not loaded for a unit
    :raises RehearsalError: when a stage fails
    """
    image = _grey(spec, 1)
    # two, of which a network has to make two vectors
    boxes = np.array([[0, 0, spec.input.width, spec.input.height]] * 2, np.float32)
    parent = Detections(boxes, np.ones(2, np.float32), np.zeros(2, np.int64))
    camera = CameraModel(np.eye(3), np.eye(3, 4))
    context = JobContext(
        0,
        spec.name,
        Frame(
            '',
            0,
            0,
            '',
            image,
            second=image,
            second_message=LevelDepth(spec.input.width, spec.input.height),
            camera=lambda _: camera,
        ),
        parent=parent,
        variant=spec.variant,
    )
    if isinstance(program, FrameProgram):
        program.begin_with(image)
    try:
        variant = program.variants.of(context)
        for stage in variant.stages:
            context.unit = (units or {}).get(stage, '')
            # own code may never return; a driver's calls stay on this thread
            own = stage == variant.stages[-1] and not _is_built_in(variant.decoder)
            with _as_config_error(spec, context.unit, stage, own=own):
                if own:
                    _run_own(spec, partial(program.run, stage, context))
                else:
                    program.run(stage, context)
    except InvalidOutputError as error:
        # a network may well say nothing about a grey picture; frames are checked as they come
        _log.info('%s: in a trial run on a grey picture %s', spec.name, error)
    # the first track of the robot gets the first number
    program.start_over()


def _is_built_in(decoder: object) -> bool:
    return bool(getattr(decoder, 'is_built_in', False))


def _run_own(spec: NetworkSpec, run: Callable[[], object]) -> None:
    """
    Run a stage with an own decoder on a thread of its own.

    :raises RehearsalError: when it does not return in time, or asks the process to end
    :raises Exception: what it raises otherwise
    """

    def guarded() -> None:
        try:
            run()
        except Exception:
            raise
        except BaseException as error:
            # no signal arrives on this thread: it is own code that asks for the end
            problem = f'a trial run failed: {brief_error(error)}'
            raise RehearsalError(str(spec.source), problem, by_own_code=True) from error

    try:
        call_bounded('trial run', guarded, MAKING_S, whose=spec.decoder)
    except HungCallError as error:
        problem = f"'{spec.decoder}': {error}"
        raise RehearsalError(f'{spec.source}: decoder', problem, by_own_code=True) from error


class RehearsalError(ConfigError):
    """
    A stage that failed.

    :param stage: its name
    :param by_own_code: whether the code of a user raised or hung, rather than a setting being
        wrong
    """

    def __init__(
        self, where: str, problem: str, stage: str = '', *, by_own_code: bool = False
    ) -> None:
        super().__init__(where, problem)
        self.stage = stage
        self.by_own_code = by_own_code


def rehearse_preprocessor(spec: NetworkSpec, preprocessor: Preprocessor, unit: str) -> None:
    """
    Let a unit make a network's input from a picture of twice its size.

    :raises ConfigError: when it fails
    """
    with _as_config_error(spec, unit, PREPROCESS):
        preprocessor.prepare(_grey(spec, 2), spec.input)


def _grey(spec: NetworkSpec, times: int) -> SourceImage:
    width, height = times * spec.input.width, times * spec.input.height
    raw = spec.input.colour == RAW
    channels = spec.input.channels if raw else 3
    picture = np.full(height * width * channels, 114, np.uint8)
    return SourceImage.from_raw(
        picture,
        width=width,
        height=height,
        encoding=f'8UC{channels}' if raw else 'bgr8',
        step=channels * width,
    )


@contextmanager
def _as_config_error(
    spec: NetworkSpec, unit: str, stage: str, *, own: bool = False
) -> Iterator[None]:
    try:
        yield
    except OutputSizesError as error:
        # it would fail with every frame
        raise RehearsalError(f'{spec.source}: decoder', str(error), stage) from error
    except (InvalidOutputError, RehearsalError):
        raise
    except ConfigError as error:
        raise RehearsalError(error.where, error.problem, stage) from error
    except (ImportError, StopAskedError):
        raise
    except Exception as error:
        where, reason = f' on {unit}' if unit else '', ' '.join(str(error).split())
        source = str(spec.source) if spec.variant == BASE else spec.where('file')
        of = '' if spec.segments is None else f' of {stage}'
        raise RehearsalError(
            source,
            f'a trial run{of}{where} failed: {type(error).__name__}: {reason}',
            stage,
            by_own_code=own,
        ) from error
