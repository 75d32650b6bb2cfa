"""What a plan says beside the chain's emissions: spared, displaced and bought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from scenarios.accounts import BESIDE_ACCOUNTS

if TYPE_CHECKING:
    from scenarios.ledger import Priced
    from scenarios.scenario import Scenario


def beside_figures(scenario: Scenario, priced: Priced) -> xr.Dataset:
    """Return the lines beside the chain's emissions, and what they rest on; nothing without such tables.

    ``beside`` (beside_account, period), in the unit of the account; ``avoided_use`` (avoided, period) and
    ``pool_drawn``, ``pool_today`` (pool, period), in product units a year.
    """
    avoided, pools, periods = scenario.avoided, scenario.pools, scenario.periods.start
    if not (len(avoided.label) or len(pools.label) or len(scenario.offsets.label)):
        return xr.Dataset()
    accounts = list(BESIDE_ACCOUNTS)
    values = np.array([priced.beside(account) for account in accounts])
    found = xr.Dataset(
        coords={
            "period": periods,
            "beside_account": np.array(accounts, dtype=str),
            "beside_unit": ("beside_account", np.array([unit for unit, _ in BESIDE_ACCOUNTS.values()])),
            "avoided": avoided.label.astype(str),
            "avoided_name": ("avoided", avoided.name.astype(str)),
            "pool": pools.label.astype(str),
            "pool_name": ("pool", pools.name.astype(str)),
            "pool_product": ("pool", pools.product.astype(str)),
        }
    )
    meaning = "beside the chain's emissions, in no total: spared to others, displaced, bought and retired"
    under = ";".join(name for name, cap in scenario.carbon.all_caps.items() if cap.includes_offsets)
    attributes = {"units": "of the account", "long_name": meaning, "counted_under": under}
    found["beside"] = (("beside_account", "period"), values, attributes)
    for name, dim, quantity, said in (
        ("avoided_use", "avoided", avoided.used(priced.activities), "used or delivered, and so avoiding"),
        ("pool_drawn", "pool", pools.drawn(priced.activities["purchase"]), "bought of a contested pool"),
        ("pool_today", "pool", pools.today, "taken of the pool today"),
    ):
        found[name] = ((dim, "period"), quantity, {"units": "unit/year", "long_name": said})
    return found
