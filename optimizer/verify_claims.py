"""Second opinion on claims to green power by the same hour: none counts for more than it can."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from scenarios.scenario import Floats, Scenario

Finding = tuple[str, Floats, Floats]

HOURS_A_YEAR = 8760.0


def claim_findings(s: Scenario, plan: xr.Dataset, x: dict[str, Floats]) -> Iterator[Finding]:
    """Each claim within its power, its share, its deliverability and the hours in which it meets the load."""
    if "claimed" not in plan:
        return
    power, claimed, known = x["power"], x["claimed"], s.claims
    counts = known.claims & known.deliverable
    yield "claims that count within power", np.maximum(claimed - power * counts[:, None], 0), power
    stated = ~np.isnan(known.share)
    if (stated | ~known.claims).all() or s.electricity.hourly:
        by_hour = np.isin(s.supplies.kind.astype(str), ("ppa", "onsite", "import", "storage"))
        part = np.where(stated, np.nan_to_num(known.share), by_hour) * counts
        yield "claims that count by their share", np.abs(claimed - part[:, None] * power), power
        return
    yield from _within_hours(s, x)
    lost = np.maximum(power - claimed, 0) * known.claims[:, None]
    yield "claims that do not count", np.abs(plan["stranded"].to_numpy() - lost), power


def _within_hours(s: Scenario, x: dict[str, Floats]) -> Iterator[Finding]:
    """What profiles let a contract or a plant give to the hours of its site's load."""
    hours, supplies = s.claims.hours, s.supplies
    load = np.zeros((len(s.sites.label), x["power"].shape[1]))
    np.add.at(load, supplies.site, x["power"])
    megawatt = x["contracted"] / np.maximum(supplies.capacity_factor * HOURS_A_YEAR, 1e-9)
    added = s.power_additions
    np.add.at(megawatt, added.supply, added.megawatt[:, None] * x["in_effect"][added.intervention])
    alone = supplies.source == np.arange(len(supplies.source))
    profiled = np.isnan(s.claims.share) & (supplies.profile != "") & alone
    for u in np.flatnonzero(profiled & np.isin(supplies.kind.astype(str), ("ppa", "onsite"))):
        output = hours.output[u][:, None] * (megawatt[u] * supplies.capacity_factor[u])
        wanted = hours.load[supplies.site[u]][:, None] * load[supplies.site[u]] / HOURS_A_YEAR
        most = hours.weight @ np.minimum(output, wanted)
        yield "claims of the same hour", np.maximum(x["claimed"][u] - most, 0), load[supplies.site[u]]
