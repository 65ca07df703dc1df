# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which stage gives which tensor to which: as a file says, or one stage after the other."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import CycleError
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

from edge_sched_ros.core.high_level.graph import Segment
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.system.fields import WrongAtError

if TYPE_CHECKING:
    from edge_sched_ros.system.stage import Stage

Names = tuple[str, ...]
#: stages before and after a network, and the tensors that they take and give
PREPROCESS, POSTPROCESS = 'preprocess', 'postprocess'
IMAGE, RESULT = 'image', 'result'
#: tensors of a network that does not name its own
_INPUT, _OUTPUT = 'input', 'output'


@dataclass(frozen=True, slots=True)
class Wiring:
    """
    Stages with the tensors that they take and give.

    :param inputs: tensors that come with the frame
    :param outputs: tensors that are the answer
    """

    segments: tuple[Segment, ...]
    inputs: Names
    outputs: Names


def wired(stages: Sequence[Stage], inputs: Names, outputs: Names) -> Wiring:
    """
    Return which stage gives which tensor to which.

    Stages without any form a chain, or the graph of their ``after``. In a chain, ``preprocess`` at
    the begin and ``postprocess`` at the end make the network's inputs of the image, and the result
    of its outputs.

    :param inputs: of the network, empty where they are not named
    :param outputs: of the network, empty where they are not named
    """
    if any(stage.after is not None for stage in stages):
        return _wired_by_names(stages, inputs, outputs)
    first, last = _program_ends(stages)
    between = [(f'{stage.name}.{_OUTPUT}',) for stage in stages[first : last - 1]]
    links: list[Names] = [inputs or (_INPUT,), *between, outputs or (_OUTPUT,)]
    if first:
        links.insert(0, (IMAGE,))
    if last < len(stages):
        links.append((RESULT,))
    segments = tuple(
        Segment(
            stage.name,
            stage.inputs or links[index],
            stage.outputs or links[index + 1],
            stage.home_only,
        )
        for index, stage in enumerate(stages)
    )
    return Wiring(segments, links[0], links[-1])


def givers(wiring: Wiring) -> tuple[tuple[int, ...], ...]:
    """Return for each segment, which others must end before it, by their places."""
    source = {name: index for index, one in enumerate(wiring.segments) for name in one.outputs}
    return tuple(
        tuple(sorted({source[name] for name in one.inputs if name in source}))
        for one in wiring.segments
    )


def ends_of(before: Sequence[tuple[int, ...]]) -> list[int]:
    """Return the places after which nothing follows."""
    followed = {index for places in before for index in places}
    return [index for index in range(len(before)) if index not in followed]


def check_wiring(
    stages: Sequence[Stage], inputs: Names, outputs: Names, tensors: Collection[str]
) -> None:
    """
    Check the tensors that a file names.

    :param tensors: names of those whose types and shapes are given
    :raises WrongAtError: naming the first key below the variant that does not fit
    """
    for key, names in (('inputs', inputs), ('outputs', outputs)):
        _check_names(names, tensors, (key,))
    for index, stage in enumerate(stages):
        for key, names in (('inputs', stage.inputs), ('outputs', stage.outputs)):
            _check_names(names, tensors, ('stages', str(index), key))
    if any(stage.after is not None for stage in stages):
        _check_names_of_stages(stages, outputs)
    if not any(stage.inputs or stage.outputs for stage in stages):
        return
    _check_complete(stages, inputs, outputs)
    wiring = wired(stages, inputs, outputs)
    source = _sources(wiring.segments, wiring.inputs)
    _check_order(wiring.segments, source)
    for name in outputs:
        if source.get(name, -1) < 0:
            raise WrongAtError(('outputs',), f"no stage gives '{name}'")
    unused = next((name for name in tensors if name not in source), None)
    if unused is not None:
        raise WrongAtError(('tensors', unused), 'is neither an input nor an output of a stage')


def _wired_by_names(stages: Sequence[Stage], inputs: Names, outputs: Names) -> Wiring:
    """Return the graph of stages that say after which others they come."""
    before = _places_before(stages)
    ends = ends_of(before)
    given: list[Names] = [(f'{stage.name}.{_OUTPUT}',) for stage in stages]
    if len(ends) == 1:
        given[ends[0]] = outputs or (_OUTPUT,)
    segments = tuple(
        Segment(
            stage.name,
            tuple(name for place in before[index] for name in given[place]) or inputs or (_INPUT,),
            given[index],
            stage.home_only,
        )
        for index, stage in enumerate(stages)
    )
    answer = tuple(name for place in ends for name in given[place])
    return Wiring(segments, inputs or (_INPUT,), answer)


def _places_before(stages: Sequence[Stage]) -> list[tuple[int, ...]]:
    places = {stage.name: index for index, stage in enumerate(stages)}
    return [
        tuple(range(max(index - 1, 0), index))
        if stage.after is None
        else tuple(places[name] for name in stage.after)
        for index, stage in enumerate(stages)
    ]


def _check_names_of_stages(stages: Sequence[Stage], outputs: Names) -> None:
    """Check the ``after`` of all stages."""
    earlier: list[str] = []
    (first, said), *_ = [(n, one.name) for n, one in enumerate(stages) if one.after is not None]
    for index, stage in enumerate(stages):
        at = ('stages', str(index))
        for key in ('inputs', 'outputs', 'chance', 'exit_chance'):
            if getattr(stage, key) != type(stage).model_fields[key].default:
                problem = f"does not go with after, which stage {first} ('{said}') has"
                raise WrongAtError((*at, key), problem)
        for name in stage.after or ():
            if name not in earlier:
                near = did_you_mean(name, earlier)
                raise WrongAtError((*at, 'after'), f"no stage '{name}' is listed before{near}")
            if (stage.after or ()).count(name) > 1:
                raise WrongAtError((*at, 'after'), f"names '{name}' twice")
        earlier.append(stage.name)
    if outputs and len(ends_of(_places_before(stages))) > 1:
        raise WrongAtError(('outputs',), 'needs one last stage: several have none after them')


def _program_ends(stages: Sequence[Stage]) -> tuple[int, int]:
    """Return where the network begins and ends between its programs."""
    first, last = 0, len(stages)
    if last > 1 and stages[0].name == PREPROCESS and not stages[0].inputs:
        first = 1
    if last - first > 1 and stages[-1].name == POSTPROCESS and not stages[-1].inputs:
        last -= 1
    return first, last


def _check_names(names: Names, tensors: Collection[str], key: Names) -> None:
    for name in names:
        if names.count(name) > 1:
            raise WrongAtError(key, f"names '{name}' twice")
        if name not in tensors:
            near = did_you_mean(name, tensors)
            raise WrongAtError(key, f"'{name}' has no type and shape under tensors{near}")


def _check_complete(stages: Sequence[Stage], inputs: Names, outputs: Names) -> None:
    """Check that all stages have inputs and outputs, where one has."""
    for key, names in (('inputs', inputs), ('outputs', outputs)):
        if not names:
            raise WrongAtError((key,), f'is missing: the stages have {key}')
    first, last = _program_ends(stages)
    for index in range(first, last):
        for key in ('inputs', 'outputs'):
            if not getattr(stages[index], key):
                problem = 'is missing: other stages have inputs and outputs'
                raise WrongAtError(('stages', str(index), key), problem)


def _sources(segments: Sequence[Segment], inputs: Names) -> dict[str, int]:
    """Return which segment gives each tensor; -1 for those that come with the frame."""
    source = dict.fromkeys(inputs, -1)
    for index, segment in enumerate(segments):
        for name in segment.outputs:
            if name in source:
                before = source[name]
                who = 'the network takes' if before < 0 else f"'{segments[before].name}' gives"
                problem = f"gives '{name}', which {who} already"
                raise WrongAtError(('stages', str(index), 'outputs'), problem)
            source[name] = index
    return source


def _check_order(segments: Sequence[Segment], source: dict[str, int]) -> None:
    """Check that every tensor is there before the segment that takes it, as they are listed."""
    before: dict[str, list[str]] = {}
    late: list[tuple[int, str]] = []
    for index, segment in enumerate(segments):
        for name in segment.inputs:
            if name not in source:
                problem = f"'{name}' is neither an output of a stage nor an input of the network"
                raise WrongAtError(('stages', str(index), 'inputs'), problem)
            if source[name] >= 0:
                before.setdefault(segment.name, []).append(segments[source[name]].name)
            if source[name] >= index:
                late.append((index, name))
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        loop = ' -> '.join(reversed(error.args[1]))
        raise WrongAtError(('stages',), f'are a loop: {loop}') from None
    for index, name in late:
        giver = segments[source[name]].name
        problem = f"'{name}' comes from '{giver}', which must be listed before"
        raise WrongAtError(('stages', str(index), 'inputs'), problem)
