# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The small files of known computers, made from the documented layout of their systems.

Values are made up where a test needs some; names, places and units are what is documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.execution.discovery.probe import ProbeResult
from edge_sched_ros.execution.discovery.probes import Probes

NVPMODEL_CONF = """\
# comment
< PARAM TYPE=FILE NAME=CPU_ONLINE >
CORE_0 /sys/devices/system/cpu/cpu0/online
< POWER_MODEL ID=0 NAME=MAXN >
CPU_A78_0 MAX_FREQ -1
GPU MAX_FREQ -1
DLA0_CORE MAX_FREQ -1
< POWER_MODEL ID=2 NAME=MODE_30W >
CPU_A78_0 MAX_FREQ 1728000
GPU MIN_FREQ 0
GPU MAX_FREQ 612000000
DLA0_CORE MAX_FREQ 1369600000
DLA1_CORE MAX_FREQ 1369600000
PVA0_VPS MAX_FREQ 512000000
< POWER_MODEL ID=3 NAME=MODE_50W >
GPU MAX_FREQ 816000000
DLA0_CORE MAX_FREQ 1369600000
PVA0_VPS MAX_FREQ 704000000
< PM_CONFIG DEFAULT=2 >
"""


class Tree:
    """A root with files in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, path: str, value: object) -> None:
        """Write a file; a newline is added, as the kernel does."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'{value}\n')

    def remove(self, path: str) -> None:
        """Take a file away."""
        (self.root / path).unlink()

    def cpus(self, count: int, *, online: str = '', max_khz: int = 2_201_600) -> None:
        """Write CPU cores."""
        self.write('sys/devices/system/cpu/present', f'0-{count - 1}')
        self.write('sys/devices/system/cpu/online', online or f'0-{count - 1}')
        for core in range(count):
            folder = f'sys/devices/system/cpu/cpu{core}/cpufreq'
            self.write(f'{folder}/scaling_cur_freq', max_khz)
            self.write(f'{folder}/scaling_max_freq', max_khz)
            self.write(f'{folder}/scaling_governor', 'schedutil')

    def device_tree(self, model: str, *compatible: str) -> None:
        """Write what the device tree says; its strings end in a zero byte."""
        folder = self.root / 'proc/device-tree'
        folder.mkdir(parents=True)
        (folder / 'model').write_text(f'{model}\0')
        (folder / 'compatible').write_text(''.join(f'{text}\0' for text in compatible))

    def l4t(self, major: int, revision: str, *, mode: int = 2) -> None:
        """Write which Linux for Tegra it is, and its power mode."""
        line = (
            f'# R{major} (release), REVISION: {revision}, GCID: 1, BOARD: generic, EABI: aarch64'
        )
        self.write('etc/nv_tegra_release', line)
        self.write('var/lib/nvpmodel/status', f'pmode:{mode:04d}')
        self.write('etc/nvpmodel.conf', NVPMODEL_CONF)

    def gpu(self, folder: str, node: str) -> None:
        """Write the GPU's devfreq device."""
        place = f'sys/class/devfreq/{folder}'
        self.write(f'{place}/device/of_node/name', f'{node}\0')
        self.write(f'{place}/device/load', 250)
        for name, value in (('cur', 612), ('min', 306), ('max', 1300)):
            self.write(f'{place}/{name}_freq', value * 1_000_000)
        self.write(f'{place}/governor', 'nvhost_podgov')

    def rails(self, device: str, rails: Mapping[str, tuple[int, int]]) -> None:
        """Write an INA3221 of JetPack 5 and later: label -> mV, mA."""
        place = f'sys/bus/i2c/devices/{device}'
        self.write(f'{place}/name', 'ina3221')
        for k, (label, (volt, ampere)) in enumerate(rails.items(), 1):
            self.write(f'{place}/hwmon/hwmon3/in{k}_label', label)
            self.write(f'{place}/hwmon/hwmon3/in{k}_input', volt)
            self.write(f'{place}/hwmon/hwmon3/curr{k}_input', ampere)
        # the sum of shunt voltages, which is no rail
        self.write(f'{place}/hwmon/hwmon3/in7_label', 'sum of shunt voltages')
        self.write(f'{place}/hwmon/hwmon3/in7_input', 12)

    def cgroup_v2(self, groups: Mapping[str, str], own: str, *, mounted: str = '/') -> None:
        """
        Write control groups of version 2: name below the mount -> ``cpu.max``.

        :param own: group of this process as ``/proc/self/cgroup`` has it
        :param mounted: group that is mounted, as the host names it
        """
        self.write('proc/self/cgroup', f'0::{own}')
        mount = 'sys/fs/cgroup'
        self.write(
            'proc/self/mountinfo',
            '22 1 0:21 / /proc rw - proc proc rw\n'
            f'29 22 0:26 {mounted} /{mount} rw,nosuid - cgroup2 cgroup2 rw,nsdelegate',
        )
        for name, text in groups.items():
            if text:
                self.write(f'{mount}{name}/cpu.max', text)
            self.throttled(name, mount=mount)

    def cgroup_v1(self, groups: Mapping[str, int], own: str, *, mounted: str = '/') -> None:
        """Write control groups of version 1: name below the mount -> quota in us."""
        self.write(
            'proc/self/cgroup', f'5:memory:/other\n3:cpu,cpuacct:{own}\n1:name=systemd:/x\n0::/'
        )
        mount = 'sys/fs/cgroup/cpu,cpuacct'
        self.write(
            'proc/self/mountinfo',
            '31 22 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n'
            f'32 22 0:31 {mounted} /{mount} rw - cgroup cgroup rw,cpu,cpuacct\n'
            '41 22 0:40 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
        )
        for name, quota_us in groups.items():
            self.write(f'{mount}{name}/cpu.cfs_quota_us', quota_us)
            self.write(f'{mount}{name}/cpu.cfs_period_us', 100_000)
            self.throttled(name, mount=mount, version=1)

    def throttled(
        self,
        group: str = '',
        periods: int = 0,
        throttled: int = 0,
        ms: int = 0,
        *,
        mount: str = 'sys/fs/cgroup',
        version: int = 2,
    ) -> None:
        """Write how often a control group was stopped."""
        spent = f'throttled_usec {ms}000' if version == 2 else f'throttled_time {ms}000000'
        text = f'usage_usec 5\nnr_periods {periods}\nnr_throttled {throttled}\n{spent}'
        self.write(f'{mount}{group}/cpu.stat', text)

    def zones(self, zones: Mapping[str, int]) -> None:
        """Write thermal zones: type -> milli-degrees."""
        for number, (name, value) in enumerate(zones.items()):
            self.write(f'sys/class/thermal/thermal_zone{number}/type', name)
            self.write(f'sys/class/thermal/thermal_zone{number}/temp', value)

    def cooling(self, devices: Mapping[str, int]) -> None:
        """Write cooling devices: type -> state."""
        for number, (name, state) in enumerate(devices.items()):
            self.write(f'sys/class/thermal/cooling_device{number}/type', name)
            self.write(f'sys/class/thermal/cooling_device{number}/cur_state', state)

    def powered(self, bus: str, devices: Mapping[str, tuple[int, int]]) -> None:
        """Write host1x clients: device -> active and suspended time in ms."""
        for device, (active, suspended) in devices.items():
            folder = f'sys/devices/platform/{bus}/{device}/power'
            self.write(f'{folder}/runtime_status', 'active')
            self.write(f'{folder}/runtime_active_time', active)
            self.write(f'{folder}/runtime_suspended_time', suspended)


_ORIN_ZONES = {'cpu': 48_000, 'gpu': 45_500, 'cv0': -256_000, 'cv1': 44_000, 'soc0': 46_000}
_ORIN_ENGINES = {
    '15880000.nvdla0': (1_000, 9_000),
    '158c0000.nvdla1': (0, 10_000),
    '16000000.pva0': (500, 9_500),
    '15340000.vic': (2_000, 8_000),
}
_AGX_RAILS = {
    'VDD_GPU_SOC': (19_000, 200),
    'VDD_CPU_CV': (19_000, 50),
    'VIN_SYS_5V0': (5_000, 600),
}
_NX_RAILS = {'VDD_IN': (5_000, 1_200), 'VDD_CPU_GPU_CV': (5_000, 300), 'VDD_SOC': (5_000, 250)}


def agx_orin_jp5(tree: Tree) -> None:
    tree.device_tree('Jetson AGX Orin Developer Kit', 'nvidia,p3701-0000', 'nvidia,tegra234')
    tree.l4t(35, '4.1')
    tree.cpus(12, online='0-7', max_khz=1_728_000)
    tree.gpu('17000000.ga10b', 'ga10b')
    tree.rails('1-0040', _AGX_RAILS)
    tree.rails('1-0041', {'NC': (0, 0), 'VDDQ_VDD2_1V8AO': (5_000, 100)})
    tree.zones({f'{name.upper()}-therm': value for name, value in _ORIN_ZONES.items()})
    tree.cooling({'pwm-fan': 2, 'cpufreq-cpu0': 0, 'devfreq-17000000.ga10b': 0})
    tree.powered('13e40000.host1x', _ORIN_ENGINES)


def agx_orin_jp6(tree: Tree) -> None:
    tree.device_tree(
        'NVIDIA Jetson AGX Orin Developer Kit', 'nvidia,p3701-0005', 'nvidia,tegra234'
    )
    tree.l4t(36, '4.3')
    tree.cpus(12)
    tree.gpu('17000000.gpu', 'gpu')
    tree.rails('1-0040', _AGX_RAILS)
    tree.zones({f'{name}-thermal': value for name, value in _ORIN_ZONES.items()})
    tree.cooling({'pwm-fan': 2, 'cpu-throttle-alert': 0, 'gpu-throttle-alert': 0})
    tree.powered('bus@0/13e00000.host1x', _ORIN_ENGINES)


def orin_nx(tree: Tree) -> None:
    tree.device_tree('NVIDIA Jetson Orin NX', 'nvidia,p3767-0001', 'nvidia,tegra234')
    tree.l4t(36, '4.4')
    tree.cpus(6)
    tree.gpu('17000000.gpu', 'gpu')
    tree.rails('1-0040', _NX_RAILS)
    tree.zones({f'{name}-thermal': value for name, value in _ORIN_ZONES.items()})
    tree.powered('bus@0/13e00000.host1x', {'15880000.nvdla0': (10, 90)})


def orin_nano(tree: Tree) -> None:
    tree.device_tree(
        'NVIDIA Jetson Orin Nano Developer Kit', 'nvidia,p3767-0005', 'nvidia,tegra234'
    )
    tree.l4t(36, '9.9')
    tree.cpus(6)
    tree.gpu('17000000.gpu', 'gpu')
    tree.rails('1-0040', _NX_RAILS)
    tree.zones({f'{name}-thermal': value for name, value in _ORIN_ZONES.items()})


def xavier(tree: Tree) -> None:
    """AGX Xavier with JetPack 4, whose power monitors are industrial I/O devices."""
    tree.device_tree('Jetson-AGX', 'nvidia,p2822-0000+p2888-0001', 'nvidia,tegra194')
    tree.l4t(32, '7.1')
    tree.cpus(8)
    tree.gpu('17000000.gv11b', 'gv11b')
    place = 'sys/bus/i2c/devices/1-0040'
    tree.write(f'{place}/name', 'ina3221x')
    for k, (label, power) in enumerate({'GPU': 900, 'CPU': 700, 'CV': 100}.items()):
        tree.write(f'{place}/iio:device0/rail_name_{k}', label)
        tree.write(f'{place}/iio:device0/in_power{k}_input', power)
    tree.zones({'CPU-therm': 40_000, 'GPU-therm': 41_000})


def thor(tree: Tree) -> None:
    tree.device_tree(
        'NVIDIA Jetson AGX Thor Developer Kit', 'nvidia,p3834-0008', 'nvidia,tegra264'
    )
    tree.l4t(38, '2.1')
    tree.cpus(14)
    tree.gpu('gpu-gpc-0', 'something else')


def plain_pc(tree: Tree) -> None:
    tree.write('etc/os-release', 'NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"')
    tree.write('sys/class/dmi/id/sys_vendor', 'ACME')
    tree.write('sys/class/dmi/id/product_name', 'Laptop 3')
    tree.cpus(4, max_khz=4_000_000)
    tree.zones({'acpitz': 30_000, 'x86_pkg_temp': 52_000})
    tree.cooling({'Fan': 1, 'Processor': 0, 'intel_powerclamp': -1})
    tree.write('sys/class/powercap/intel-rapl:0/name', 'package-0')
    tree.write('sys/class/powercap/intel-rapl:0/energy_uj', 1_000_000)
    tree.write('sys/class/powercap/intel-rapl:0/max_energy_range_uj', 262_143_328_850)


def missing(what: str) -> ProbeResult:
    """Return what a probe says of something that is not installed."""
    return ProbeResult(False, reason=f'{what} is not installed')


@dataclass(frozen=True)
class Computer:
    """
    A known computer.

    :param cores: that a process on it may use
    """

    make: object
    cores: int
    dla: int = 0
    backends: tuple[str, ...] = ()
    gpu: str = ''
    tensorrt: str = ''

    def tree(self, root: Path) -> Tree:
        """Write its files below a root."""
        tree = Tree(root)
        self.make(tree)  # type: ignore[operator]
        return tree

    def probes(self) -> Probes:
        """Return what probing it finds."""
        device = {'name': self.gpu, 'compute_capability': '8.7', 'multiprocessors': 16}
        return Probes(
            cuda=ProbeResult(True, {'version': '12.6', 'devices': [device]})
            if self.gpu
            else ProbeResult(False, reason='no CUDA driver: libcuda.so.1: no such file'),
            tensorrt=ProbeResult(True, {'version': self.tensorrt, 'num_dla_cores': self.dla})
            if self.tensorrt
            else missing('TensorRT'),
            vpi=ProbeResult(True, {'version': '3.2.4', 'backends': list(self.backends)})
            if self.backends
            else missing('VPI'),
            pycuda=missing('pycuda'),
        )


_ALL = ('CPU', 'CUDA', 'PVA', 'VIC', 'OFA')
COMPUTERS = {
    'agx_orin_jp5': Computer(agx_orin_jp5, 8, 2, _ALL, 'Orin', '8.5.2'),
    'agx_orin_jp6': Computer(agx_orin_jp6, 12, 2, _ALL, 'Orin', '10.3.0.30'),
    'orin_nx': Computer(orin_nx, 6, 1, _ALL, 'Orin', '10.3.0.30'),
    'orin_nano': Computer(orin_nano, 6, 0, ('CPU', 'CUDA', 'VIC', 'OFA'), 'Orin', '10.3.0.30'),
    'xavier': Computer(xavier, 8, 2, ('CPU', 'CUDA', 'PVA', 'VIC'), 'Xavier', '8.2.1'),
    'thor': Computer(thor, 14, 0, _ALL, 'Thor', '10.13.3'),
    'plain_pc': Computer(plain_pc, 4),
    'pc_with_gpu': Computer(plain_pc, 4, 0, ('CPU', 'CUDA'), 'GeForce', '10.16.1'),
}
