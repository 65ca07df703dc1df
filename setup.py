# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Installs the ROS-free part with pip: ``pip install .`` gives the ``edge-sched`` command.

The ROS package, with its messages and nodes, is built by colcon (see CMakeLists.txt).
"""

import os
import shutil
import sys
import sysconfig
from glob import glob
from pathlib import Path
from tempfile import TemporaryDirectory

from setuptools import Extension
from setuptools import find_packages
from setuptools import setup

_SHARE = 'share/edge_sched_ros'
#: folders of files that commands read by name
_CONFIGS = ('config/capacity', 'config/placement', 'config/plans', 'config/platforms')

# nothing is left behind in the checkout, which colcon builds from, too
_BUILD = TemporaryDirectory()

#: as in native/CMakeLists.txt
_FLAGS = ('-std=c++17', '-O3', '-ffp-contract=off', '-fno-math-errno', '-fvisibility=hidden')


def _native():
    """Return the native data path where it can be built; everything works without it, slower."""
    compiler = os.environ.get('CXX') or sysconfig.get_config_var('CXX') or 'c++'
    sources = sorted(glob('native/src/*.cpp'))
    try:
        import pybind11
    except ImportError:
        pybind11 = None
    if not sources or pybind11 is None or shutil.which(compiler.split()[0]) is None:
        print(
            'no native data path, only the slower one in Python: pybind11 or a compiler for '
            'C++ is missing'
        )
        return []
    return [
        Extension(
            'edge_sched_ros._native',
            sources,
            include_dirs=[pybind11.get_include()],
            extra_compile_args=list(_FLAGS),
            extra_link_args=['-s'],
            language='c++',
            # an error of the compiler is a warning
            optional=True,
        )
    ]


#: words with which the builder does not ask for the compiled dispatcher
_OFF = ('', '0', 'off', 'no', 'false')
_COMPILED = os.environ.get('EDGE_SCHED_COMPILED', '').lower() not in _OFF


def _compiled():
    """Return dispatcher and policies as extension modules, where they are asked for."""
    # egg_info asks what to install for the build: mypy is not there yet
    if not _COMPILED or {'egg_info', 'dist_info', 'sdist'}.intersection(sys.argv):
        return []
    sys.path.insert(0, str(Path(__file__).resolve().parent / 'dev'))
    import compile_core

    if reason := compile_core.why_not():
        print(f'the core is not compiled: {reason}; it decides the same, slower')
        return []
    return compile_core.extensions(f'{_BUILD.name}/c')


setup(
    name='edge_sched_ros',
    version='0.1.0',
    description='Deadline scheduling of several neural networks on one robot computer',
    long_description=Path('README.md').read_text(encoding='utf-8')
    if Path('README.md').is_file()
    else '',
    long_description_content_type='text/markdown',
    license='Apache-2.0',
    python_requires='>=3.10',
    classifiers=[f'Programming Language :: Python :: 3.{minor}' for minor in range(10, 15)],
    packages=find_packages(include=['edge_sched_ros', 'edge_sched_ros.*']),
    package_data={
        'edge_sched_ros': ['py.typed'],
        'edge_sched_ros.simulation': ['data/*/*.yaml'],
        'edge_sched_ros.system': ['data/*.yaml', 'data/*/*.yaml'],
    },
    data_files=[
        (f'{_SHARE}/models', glob('models/*.onnx') + glob('models/*.yaml')),
        (f'{_SHARE}/config', glob('config/*.yaml')),
        *((f'{_SHARE}/{folder}', glob(f'{folder}/*.yaml')) for folder in _CONFIGS),
        (f'{_SHARE}/config/views', glob('config/views/*')),
        (f'{_SHARE}/config/diagnostics', glob('config/diagnostics/*.yaml')),
        (f'{_SHARE}/msg', glob('msg/*.msg')),
    ],
    # what builds in an environment of its own installs there
    setup_requires=['mypy>=1.19.1,<2'] if _COMPILED else [],
    ext_modules=[*_native(), *_compiled()],
    install_requires=[
        'click>=8,<9',
        'numpy>=1.21,<3',
        'onnxruntime>=1.16,<2',
        'opencv-python-headless>=4.5.4,<6',
        'PyYAML>=5.4,<7',
        'pydantic>=2,<3',
        'rich>=12,<16',
        'rosbags>=0.10,<0.12',
        'scipy>=1.8,<2',
    ],
    extras_require={
        'score': ['pycocotools>=2.0.6,<3', 'motmetrics>=1.4,<2', 'pandas>=1.5,<3'],
        'cut': ['onnx>=1.15,<2'],
        'plan': ['ortools>=9.10,<10'],
        # not in `all`: norfair wants numpy below 2 and would hold back everything else
        'track': ['norfair>=2.2,<3'],
        'trace': ['perfetto>=0.11,<1'],
        'report': ['bokeh>=3.4,<4'],
        'plot': ['matplotlib>=3.5,<4'],
        'view': ['textual>=8,<9'],
        # simulate and compare need nothing more; it is here so that nobody has to know that
        'sim': [],
        # not in `all`: each is for some computers, and pycuda is compiled with a CUDA toolkit
        'cuda': ['pycuda>=2022.1,<2027'],
        'cuda-core': ['cuda-core>=1,<2'],
        'openvino': ['onnxruntime-ep-openvino>=1.8,<2'],
        'qnn': ['onnxruntime-qnn>=2.3,<3'],
        # 36.0.0 never sends tokens
        'kubernetes': [
            'grpcio>=1.60,<2',
            'kubernetes>=26,!=36.0.0,<38',
            'prometheus_client>=0.20,<1',
            'protobuf>=4.22,<8',
        ],
        'all': [
            'bokeh>=3.4,<4',
            'grpcio>=1.60,<2',
            'kubernetes>=26,!=36.0.0,<38',
            'matplotlib>=3.5,<4',
            'motmetrics>=1.4,<2',
            'onnx>=1.15,<2',
            'ortools>=9.10,<10',
            'pandas>=1.5,<3',
            'perfetto>=0.11,<1',
            'prometheus_client>=0.20,<1',
            'protobuf>=4.22,<8',
            'pycocotools>=2.0.6,<3',
            'textual>=8,<9',
        ],
    },
    options={
        'build': {'build_base': _BUILD.name},
        'bdist_wheel': {'bdist_dir': f'{_BUILD.name}/wheel'},
        'egg_info': {'egg_base': _BUILD.name},
    },
    entry_points={'console_scripts': ['edge-sched = edge_sched_ros.cli.main:main']},
)
