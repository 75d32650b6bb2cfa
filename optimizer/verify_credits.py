"""The second opinion on pools and offsets, from the plan's activities alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr

from scenarios.caps import cap_terms
from scenarios.credit_rates import offsets_wanted
from scenarios.ledger import Ledger
from scenarios.scenario import Floats, Scenario

Finding = tuple[str, Floats, Floats]


def credit_findings(
    s: Scenario, ledger: Ledger, plan: xr.Dataset, x: Mapping[str, Floats]
) -> Iterator[Finding]:
    """Yield each rule about pools and offsets with how far it is missed."""
    pools = s.pools
    drawn = np.zeros(pools.capacity.shape)
    for offer, pool in zip(pools.offer, pools.pool, strict=True):
        drawn[pool] += x["purchase"][offer]
    yield "limit of a pool", np.maximum(drawn - pools.capacity, 0), drawn
    for g in range(len(pools.label)):
        mine = pools.band_pool == g
        taken = x["taken"][mine]
        yield f"bands of pool {pools.label[g]}", np.abs(taken.sum(axis=0) - drawn[g]), drawn
        width = pools.upper[mine] - pools.lower[mine]
        short = np.where(np.isfinite(width), width - taken, 0.0) if len(width) else width
        later = np.vstack([np.cumsum(taken[::-1], axis=0)[::-1][1:], np.zeros(taken.shape[1])])
        yield f"bands of pool {pools.label[g]} fill in order", np.minimum(np.maximum(short, 0), later), drawn
    if "offset_bought" not in x:
        return
    bought = x["offset_bought"]
    yield "offsets on offer", np.maximum(bought - s.offsets.capacity, 0), bought
    if not any(cap.includes_offsets for cap in s.carbon.all_caps.values()):
        yield "offsets without a cap or a rule that asks for them", bought * ~offsets_wanted(s), bought
        return
    for cap in cap_terms(s, ledger):
        if cap.limits_offsets:
            held = np.isfinite(plan["cap_limit"].sel(cap=cap.label).to_numpy())
            counted = -(cap.coefficients["offset_bought"] * bought).sum(axis=0)
            emitted = sum(
                (x[name] * each).sum(axis=0)
                for name, each in cap.coefficients.items()
                if name != "offset_bought"
            )
            most = cap.settings.largest_offset_share * np.asarray(emitted)
            yield f"share of offsets under cap {cap.label}", np.maximum(counted - most, 0) * held, most
