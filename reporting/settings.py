"""Settings of what is shown, as a typed and checked dataclass that doubles as a Hydra structured config."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass


class Language(StrEnum):
    """The language of page, workbook and terminal; names from the user's tables stay as they are."""

    ENGLISH = "en"
    CHINESE = "zh"


class MapKind(StrEnum):
    """What lies under the network: a plain coastline, or nothing but a graticule."""

    LAND = "land"
    SCHEMATIC = "schematic"


@dataclass(config=ConfigDict(extra="forbid"))
class ReportSettings:
    """How results are shown.

    Attributes
    ----------
    language : of page, workbook and terminal.
    map : ``schematic`` draws sites on a graticule without land, e.g. to publish where maps need approval.
    views : whether page and workbook are written; points of a sweep do without.
    figures : whether the run's main figures are written to ``result.nc`` too, as a sweep gathers them.
    """

    language: Language = Language.ENGLISH
    map: MapKind = MapKind.LAND
    views: bool = True
    figures: bool = False


class PictureFormat(StrEnum):
    """A file that ``zerolane pictures`` writes of a chart."""

    SVG = "svg"
    PNG = "png"
    CSV = "csv"


@dataclass(config=ConfigDict(extra="forbid"))
class PictureSettings:
    """Which charts are written as files, and how.

    Attributes
    ----------
    charts : keys of charts; none: all there are.
    formats : ``svg``, ``png`` and ``csv``, the data.
    width : of a picture, px. scale : pixels of a PNG in each.
    """

    charts: list[str] = field(default_factory=list)
    formats: Annotated[list[PictureFormat], Field(min_length=1)] = field(
        default_factory=lambda: list(PictureFormat)
    )
    width: Annotated[int, Field(ge=320, le=4000)] = 860
    scale: Annotated[float, Field(ge=0.5, le=8)] = 2.0


@dataclass(config=ConfigDict(extra="forbid"))
class CompareSettings:
    """How several pathways are compared.

    Attributes
    ----------
    chosen : the pathway that is decided on; none: the page recommends none.
    fail_if_worse : the pathway that no other may be clearly worse than in cost, emissions or chance; where
        one is, the command ends with exit code 7.
    workers : pathways planned and simulated at a time; none: two, where there are two cores.
    """

    chosen: str | None = None
    fail_if_worse: str | None = None
    workers: Annotated[int, Field(ge=1, le=64)] | None = None
