# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Class names of public data sets, in the order of class ids, and of a user's file."""

from __future__ import annotations

import json
import re
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.documents.text_file import read_text
from edge_sched_ros.execution.network import NO_CLASS
from edge_sched_ros.perception.importing.metadata import literal
from edge_sched_ros.perception.importing.metadata import names_of

#: how a list of names or a mapping begins
_JSON = re.compile(r'\s*(\[\s*["\']|\{)')
#: COCO 2017, 80 classes; source: the annotations of cocodataset.org
_COCO = (
    'person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,'
    'stop sign,parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,'
    'backpack,umbrella,handbag,tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,'
    'baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,cup,fork,knife,spoon,'
    'bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,'
    'potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,'
    'oven,toaster,sink,refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush'
)
#: ids of the paper's 91 categories that have no annotations
_COCO_GAPS = (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
#: PASCAL VOC; source: host.robots.ox.ac.uk/pascal/VOC
_VOC = (
    'aeroplane,bicycle,bird,boat,bottle,bus,car,cat,chair,cow,diningtable,dog,horse,motorbike,'
    'person,pottedplant,sheep,sofa,train,tvmonitor'
)
#: Cityscapes, the 19 classes that are evaluated; source: cityscapes-dataset.com
_CITYSCAPES = (
    'road,sidewalk,building,wall,fence,pole,traffic light,traffic sign,vegetation,terrain,sky,'
    'person,rider,car,truck,bus,train,motorcycle,bicycle'
)
#: DOTA 1.0, oriented boxes; source: captain-whu.github.io/DOTA
_DOTA = (
    'plane,ship,storage tank,baseball diamond,tennis court,basketball court,ground track field,'
    'harbor,bridge,large vehicle,small vehicle,helicopter,roundabout,soccer ball field,'
    'swimming pool'
)


def _coco91() -> tuple[str, ...]:
    """Return COCO's names at the ids of its annotations, from 0, where there is no class."""
    names = iter(_COCO.split(','))
    return tuple(
        NO_CLASS if index == 0 or index in _COCO_GAPS else next(names) for index in range(91)
    )


#: name -> class names
LABEL_SETS: dict[str, tuple[str, ...]] = {
    'cityscapes': tuple(_CITYSCAPES.split(',')),
    'coco': tuple(_COCO.split(',')),
    'coco91': _coco91(),
    'dota': tuple(_DOTA.split(',')),
    'voc': tuple(_VOC.split(',')),
    # class 0 of segmentation networks that were trained on VOC
    'voc21': ('background', *_VOC.split(',')),
}


def labels_of(given: str, where: str) -> tuple[str, ...]:
    """
    Return the class names of a data set by its name, or those in a file.

    A file has a name per line, or is JSON: a list, or a mapping of ids to names.

    :param where: the option that gives it, for messages
    :raises ConfigError: when it is neither, or the file has no names
    """
    if given in LABEL_SETS:
        return LABEL_SETS[given]
    path = Path(given)
    if not path.exists():
        sets = ', '.join(LABEL_SETS)
        hint = did_you_mean(given, LABEL_SETS)
        raise ConfigError(where, f"'{given}' is neither a file nor one of {sets}{hint}")
    text = read_text(path)
    found = names_of(literal(text))
    if not found:
        _check_no_broken_json(text, path, where)
        found = names_of(text.rstrip().splitlines())
    if not any(name != NO_CLASS for name in found):
        raise ConfigError(where, f'{path} has no class names')
    return found


def _check_no_broken_json(text: str, path: Path, where: str) -> None:
    """Refuse what begins as JSON but is cut off: it would be a name."""
    if path.suffix.lower() != '.json' and not _JSON.match(text):
        return
    try:
        json.loads(text)
    except ValueError as error:
        raise ConfigError(where, f'{path} is broken JSON: {error}') from error
    except RecursionError as error:
        raise ConfigError(where, f'{path} is broken JSON: nested too deeply') from error
