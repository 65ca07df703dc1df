# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Sessions of ONNX Runtime with one of its other execution providers."""

from __future__ import annotations

import importlib
import importlib.util
import json
import threading
from pathlib import Path
from typing import Any

from edge_sched_ros.execution.providers.table import PROVIDERS

_lock = threading.Lock()
_registered: set[str] = set()
#: of ONNX Runtime's kinds of hardware
_KINDS = {'CPU': 'cpu', 'GPU': 'gpu', 'NPU': 'npu'}


def register(name: str) -> None:
    """
    Make a provider known to ONNX Runtime, once per process; one that is built in is known.

    :raises Exception: of any kind, when its library cannot be loaded or wants another version
    """
    import onnxruntime

    provider = PROVIDERS[name]
    if provider.registered in onnxruntime.get_available_providers():
        return
    with _lock:
        if name in _registered:
            return
        if not hasattr(onnxruntime, 'register_execution_provider_library'):
            raise RuntimeError(
                f'ONNX Runtime {onnxruntime.__version__} takes no providers from other packages, '
                "from 1.23 on it does: pip install 'onnxruntime>=1.23,<2'"
            )
        plugin = importlib.import_module(provider.plugin)
        onnxruntime.register_execution_provider_library(name, plugin.get_library_path())
        _registered.add(name)


def own_devices(name: str) -> list[dict[str, str]]:
    """
    Return the devices of a provider that is registered: ``kind`` of unit and ``name``.

    A provider that is built in and lists no devices serves one unit of its first kind.
    """
    import onnxruntime

    provider = PROVIDERS[name]
    if provider.registered in onnxruntime.get_available_providers():
        return [{'kind': provider.kinds[0], 'name': provider.registered}]
    found = []
    for device in _ep_devices(name):
        kind = _kind(device)
        if kind in provider.kinds:
            told = dict(device.ep_metadata).get('FULL_DEVICE_NAME', '')
            found.append({'kind': kind, 'name': told or str(device.device.vendor)})
    return found


def _ep_devices(name: str) -> list[Any]:
    import onnxruntime

    registered = PROVIDERS[name].registered
    return [one for one in onnxruntime.get_ep_devices() if one.ep_name == registered]


def _kind(device: Any) -> str:
    return _KINDS.get(device.device.type.name, '')


def open_session(
    file: str, name: str, kind: str, index: int, *, cache: Path, exact: bool, options: Any
) -> Any:
    """
    Return a session whose operators all run on one device of a provider.

    :param index: number of the device among those of its kind
    :param cache: folder for what the provider compiles
    :param exact: compute as the file says, not in half precision where the device is faster so
    :param options: options of the session
    :raises Exception: of any kind, when the provider refuses the model
    """
    import onnxruntime

    register(name)
    # code is loaded from it: for this user alone
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings = _settings(name, kind, index, cache, exact=exact)
    if kind != 'cpu':
        # otherwise what the provider refuses would run, slower and unsaid, on the CPU
        options.add_session_config_entry('session.disable_cpu_ep_fallback', '1')
    provider = PROVIDERS[name]
    if provider.registered in onnxruntime.get_available_providers():
        providers = [(provider.registered, settings)]
        session = onnxruntime.InferenceSession(file, options, providers=providers)
    else:
        devices = [one for one in _ep_devices(name) if _kind(one) == kind]
        if index >= len(devices):
            raise RuntimeError(f'{name} has {len(devices)} devices of kind {kind}')
        options.add_provider_for_devices([devices[index]], settings)
        session = onnxruntime.InferenceSession(file, options)
    used = session.get_providers()
    if provider.registered not in used:
        # ONNX Runtime goes on without a provider whose libraries it cannot load
        raise RuntimeError(f'ONNX Runtime could not start {provider.registered}: its libraries')
    return session


def _settings(name: str, kind: str, index: int, cache: Path, *, exact: bool) -> dict[str, str]:
    """Return the provider's own options."""
    folder = str(cache)
    if name == 'openvino':
        chosen = {'CACHE_DIR': folder}
        if kind == 'cpu':
            # one thread, the caller's, which its unit has pinned
            chosen |= {
                'INFERENCE_NUM_THREADS': '1',
                'NUM_STREAMS': '1',
                'ENABLE_CPU_PINNING': 'NO',
            }
        if exact and kind != 'npu':
            chosen['INFERENCE_PRECISION_HINT'] = 'f32'
        return {'load_config': json.dumps({kind.upper(): chosen})}
    if name == 'tensorrt':
        return {
            'device_id': str(index),
            'trt_engine_cache_enable': '1',
            'trt_engine_cache_path': folder,
            'trt_timing_cache_enable': '1',
            'trt_timing_cache_path': folder,
            'trt_fp16_enable': '0' if exact else '1',
        }
    if name == 'cuda':
        return {'device_id': str(index)}
    return {'backend_type': 'htp'}
