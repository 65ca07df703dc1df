# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What is documented of each operation and backend; written without looking at our own table."""

from vpi._backends import Backend
from vpi._backends import fail
from vpi._backends import names_of
from vpi._backends import VERSION

_COLOURS = {'RGB8', 'BGR8', 'RGBA8', 'BGRA8'}
_ALL = _COLOURS | {'U8', 'S8', 'U16', 'S16', 'F32', 'Y8_ER', 'NV12_ER'}

#: operation -> backend -> formats it takes
FORMATS = {
    'convert': {
        'CPU': _ALL - {'Y8_ER'},
        'CUDA': _ALL - {'Y8_ER'},
        'VIC': {'Y8_ER', 'Y8_ER_BL', 'NV12_ER', 'RGBA8', 'BGRA8', 'S16', 'S16_BL'},
    },
    'rescale': {'CPU': _ALL, 'CUDA': _ALL, 'VIC': {'Y8_ER', 'NV12_ER', 'RGBA8', 'BGRA8'}},
    'remap': {
        'CPU': _ALL - {'S8', 'S16', 'F32'},
        'CUDA': _ALL - {'S8', 'S16', 'F32'},
        'VIC': {'U8', 'U16', 'Y8_ER', 'NV12_ER'},
    },
    'perspwarp': {
        'CPU': _ALL - {'S8', 'S16', 'F32'},
        'CUDA': _ALL - {'S8', 'S16', 'F32'},
        'VIC': {'U8', 'Y8_ER', 'NV12_ER'},
    },
    'gaussian_pyramid': {
        'CPU': {'U8', 'U16', 'S16'},
        'CUDA': {'U8', 'U16', 'S16'},
        'PVA': {'U8', 'S8', 'U16', 'S16', 'Y8_ER'},
    },
    'harris': {'CPU': {'U8', 'S16'}, 'CUDA': {'U8', 'S16'}, 'PVA': {'S16'}},
    'pyrlk': {'CPU': {'U8', 'U16'}, 'CUDA': {'U8', 'U16'}},
    'stereo': {'CUDA': {'U8', 'U16', 'Y8_ER', 'NV12_ER'}},
    'optflow': {},
    'tnr': {'CUDA': {'NV12_ER'}, 'VIC': {'NV12_ER'}},
}
if VERSION >= (3, 2):
    FORMATS['pyrlk']['PVA'] = {'U8', 'U16'}
if VERSION >= (3, 0):
    FORMATS['stereo']['OFA'] = {'Y8_ER_BL'}
if VERSION >= (2, 3):
    FORMATS['optflow']['OFA'] = {'Y8_ER_BL'}
if VERSION >= (4, 1):
    FORMATS['convert']['PVA'] = {'NV12_ER', 'BGR8'}
    FORMATS['remap']['PVA'] = {'U8', 'NV12_ER'}
    FORMATS['perspwarp']['PVA'] = {'U8', 'NV12_ER'}

#: operation -> smallest and largest side on VIC
_VIC_SIZES = {
    'rescale': ((16, 16), (16384, 16384)),
    'remap': ((64, 16), (16384, 16384)),
    'perspwarp': ((64, 16), (16384, 16384)),
}
_PVA_SIZES = {
    'gaussian_pyramid': ((64, 32), (3264, 2448)),
    'harris': ((160, 120), (3264, 2448)),
}


def backend_for(op, backend):
    """Return the one backend that was asked for, if the operation runs on it here."""
    names = names_of(backend)
    if len(names) != 1:
        fail('INVALID_ARGUMENT', f'{op}: one backend must be given')
    name = names[0]
    if not int(Backend.AVAILABLE) & int(backend):
        fail('INVALID_OPERATION', f'{name} is not there')
    if name not in FORMATS[op]:
        fail('NOT_IMPLEMENTED', f'{op} is not on {name} in {VERSION}')
    return name


def check_image(op, backend, image):
    """Check format and size of a source or result."""
    name = image.format.name
    if name not in FORMATS[op][backend]:
        fail('INVALID_IMAGE_FORMAT', f'{op} on {backend} takes no {name}')
    check_size(op, backend, image.size)


def check_size(op, backend, size):
    """Check a size."""
    if op == 'optflow' and min(size) < 32:
        fail('INVALID_ARGUMENT', f'{op} on {backend}: {size} is too small')
    if backend == 'VIC' and (size[0] % 2 or size[1] % 2):
        fail('INVALID_ARGUMENT', f'{op} on VIC needs even sides, not {size}')
    limits = {'VIC': _VIC_SIZES, 'PVA': _PVA_SIZES}.get(backend, {}).get(op)
    if limits is None:
        return
    if any(side < least for side, least in zip(size, limits[0])):
        fail('INVALID_ARGUMENT', f'{op} on {backend}: {size} is too small')
    if any(side > most for side, most in zip(size, limits[1])):
        fail('INVALID_ARGUMENT', f'{op} on {backend}: {size} is too large')


def check_sampling(op, backend, interp, border):
    """Check interpolation and border."""
    if backend == 'VIC' and op == 'rescale' and (interp.name, border.name) != ('LINEAR', 'CLAMP'):
        fail('INVALID_ARGUMENT', 'rescale on VIC is LINEAR and CLAMP')
    if op == 'rescale' and border.name not in ('ZERO', 'CLAMP'):
        fail('INVALID_ARGUMENT', 'rescale takes ZERO or CLAMP')
    if op == 'perspwarp' and border.name != 'ZERO':
        fail('INVALID_ARGUMENT', 'perspwarp takes ZERO')
    if op == 'remap' and backend in ('VIC', 'PVA') and border.name != 'ZERO':
        fail('INVALID_ARGUMENT', f'remap on {backend} takes ZERO')


def check_conversion(backend, source, target):
    """Check that a pair of formats can be converted."""
    layouts = {'S16', 'S16_BL'}
    if backend == 'VIC' and (source in layouts) != (target in layouts):
        fail('INVALID_IMAGE_FORMAT', f'VIC changes only the layout of {source}')
