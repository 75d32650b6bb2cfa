"""Settings of what is shown, as a typed and checked dataclass that doubles as a Hydra structured config."""

from __future__ import annotations

from enum import StrEnum

from pydantic import ConfigDict
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
    """

    language: Language = Language.ENGLISH
    map: MapKind = MapKind.LAND
