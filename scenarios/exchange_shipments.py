"""What shipments that were measured say of the modes they went by: emissions over t-km, all legs together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from scenarios.errors import Problem
from scenarios.exchange_layouts import ShipmentFootprint, TransportElement

ROUNDING = 1e-9


@dataclass
class _Sum:
    """Legs of one mode: t-km, kgCO2e in all and driven."""

    legs: int = 0
    activity: float = 0.0
    whole: float = 0.0
    driven: float = 0.0

    def add(self, leg: TransportElement) -> None:
        self.legs += 1
        self.activity += float(leg.transport_activity)
        self.whole += float(leg.co2e_wtw)
        self.driven += float(leg.co2e_ttw)


class Measured(NamedTuple):
    """The modes with what shipments say, which modes that is about, what is wrong, and what is not used."""

    modes: pd.DataFrame
    taken: list[str]
    problems: list[Problem]
    warnings: list[str]


def with_shipments(
    modes: pd.DataFrame,
    shipments: Sequence[tuple[str, ShipmentFootprint]],
    mode_of: Callable[[str], str],
    stated: Collection[str],
) -> Measured:
    """Return the modes with the factors of the legs that name them.

    A leg names its mode by the id of its transport operation category. Where a category is shared itself it
    stands; what is charged on the grid of each region is known of categories only.

    Parameters
    ----------
    mode_of : the mode that an id means; blank: none.
    stated : modes that shared categories stand for.
    """
    sums: dict[str, _Sum] = {}
    problems: list[Problem] = []
    unused: dict[str, str] = {}
    electric = set(modes.loc[modes["electricity"] > 0, "mode"])
    for file, shipment in shipments:
        for leg in shipment.tces:
            name = leg.toc_id or ""
            mode = mode_of(name) if name else ""
            if not mode:
                why = f"its tocId {name!r} means no mode of the scenario; see exchange_ids"
                unused.setdefault(f"{file} {name}", f"{file}: a leg is not used, {why}")
            elif mode in stated:
                unused.setdefault(mode, f"{file}: legs of {name} are not used, its category is shared too")
            elif mode in electric:
                why = f"mode {mode} is charged on each region's grid: share its category"
                unused.setdefault(mode, f"{file}: legs of {name} are not used, {why}")
            elif float(leg.co2e_ttw) > float(leg.co2e_wtw) * (1 + ROUNDING):
                fix, value = f"write at most co2eWTW, {leg.co2e_wtw}", float(leg.co2e_ttw)
                rule = f"tank to wheel of leg {leg.tce_id} is above well to wheel"
                problems.append(Problem("", rule, fix, column="co2eTTW", value=value, file=file))
            else:
                sums.setdefault(mode, _Sum()).add(leg)
    changed, taken = modes.copy(), [mode for mode, found in sums.items() if found.activity > 0]
    for mode in taken:
        found, row = sums[mode], changed.index[changed["mode"] == mode]
        changed.loc[row, "tank_to_wheel"] = found.driven / found.activity
        changed.loc[row, "well_to_tank"] = max(found.whole - found.driven, 0.0) / found.activity
        changed.loc[row, "source"] = f"iLEAP shipments, {found.legs} legs"
        changed.loc[row, "quality"] = "measured"
    return Measured(changed, taken, problems, list(unused.values()))
