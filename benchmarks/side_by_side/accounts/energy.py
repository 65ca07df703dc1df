# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Energy of the whole machine, where it has rails that can be read."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

_RAPL = Path('/sys/class/powercap')
_HWMON = Path('/sys/class/hwmon')
_SAMPLE_S = 0.05
#: rails that feed a whole Jetson module
_INPUT_RAILS = ('VDD_IN', 'POM_5V_IN')


class EnergyMeter:
    """
    Joules since it was last asked.

    Intel and AMD count energy themselves (RAPL); on a Jetson power is sampled (INA3221).
    """

    def __init__(self, rapl: Path = _RAPL, hwmon: Path = _HWMON) -> None:
        # packages only: their parts are in them
        self._counters = [p for p in sorted(rapl.glob('*-rapl:?/energy_uj')) if _readable(p)]
        self._rails = [] if self._counters else _ina_rails(hwmon)
        self._before = self._count()
        self._sampled_j = 0.0
        self._closed = threading.Event()
        if self._rails:
            threading.Thread(target=self._sample, name='energy', daemon=True).start()

    def __enter__(self) -> EnergyMeter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop sampling."""
        self._closed.set()

    @property
    def source(self) -> str:
        """Where figures come from; empty when there is nothing."""
        return 'rapl' if self._counters else 'ina' if self._rails else ''

    def take_j(self) -> float | None:
        """Return the energy since the last call; ``None`` where it cannot be known."""
        if self._rails:
            taken, self._sampled_j = self._sampled_j, 0.0
            return taken
        now = self._count()
        before, self._before = self._before, now
        pairs = list(zip(before, now))
        # a counter that went round tells nothing
        if not pairs or any(b > n for b, n in pairs):
            return None
        return sum(n - b for b, n in pairs) / 1e6

    def _count(self) -> list[int]:
        return [int(counter.read_text()) for counter in self._counters]

    def _sample(self) -> None:
        last = time.monotonic()
        while not self._closed.wait(_SAMPLE_S):
            now = time.monotonic()
            with suppress(OSError, ValueError):
                self._sampled_j += self._power_w() * (now - last)
            last = now

    def _power_w(self) -> float:
        # millivolts times milliamperes
        return sum(int(v.read_text()) * int(c.read_text()) for v, c in self._rails) / 1e6


def _ina_rails(hwmon: Path) -> list[tuple[Path, Path]]:
    """Return voltage and current of the input rail, or of all rails where none is the input."""
    found: dict[str, tuple[Path, Path]] = {}
    for label in sorted(hwmon.glob('hwmon*/in*_label')):
        with suppress(OSError):
            current = label.with_name(label.name.replace('in', 'curr').replace('label', 'input'))
            rail = (label.with_name(label.name.replace('label', 'input')), current)
            chip = (label.parent / 'name').read_text().strip()
            wired = label.read_text().strip() not in ('', 'NC')
            if chip == 'ina3221' and wired and all(map(_readable, rail)):
                found[label.read_text().strip()] = rail
    whole = [found[name] for name in _INPUT_RAILS if name in found]
    return whole or list(found.values())


def _readable(file: Path) -> bool:
    try:
        int(file.read_text())
    except (OSError, ValueError):
        return False
    return True
