"""What may be decided in a generated network: bases, furnaces, hubs, cuts and panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from benchmarks.generated_places import Floats, Words, lists

if TYPE_CHECKING:
    from benchmarks.generated_network import Network


def choices_of(network: Network) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what may be decided, and what each does."""
    rng, size = network.rng, network.size
    bases, hubs, yards = network.bases.label, network.hubs.label, network.yards
    opened, more = np.round(network.base_capacity, 1), np.round(0.6 * network.base_capacity, 1)
    building = opened * rng.uniform(9, 14, size.bases)
    kinds = np.tile(np.arange(1, size.technologies), size.plants)
    plant = np.repeat(np.arange(size.plants), size.technologies - 1)
    place, capacity = network.plants.label[plant], network.plant_capacity
    furnace = np.array([f"{k}_furnace_{a}" for k, a in zip(place, kinds, strict=True)], dtype=object)
    first = np.asarray(place + "_furnace_0", dtype=object)
    standing = np.round(capacity[plant], 1)
    fitted = np.round(standing * np.array([1.0, 0.95, 0.9])[kinds], 1)
    cut_at = np.repeat(network.plants.label, size.cuts)
    cut = np.tile(np.linspace(0.15, 0.3, size.cuts), size.plants)
    saved = np.repeat(capacity, size.cuts) * cut
    panels = np.round(0.1 * capacity * 0.5 / (8760 * 0.15), 3)  # MW for a tenth of half a MWh a tonne
    fits = np.asarray("fit_" + furnace, dtype=object)
    groups = [
        _choices("open_" + bases, "open base", bases, building, 0.18 * building),
        _choices("expand_" + bases, "expand base", bases, more * rng.uniform(6, 9, size.bases)),
        _choices(fits, "furnace", place, fitted * np.array([6, 25, 45])[kinds]),
        _choices("open_" + hubs, "open hub", hubs, network.hub_capacity * 12.0),
        _choices(
            np.array([f"cut_{k}_{v:.2f}" for k, v in zip(cut_at, cut, strict=True)], dtype=object),
            "cut",
            cut_at,
            saved * np.tile(np.linspace(60, 110, size.cuts), size.plants),
        ),
        _choices("panels_" + network.plants.label, "panels", network.plants.label, panels * 8e5),
    ]
    groups[1]["requires"] = lists([(name,) for name in groups[0]["intervention"]])
    groups[2]["exclusive_group"] = place
    effects = [
        _effects(groups[0], "adds_capacity", opened, line=yards),
        _effects(groups[1], "adds_capacity", more, line=yards),
        _effects(groups[2], "adds_capacity", fitted, line=furnace),
        _effects(groups[2], "retires_capacity", standing, line=first),
        _effects(groups[3], "opens_hub", np.nan),
        _effects(groups[4], "cuts_direct_emissions", cut),
        _effects(groups[5], "adds_power_capacity", panels, option="onsite"),
    ]
    chosen = pd.concat(groups, ignore_index=True)
    chosen["exclusive_group"] = chosen["exclusive_group"].fillna("")
    chosen["requires"] = chosen["requires"].where(chosen["requires"].notna(), "").map(tuple)
    done = pd.concat(effects, ignore_index=True)
    return chosen, done.fillna({"line": "", "option": ""})


def _choices(name: Words, kind: str, site: Words, capex: Floats, opex: Floats | float = 0.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "intervention": name,
            "kind": kind,
            "site": site,
            "capex": np.round(capex, 0),
            "opex": np.round(opex, 0),
            "life_years": 20,
        }
    )


def _effects(choices: pd.DataFrame, effect: str, amount: Floats | float, **target: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "intervention": choices["intervention"],
            "effect": effect,
            "site": choices["site"],
            "amount": amount,
            **target,
        }
    )
