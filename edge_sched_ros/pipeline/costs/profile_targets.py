# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Targets of the profiler: networks as tasks run them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from functools import lru_cache
from functools import partial
from pathlib import Path

import numpy as np

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.backends import reference_of
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.input_spec import RAW
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.perception.programs.build import preprocess_op
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.pipeline.costs.profile_checks import check_names
from edge_sched_ros.pipeline.costs.profile_checks import check_words
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.settings.pipeline_config import TaskConfig
from edge_sched_ros.pipeline.settings.resources import find_file
from edge_sched_ros.pipeline.tasks.stage_units import StageUnits
from edge_sched_ros.pipeline.tasks.task_programs import TaskPrograms
from edge_sched_ros.pipeline.tasks.unit_choice import machine_for
from edge_sched_ros.pipeline.tasks.unit_choice import UnitChoice
from edge_sched_ros.profiling.memory_probe import measure_memory
from edge_sched_ros.profiling.picture import Picture
from edge_sched_ros.profiling.target import Target

_log = logging.getLogger(__name__)

UnitsOf = Mapping[str, tuple[LocalUnit, ...]]
#: number of crops in the second measurement of a network of crops, unless it takes fewer
_FEW_ITEMS = 4
#: endings of files that are networks, not descriptions of networks
_NETWORK_SUFFIXES = ('.onnx', '.engine', '.plan')


@contextmanager
def targets_of(
    networks: Sequence[str],
    machine: Machine,
    picture: Picture,
    *,
    units: tuple[str, ...] = (),
    with_variants: bool = False,
    memory: bool = True,
) -> Iterator[list[Target]]:
    """
    Load networks as tasks would, and free them afterwards.

    :param networks: their YAML files, as named in a configuration
    :param units: names of the units to use; empty for all
    :param with_variants: whether to include the variants listed in their YAML
    :param memory: whether to measure their memory
    :raises ConfigError: naming the file and key that cannot be used
    """
    tasks = tuple(
        TaskConfig(
            name=f'network{index}',
            network=str(_network_file(name)),
            topic='profile',
        )
        for index, name in enumerate(networks)
    )
    config = PipelineConfig(tasks=tasks, units=units)
    machine = machine_for(config, machine)
    makers = TaskPrograms(config, machine, UnitChoice(config, machine))
    programs: list[Program] = []
    found: list[Target] = []
    try:
        for task in tasks:
            made = makers.make(task)
            programs.append(made.program)
            spec = load_network(task.network)
            check_words(spec, made.variants)
            if with_variants:
                _tell_skipped(spec, made.variants, makers.left_out, task.name)
            probes = _probes(spec, config, machine) if memory else None
            for variant, on in made.variants.items():
                if with_variants or variant == spec.variant:
                    found.append(target_of(spec, variant, made.program, on, picture, probes))
        check_names(found)
        yield found
    finally:
        for program in programs:
            program.close()
        makers.close()


def _network_file(name: str) -> Path:
    """Return a network's YAML; :raises ConfigError: if there is none, or the file is a network."""
    found = find_file(name, where='NETWORK')
    if found.suffix.lower() in _NETWORK_SUFFIXES:
        raise ConfigError(
            'NETWORK', f"'{name}' is the network itself: give the YAML file that describes it"
        )
    return found


def _tell_skipped(
    spec: NetworkSpec, loaded: Collection[str], left_out: Collection[str], task: str
) -> None:
    """Log the variants that suit no unit here; load errors have been logged already."""
    for name, own in spec.by_variant.items():
        if name not in loaded and f'{task}.{name}' not in left_out:
            kinds = ', '.join(own.kinds)
            _log.warning('%s: variant %s is made for %s only: left out', spec.name, name, kinds)


def target_of(
    spec: NetworkSpec,
    variant: str,
    program: Program,
    units: UnitsOf,
    picture: Picture,
    probes: Mapping[str, Callable[[Path], float | None]] | None = None,
) -> Target:
    """
    Return a variant of a network as a target.

    :param units: the units of each stage of the program
    :param probes: unit -> measures the memory of a file there
    """
    own = spec.by_variant[variant]
    if spec.input.colour == RAW:
        picture = replace(picture, channels=spec.input.channels)
    most = max(_FEW_ITEMS, spec.max_batch) if preprocess_op(spec) == 'crops' else 1

    def memory(unit: str) -> dict[str, float]:
        probe = None if probes is None else probes.get(unit)
        found = {} if probe is None else {s: probe(part.file) for s, part in own.parts.items()}
        return {stage: mib for stage, mib in found.items() if mib is not None}

    def begin() -> None:
        image = picture.frame().image
        if image is not None and any(one.keeps_state for one in spec.inputs):
            program.begin_with(image)  # type: ignore[attr-defined]

    return Target(
        network=spec.name,
        variant=variant,
        file=own.file,
        program=program,
        units=units,
        context=partial(_context, spec.name, picture, most),
        most_items=most,
        segments=own.segments,
        memory=memory,
        accuracy=spec.relative_accuracies.get(variant, 1.0),
        begin=begin,
    )


def _context(name: str, picture: Picture, most: int, items: int) -> JobContext:
    parent = None if most == 1 else _boxes(*picture.size, items)
    return JobContext(0, name, picture.frame(), items=items, parent=parent)


@lru_cache(maxsize=64)
def _boxes(width: int, height: int, count: int) -> Detections:
    """Return boxes side by side across a picture."""
    left = np.arange(count) * width / count
    right = left + width / count
    boxes = np.stack([left, np.full(count, height / 4), right, np.full(count, 3 * height / 4)], 1)
    scores, classes = np.ones(count, np.float32), np.zeros(count, np.int64)
    return Detections(boxes.astype(np.float32), scores, classes)


def _probes(
    spec: NetworkSpec, config: PipelineConfig, machine: Machine
) -> dict[str, Callable[[Path], float | None]]:
    """Return unit -> its memory probe: for CPU cores, which share one copy."""
    engines = StageUnits(config, machine).engines(spec)
    cores = [local.unit.name for local in machine.units if local.unit.kind == 'cpu']

    @cache
    def of_file(engine: str, file: Path) -> float | None:
        return measure_memory(spec.source, engine, cores[0], file)

    return {
        unit: partial(of_file, reference_of(engine))
        for unit, engine in engines.items()
        if unit in cores and engine.name != 'simulated'
    }
