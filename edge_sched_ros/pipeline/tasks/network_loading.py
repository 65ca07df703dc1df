# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Loads a network for every unit it may run on, except units that refuse it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.backend_options import for_engine
from edge_sched_ros.execution.backends import guarded
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.perception.programs.fit import check_input
from edge_sched_ros.perception.programs.fit import check_outputs
from edge_sched_ros.perception.programs.fit import MisfitError
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.programs.rehearse import rehearse
from edge_sched_ros.perception.programs.rehearse import rehearse_preprocessor
from edge_sched_ros.perception.programs.track import TrackProgram
from edge_sched_ros.perception.programs.variants import close_networks

Refusals = dict[str, ConfigError]


@dataclass(slots=True)
class Loaded:
    """
    A variant of a network, on the units where it could be loaded.

    :param networks: by unit
    :param refused: unit on which it cannot run -> why
    """

    networks: dict[str, LoadedNetwork] = field(default_factory=dict)
    refused: Refusals = field(default_factory=dict)

    def close(self) -> None:
        """Free it on every unit."""
        close_networks(self.networks.values())


def load_on_units(
    spec: NetworkSpec, engines: Mapping[str, Engine], units: tuple[LocalUnit, ...]
) -> Loaded:
    """
    Load a network once for each accelerator, and once for all CPU cores together.

    :param engines: by unit
    """
    loaded = Loaded()
    tried: dict[str, LoadedNetwork | ConfigError] = {}
    try:
        for local in units:
            unit = local.unit
            place = unit.kind if unit.kind == 'cpu' else unit.name
            if place not in tried:
                tried[place] = _try(spec, engines[unit.name], unit, loaded.networks)
            found = tried[place]
            if isinstance(found, ConfigError):
                loaded.refused[unit.name] = found
            else:
                loaded.networks[unit.name] = found
    except BaseException:
        loaded.close()
        raise
    return loaded


def _try(
    spec: NetworkSpec, engine: Engine, unit: Unit, others: Mapping[str, LoadedNetwork]
) -> LoadedNetwork | ConfigError:
    try:
        with guarded(engine, str(spec.source)):
            network = engine.load(for_engine(engine, spec), unit)
    except ConfigError as error:
        return error
    try:
        check_input(spec, network)
        for other in others.values():
            check_outputs(spec, network, other)
    except ConfigError as error:
        network.close()
        return error
    return network


def load_variants(
    spec: NetworkSpec, engines: Mapping[str, Engine], units: tuple[LocalUnit, ...], where: str
) -> dict[str, Loaded]:
    """
    Load every variant of a network, its own file first; a lighter one may fail on all units.

    :param where: key of its units, for messages
    :raises ConfigError: when no unit can load the own file, or a variant does not match it
    """
    found: dict[str, Loaded] = {}
    try:
        for name, own in spec.by_variant.items():
            meant = tuple(u for u in units if not own.kinds or u.unit.kind in own.kinds)
            loaded = found[name] = load_on_units(own, engines, meant)
            if not loaded.networks and len(found) == 1:
                raise no_unit_left(where, spec.name, loaded.refused)
            errors = list(loaded.refused.values())
            if errors and not loaded.networks and all(isinstance(e, MisfitError) for e in errors):
                raise errors[0]
    except BaseException:
        for loaded in found.values():
            loaded.close()
        raise
    return found


def rehearse_networks(
    spec: NetworkSpec,
    program: FrameProgram | TrackProgram,
    networks: dict[str, LoadedNetwork],
) -> Refusals:
    """
    Run a program once with each network of a variant; remove and return those that fail.

    :param spec: specification of the variant
    :param networks: by unit
    """
    refused: Refusals = {}
    tried: dict[int, ConfigError | None] = {}
    for unit, network in list(networks.items()):
        if id(network) not in tried:
            tried[id(network)] = _failure(spec, program, unit)
        failure = tried[id(network)]
        if failure is not None:
            refused[unit] = failure
            # closing it twice, for cores that share it, is harmless
            networks.pop(unit).close()
    return refused


def _failure(
    spec: NetworkSpec, program: FrameProgram | TrackProgram, unit: str
) -> ConfigError | None:
    try:
        rehearse(spec, program, unit)
    except ConfigError as error:
        return error
    return None


def rehearse_preprocessors(
    spec: NetworkSpec, able: Mapping[str, Preprocessor], units: tuple[LocalUnit, ...]
) -> Refusals:
    """
    Preprocess a network's input once on each accelerator; return those that fail.

    It makes its own preprocessors, since those of the units belong to their threads.
    """
    refused: Refusals = {}
    for local in units:
        unit = local.unit
        if unit.kind == 'cpu':
            continue
        try:
            one = able[unit.name].for_unit(unit)
            try:
                rehearse_preprocessor(spec, one, unit.name)
            finally:
                one.close()
        except ConfigError as error:
            refused[unit.name] = error
    return refused


def no_unit_left(where: str, served_by: str, refused: Refusals) -> ConfigError:
    """Return the error that no unit can load a network, with all reasons."""
    reasons = {str(error): error for error in refused.values()}
    if len(reasons) == 1:
        return next(iter(reasons.values()))
    told = '; '.join(f'{unit}: {error}' for unit, error in refused.items())
    return ConfigError(where, f'no unit can run {served_by}: {told}')
