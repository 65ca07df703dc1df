# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Puts the stand-in of NVIDIA's vpi in place."""

from __future__ import annotations

import importlib
import os
import sys
from functools import lru_cache
from pathlib import Path

import fake_probes

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.discovery import probes
from edge_sched_ros.execution.preprocess.vpi import VpiPreprocessor

FAKES = Path(__file__).resolve().parents[1] / 'conformance' / 'fakes'
#: a version of each generation
FLAVOURS = ('2.4.8', '3.2.4', '4.1.3')


def forget(monkeypatch):
    """Drop the module, so that the next import makes it anew."""
    for name in [name for name in sys.modules if name == 'vpi' or name.startswith('vpi.')]:
        monkeypatch.delitem(sys.modules, name)


def install(monkeypatch, version='3.2.4', backends='CPU,CUDA,PVA,VIC,OFA', folder=FAKES):
    """Let ``import vpi`` find a stand-in, here and in processes started from here."""
    monkeypatch.setenv('FAKE_VPI_VERSION', version)
    monkeypatch.setenv('FAKE_VPI_BACKENDS', backends)
    monkeypatch.setenv('PYTHONPATH', str(folder), prepend=':')
    monkeypatch.syspath_prepend(str(folder))
    forget(monkeypatch)
    fake_probes.find(monkeypatch, vpi=lambda: _probe(version, backends, str(folder)))


@lru_cache
def _probe(version, backends, folder):
    return probes.probe_vpi()


def unit(kind):
    """Return a unit of a kind."""
    return Unit(kind, kind)


def module():
    """Return the stand-in as it is now."""
    return importlib.import_module('vpi')


def found_once():
    """Return the preprocessor; each flavour is looked for once, in a process of its own."""
    return _found(os.environ['FAKE_VPI_VERSION'], os.environ['FAKE_VPI_BACKENDS'])


@lru_cache
def _found(version, backends):
    found = VpiPreprocessor()
    assert found.available() == (True, '')
    return found
