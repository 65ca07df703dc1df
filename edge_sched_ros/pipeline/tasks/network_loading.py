# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Loads a network for every unit it may run on, except units that refuse it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution import backends
from edge_sched_ros.execution.backend_options import for_engine
from edge_sched_ros.execution.engines.base import Engine
from edge_sched_ros.execution.engines.base import LoadedNetwork
from edge_sched_ros.execution.network import NetworkSpec
from edge_sched_ros.execution.preprocess.base import Preprocessor
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.perception.programs.fit import check_alike
from edge_sched_ros.perception.programs.fit import check_part
from edge_sched_ros.perception.programs.fit import MisfitError
from edge_sched_ros.perception.programs.frame import FrameProgram
from edge_sched_ros.perception.programs.rehearse import RehearsalError
from edge_sched_ros.perception.programs.rehearse import rehearse
from edge_sched_ros.perception.programs.rehearse import rehearse_preprocessor
from edge_sched_ros.perception.programs.track import TrackProgram
from edge_sched_ros.perception.programs.variants import close_networks

Refusals = dict[str, ConfigError]


@dataclass(slots=True)
class Loaded:
    """
    A variant of a network, on the units where it could be loaded.

    :param networks: stage -> unit -> network or segment; empty when no unit can run some stage
    :param refused: unit on which no part of it can run -> why
    :param partly: (stage, unit) -> why a segment cannot run on a unit that runs other segments
    """

    networks: dict[str, dict[str, LoadedNetwork]] = field(default_factory=dict)
    refused: Refusals = field(default_factory=dict)
    partly: dict[tuple[str, str], ConfigError] = field(default_factory=dict)

    def refuse(self, stage: str, unit: str, error: ConfigError) -> None:
        """Free a part on a unit where a trial run failed."""
        # closing it twice, for cores that share it, is harmless
        backends.close(self.networks[stage].pop(unit))
        self.partly[stage, unit] = error

    def settle(self) -> None:
        """Free everything when some part runs on no unit, else tell unusable units from others."""
        lost = next((stage for stage, units in self.networks.items() if not units), None)
        if lost is not None:
            self.close()
            self.networks = {}
            self.refused |= {unit: e for (stage, unit), e in self.partly.items() if stage == lost}
            self.partly = {}
            return
        used = {unit for units in self.networks.values() for unit in units}
        for (stage, unit), error in list(self.partly.items()):
            if unit not in used:
                self.refused.setdefault(unit, error)
                del self.partly[stage, unit]

    def close(self) -> None:
        """Free it on every unit."""
        for units in self.networks.values():
            close_networks(units.values())


def load_on_units(
    spec: NetworkSpec, engines: Mapping[str, Engine], units: tuple[LocalUnit, ...]
) -> Loaded:
    """
    Load each part of a network once for each accelerator, and once for all CPU cores together.

    Segments that run as one are loaded to be checked, and freed: files that do not fit are refused
    as they would be where the segments run.

    :param engines: by unit
    """
    if spec.joined and spec.segments is not None:
        checked = load_on_units(replace(spec, joined=False), engines, units)
        if not checked.networks:
            return checked
        checked.close()
    loaded = Loaded()
    try:
        for stage, part in spec.parts.items():
            _load_part(loaded, stage, part, engines, units)
            if not loaded.networks[stage]:
                break
    except BaseException:
        loaded.close()
        raise
    loaded.settle()
    return loaded


def _load_part(
    loaded: Loaded,
    stage: str,
    spec: NetworkSpec,
    engines: Mapping[str, Engine],
    units: tuple[LocalUnit, ...],
) -> None:
    networks = loaded.networks[stage] = {}
    tried: dict[str, LoadedNetwork | ConfigError] = {}
    for local in units:
        unit = local.unit
        place = unit.kind if unit.kind == 'cpu' else unit.name
        if place not in tried:
            tried[place] = _try(spec, engines[unit.name], unit, networks)
        found = tried[place]
        if isinstance(found, ConfigError):
            loaded.partly[stage, unit.name] = found
        else:
            networks[unit.name] = found


def _try(
    spec: NetworkSpec, engine: Engine, unit: Unit, others: Mapping[str, LoadedNetwork]
) -> LoadedNetwork | ConfigError:
    try:
        network = backends.load(
            engine, str(spec.source), lambda: engine.load(for_engine(engine, spec), unit)
        )
    except ConfigError as error:
        return error
    try:
        check_part(spec, network)
        for other in others.values():
            check_alike(spec, network, other)
    except ConfigError as error:
        backends.close(network)
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
    spec: NetworkSpec, program: FrameProgram | TrackProgram, loaded: Loaded
) -> None:
    """
    Run a program with each part of a variant on each unit; free and record those that fail.

    :param spec: specification of the variant
    :param loaded: the networks that the program runs
    """
    seen: set[frozenset[int]] = set()
    for unit in dict.fromkeys(unit for units in loaded.networks.values() for unit in units):
        while route := _route(loaded, unit):
            networks = frozenset(id(loaded.networks[stage][on]) for stage, on in route.items())
            error = None if networks in seen else _failure(spec, program, route)
            if error is None:
                seen.add(networks)
                break
            # a decoder that fails has read the outputs of the last part
            stage = error.stage if error.stage in route else list(route)[-1]
            _refuse_everywhere(loaded, stage, route[stage], error)
    loaded.settle()


def _route(loaded: Loaded, unit: str) -> dict[str, str]:
    """Return stage -> unit: the given one where loaded, else the first; empty without any."""
    if not all(loaded.networks.values()):
        return {}
    if not any(unit in units for units in loaded.networks.values()):
        return {}
    return {
        stage: unit if unit in units else next(iter(units))
        for stage, units in loaded.networks.items()
    }


def _refuse_everywhere(loaded: Loaded, stage: str, unit: str, error: ConfigError) -> None:
    """Free a part on a unit and on those that share it."""
    failed = loaded.networks[stage][unit]
    for name in [name for name, one in loaded.networks[stage].items() if one is failed]:
        loaded.refuse(stage, name, error)


def _failure(
    spec: NetworkSpec, program: FrameProgram | TrackProgram, route: Mapping[str, str]
) -> RehearsalError | None:
    try:
        rehearse(spec, program, route)
    except RehearsalError as error:
        # their frames keep the trial job alive, and its tensors on the device
        error.__cause__ = error.__context__ = None
        return error.with_traceback(None)
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
            one = backends.for_unit(able[unit.name], unit, 'preprocessor')
            try:
                rehearse_preprocessor(spec, one, unit.name)
            finally:
                backends.close(one)
        except ConfigError as error:
            refused[unit.name] = error
    return refused


def no_unit_left(where: str, served_by: str, refused: Refusals) -> ConfigError:
    """Return the error that no unit can load a network, with all reasons."""
    reasons = {str(error): error for error in refused.values()}
    if len(reasons) == 1:
        return next(iter(reasons.values()))
    told = f'no unit can run {served_by}: ' + '; '.join(
        f'{unit}: {error}' for unit, error in refused.items()
    )
    if reasons and all(getattr(error, 'by_own_code', False) for error in refused.values()):
        return RehearsalError(where, told, by_own_code=True)
    return ConfigError(where, told)
