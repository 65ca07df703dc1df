# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
All that these files use of TensorRT and pycuda, by class, so that it can be checked elsewhere.

A test reads it off the source (a variable's name tells its class) and compares it with this list,
and the list with the real modules of several releases. The empty class is the module.
"""

from __future__ import annotations

#: name of a variable or attribute in these files -> class of what it holds
VARIABLES = {
    'trt': '',
    'builder': 'Builder',
    'config': 'IBuilderConfig',
    'context': 'IExecutionContext',
    'engine': 'ICudaEngine',
    'inspector': 'EngineInspector',
    'layer': 'ILayer',
    'network': 'INetworkDefinition',
    'parser': 'OnnxParser',
    'profile': 'IOptimizationProfile',
    'runtime': 'Runtime',
    'tensor': 'ITensor',
    'timing_cache': 'ITimingCache',
    'severity_of': 'ILogger.Severity',
}

#: the same, of pycuda.driver
PYCUDA_VARIABLES = {
    'drv': '',
    'allocation': 'DeviceAllocation',
    'attribute': 'device_attribute',
    'device': 'Device',
    'done': 'Event',
    'flags': 'event_flags',
    'primary': 'Context',
    'stream': 'Stream',
}

#: class -> what is used of it
TENSORRT = {
    '': {
        'Builder',
        'BuilderFlag',
        'DeviceType',
        'IErrorRecorder',
        'IInt8EntropyCalibrator2',
        'ILogger',
        'IProgressMonitor',
        'LayerInformationFormat',
        'LayerType',
        'NetworkDefinitionCreationFlag',
        'OnnxParser',
        'ProfilingVerbosity',
        'Runtime',
        'TensorIOMode',
        'TensorLocation',
        '__version__',
        'nptype',
    },
    'Builder': {
        'build_serialized_network',
        'create_builder_config',
        'create_network',
        'create_optimization_profile',
        'num_DLA_cores',
    },
    'BuilderFlag': {'FP16', 'GPU_FALLBACK', 'INT8'},
    'DeviceType': {'DLA'},
    'EngineInspector': {'get_engine_information'},
    'IBuilderConfig': {
        'DLA_core',
        'add_optimization_profile',
        'can_run_on_DLA',
        'create_timing_cache',
        'default_device_type',
        'get_timing_cache',
        'int8_calibrator',
        'profiling_verbosity',
        'progress_monitor',
        'set_calibration_profile',
        'set_flag',
        'set_timing_cache',
    },
    'ICudaEngine': {
        'create_engine_inspector',
        'create_execution_context',
        'get_tensor_dtype',
        'get_tensor_location',
        'get_tensor_mode',
        'get_tensor_name',
        'get_tensor_profile_shape',
        'get_tensor_shape',
        'num_io_tensors',
    },
    'IExecutionContext': {
        'error_recorder',
        'execute_async_v3',
        'get_tensor_shape',
        'infer_shapes',
        'set_input_shape',
        'set_tensor_address',
    },
    'ILayer': {'name', 'type'},
    'ILogger': {'Severity'},
    'ILogger.Severity': {'ERROR', 'INTERNAL_ERROR', 'WARNING'},
    'INetworkDefinition': {
        'get_input',
        'get_layer',
        'get_output',
        'num_inputs',
        'num_layers',
        'num_outputs',
    },
    'IOptimizationProfile': {'set_shape'},
    'ITensor': {'dtype', 'name', 'shape'},
    'ITimingCache': {'serialize'},
    'LayerInformationFormat': {'JSON'},
    'LayerType': {'QUANTIZE'},
    'NetworkDefinitionCreationFlag': {'EXPLICIT_BATCH', 'STRONGLY_TYPED'},
    'OnnxParser': {'get_error', 'num_errors', 'parse_from_file'},
    'ParserError': {'desc'},
    'ProfilingVerbosity': {'DETAILED'},
    'Runtime': {'DLA_core', 'deserialize_cuda_engine', 'num_DLA_cores'},
    'TensorIOMode': {'INPUT'},
    'TensorLocation': {'DEVICE'},
}

#: class that is derived from -> methods that TensorRT calls
OVERRIDDEN = {
    'IErrorRecorder': {
        'clear',
        'get_error_code',
        'get_error_desc',
        'has_overflowed',
        'num_errors',
        'report_error',
    },
    'IInt8EntropyCalibrator2': {
        'get_batch',
        'get_batch_size',
        'read_calibration_cache',
        'write_calibration_cache',
    },
    'ILogger': {'log'},
    'IProgressMonitor': {'phase_finish', 'phase_start', 'step_complete'},
}

#: what not every release has: the files ask before they use it
OPTIONAL = {
    'BuilderFlag.FP16',
    'BuilderFlag.INT8',
    'IBuilderConfig.int8_calibrator',
    'IBuilderConfig.progress_monitor',
    'IBuilderConfig.set_calibration_profile',
    'IInt8EntropyCalibrator2',
    'IProgressMonitor',
    'NetworkDefinitionCreationFlag.EXPLICIT_BATCH',
    'NetworkDefinitionCreationFlag.STRONGLY_TYPED',
}

#: class -> what is used of it, of pycuda.driver
PYCUDA = {
    '': {
        'Device',
        'Error',
        'Event',
        'Stream',
        'device_attribute',
        'event_flags',
        'init',
        'mem_alloc',
        'memcpy_dtod_async',
        'memcpy_dtoh_async',
        'memcpy_htod',
        'memcpy_htod_async',
        'pagelocked_empty',
    },
    'Context': {'pop', 'push'},
    'Device': {
        'compute_capability',
        'count',
        'get_attribute',
        'name',
        'retain_primary_context',
    },
    'DeviceAllocation': {'free'},
    'Event': {'record', 'synchronize'},
    'Stream': {'handle', 'synchronize'},
    'device_attribute': {'MULTIPROCESSOR_COUNT'},
    'event_flags': {'BLOCKING_SYNC', 'DISABLE_TIMING'},
}
