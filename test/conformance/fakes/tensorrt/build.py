# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The builder: rules of flags, precisions and of the DLA; None when one is broken."""

from __future__ import annotations

import os
import weakref
from typing import Any

from pycuda import driver
from pycuda import faults

from tensorrt import plan
from tensorrt.calibrate import measure
from tensorrt.enums import DeviceType
from tensorrt.enums import flags
from tensorrt.enums import LayerType
from tensorrt.enums import ProfilingVerbosity
from tensorrt.graph import Layer
from tensorrt.graph import Network
from tensorrt.interfaces import call
from tensorrt.interfaces import Checked
from tensorrt.interfaces import ILogger
from tensorrt.interfaces import made
from tensorrt.interfaces import need_context


def flavour() -> str:
    return os.environ.get('FAKE_TENSORRT', '10.3')


def version() -> str:
    return os.environ.get('FAKE_TENSORRT_VERSION', f'{flavour()}.0')


def dla_cores() -> int:
    return int(os.environ.get('FAKE_DLA_CORES', '2'))


#: how many engines were built
builds = 0


class ParserError:
    def __init__(self, text: str) -> None:
        self._text = text

    def desc(self) -> str:
        return self._text


class OnnxParser:
    def __init__(self, network: Network, logger: Any) -> None:
        made(logger)
        self._network = network
        self._errors: list[ParserError] = []

    num_errors = property(lambda self: len(self._errors))

    def get_error(self, index: int) -> ParserError:
        return self._errors[index]

    def parse_from_file(self, file: str) -> bool:
        problem = self._network.read(file)
        if not problem and flavour() == '8.6' and not self._network.explicit_batch:
            problem = 'This version of the ONNX parser only supports EXPLICIT_BATCH networks'
        if problem:
            self._errors.append(ParserError(problem))
        return not problem


class TimingCache:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def serialize(self) -> memoryview:
        return memoryview(self.data or b'timing')


class Profile:
    def __init__(self) -> None:
        self.shapes: dict[str, tuple[tuple[int, ...], ...]] = {}

    def set_shape(self, name: str, least: Any, best: Any, most: Any) -> None:
        self.shapes[name] = (tuple(least), tuple(best), tuple(most))


class Config(Checked):
    def __init__(self) -> None:
        self._flags: set[Any] = set()
        self._profiles: list[Profile] = []
        self._cache: TimingCache | None = None
        self._calibration: Profile | None = None
        self._strong = flavour() == '11.0'
        #: what TensorRT calls back, which its user must keep alive
        self._watched: dict[str, Any] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name in ('int8_calibrator', 'progress_monitor'):
            object.__delattr__(self, name)
            self._watched[name] = weakref.ref(made(value))

    def called_back(self, name: str) -> Any | None:
        """Return what was set; dead where nobody kept it."""
        if name not in self._watched:
            return None
        found = self._watched[name]()
        if found is None:
            raise faults.SegfaultError(f'the {name} was freed before the build')
        return found

    def set_flag(self, flag: Any) -> None:
        if type(flag).__name__ != 'BuilderFlag':
            raise TypeError('set_flag(): incompatible function arguments')
        self._flags.add(flag.name)

    def can_run_on_DLA(self, layer: Layer) -> bool:
        # a DLA computes in no other precision (that it is asked for here is inferred)
        if not (self._strong or self._flags & {'FP16', 'INT8'}):
            return False
        return layer.type in (
            LayerType.CONVOLUTION,
            LayerType.ACTIVATION,
            LayerType.ELEMENTWISE,
        )

    def add_optimization_profile(self, profile: Profile) -> int:
        self._profiles.append(profile)
        return len(self._profiles) - 1

    def create_timing_cache(self, data: bytes) -> TimingCache:
        return TimingCache(bytes(data))

    def set_timing_cache(self, cache: TimingCache, ignore_mismatch: bool) -> bool:
        if cache.data not in (b'', b'timing'):
            if not ignore_mismatch:
                return False
            faults.found.append('timings of another machine were used')
        self._cache = cache
        return True

    def get_timing_cache(self) -> TimingCache | None:
        return self._cache


class Measuring(Config):
    """What there was before 11."""

    def set_calibration_profile(self, profile: Profile) -> bool:
        self._calibration = profile
        return True


class Builder:
    def __init__(self, logger: Any) -> None:
        need_context('Builder()')
        self._logger = made(logger)
        self._strong = False

    @property
    def num_DLA_cores(self) -> int:
        return dla_cores()

    def create_network(self, bits: int = 0) -> Network:
        known = {f.name: 1 << int(f) for f in flags(flavour())[1]}
        if bits & ~sum(known.values()):
            raise ValueError('unknown flag')
        self._strong = bool(bits & known.get('STRONGLY_TYPED', 0))
        return Network(
            bool(bits & known.get('EXPLICIT_BATCH', 0)),
            bool(bits & known.get('STRONGLY_TYPED', 0)),
        )

    def create_builder_config(self) -> Config:
        allowed = {'default_device_type', 'DLA_core', 'profiling_verbosity'}
        allowed |= {'progress_monitor'} if flavour() != '8.6' else set()
        allowed |= {'int8_calibrator'} if flavour() != '11.0' else set()
        base = Config if flavour() == '11.0' else Measuring
        config = type('Config', (base,), {'ALLOWED': frozenset(allowed)})()
        config._strong |= self._strong
        return config  # type: ignore[no-any-return]

    def create_optimization_profile(self) -> Profile:
        return Profile()

    def _fail(self, reason: str) -> None:
        call(self._logger, 'log', ILogger.Severity.ERROR, f'[fake] {reason}')

    def build_serialized_network(self, network: Network, config: Config) -> memoryview | None:
        global builds
        need_context('build_serialized_network()')
        builds += 1
        problem = self._problem(network, config)
        if not problem and not self._steps(config):
            problem = 'the build was cancelled'
        if problem:
            self._fail(problem)
            return None
        on_dla = getattr(config, 'default_device_type', DeviceType.GPU) == DeviceType.DLA
        header = {
            'version': version(),
            'device': driver.Device(0).name(),
            'dla': on_dla,
            'layers': self._layers(network, config, on_dla),
            'profiles': {n: s for p in config._profiles for n, s in p.shapes.items()},
        }
        return memoryview(plan.pack(header, network.model.SerializeToString()))

    def _problem(self, network: Network, config: Config) -> str:
        strong = network.strong or flavour() == '11.0'
        weak = config._flags & {'FP16', 'INT8', 'BF16'}
        if strong and weak:
            return 'precision flags are not allowed in a strongly typed network'
        dynamic = [t for t in map(network.get_input, range(network.num_inputs)) if -1 in t.shape]
        profiled = {name for p in config._profiles for name in p.shapes}
        if {tensor.name for tensor in dynamic} - profiled:
            return 'Network has dynamic inputs, but no optimization profile has been defined'
        if 'INT8' in config._flags and (problem := self._ranges(network, config)):
            return problem
        if getattr(config, 'default_device_type', DeviceType.GPU) == DeviceType.DLA:
            return self._dla_problem(network, config, strong, bool(dynamic))
        return ''

    def _dla_problem(self, network: Network, config: Config, strong: bool, dynamic: bool) -> str:
        if dynamic:
            return 'DLA does not support dynamic shapes'
        if getattr(config, 'DLA_core', -1) not in range(dla_cores()):
            return 'no such DLA core'
        if not (config._flags & {'FP16', 'INT8'} or (strong and network.half())):
            return 'Default DLA is enabled but layer precision is not FP16 or INT8'
        layers = [network.get_layer(index) for index in range(network.num_layers)]
        refused = [layer.name for layer in layers if not network.runs_on_dla(layer)]
        if refused and 'GPU_FALLBACK' not in config._flags:
            return f'{refused[0]} cannot run on DLA and GPU fallback is not enabled'
        return ''

    def _ranges(self, network: Network, config: Config) -> str:
        kinds = {network.get_layer(index).type for index in range(network.num_layers)}
        calibrator = config.called_back('int8_calibrator')
        none = 'Calibration failure occurred with no scaling factors detected'
        if calibrator is None:
            return '' if LayerType.QUANTIZE in kinds else none
        inputs = [network.get_input(index) for index in range(network.num_inputs)]
        shapes = {tensor.name: tensor.shape for tensor in inputs}
        profile = config._calibration or next(iter(config._profiles), None)
        if profile is not None:
            shapes |= {name: shape[1] for name, shape in profile.shapes.items()}
        on_dla = getattr(config, 'default_device_type', DeviceType.GPU) == DeviceType.DLA
        return measure(calibrator, inputs, shapes, on_dla=on_dla) or ''

    def _steps(self, config: Config) -> bool:
        monitor = config.called_back('progress_monitor')
        if monitor is None:
            return True
        made(monitor)
        call(monitor, 'phase_start', 'Building Engine', None, 4)
        going = True
        for step in range(4):
            call(monitor, 'phase_start', 'Tactics', 'Building Engine', 9)
            call(monitor, 'step_complete', 'Tactics', 3)
            call(monitor, 'phase_finish', 'Tactics')
            going = going and call(monitor, 'step_complete', 'Building Engine', step)
        call(monitor, 'phase_finish', 'Building Engine')
        return going

    def _layers(self, network: Network, config: Config, on_dla: bool) -> list[Any]:
        """Name layers as the inspector does: parts of a DLA and fused ones of the GPU alike."""
        layers = [network.get_layer(index) for index in range(network.num_layers)]
        if not on_dla:
            names = [('{ForeignNode[' + layers[0].name + ']}', 'Myelin')] if layers else []
            return self._told(config, names + [(layer.name, 'CaskConv') for layer in layers[1:]])
        found: list[tuple[str, str]] = []
        for layer in layers:
            if not network.runs_on_dla(layer):
                found.append((layer.name, 'MatrixMultiply'))
            elif not found or found[-1][1] != 'DLA':
                found.append(('{ForeignNode[' + layer.name + ']}', 'DLA'))
        copies = [
            (f'Reformatting CopyNode for {way} Tensor 0', 'Reformat')
            for way in ('Input', 'Output')
        ]
        return self._told(config, [copies[0], *found, copies[1]])

    def _told(self, config: Config, names: list[tuple[str, str]]) -> list[Any]:
        verbosity = getattr(config, 'profiling_verbosity', ProfilingVerbosity.LAYER_NAMES_ONLY)
        if verbosity == ProfilingVerbosity.DETAILED:
            return [{'Name': name, 'LayerType': kind} for name, kind in names]
        return [name for name, _ in names]
