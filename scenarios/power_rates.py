"""What electricity books to the ledger."""

from __future__ import annotations

import numpy as np

from scenarios.rate import Rate
from scenarios.scenario import Scenario


def power_rates(scenario: Scenario) -> list[Rate]:
    """Return the rates of ``power``, ``contracted``, ``beyond``, ``charged`` and ``certificate_bought``.

    Contracted MWh are paid as far as they are to be taken or paid, ``beyond`` is what is used above that; a
    price per MW is spread over the MWh that a MW puts out. What charges a storage is drawn where it is
    charged, so that what comes back of it emits nothing more.
    """
    supplies = scenario.supplies
    contracted = (supplies.kind == "ppa")[:, None]
    own = (scenario.sites.owner[supplies.site] == "own")[:, None]
    per_mw = np.zeros_like(supplies.price)
    output = supplies.output_per_mw
    np.divide(supplies.capacity_price, output, out=per_mw, where=output > 0)
    to_pay = supplies.price * contracted * supplies.take_or_pay[:, None] + per_mw
    flexible, charging = supplies.flexible, scenario.storages.charging_supply
    return [
        Rate("power", "electricity", supplies.price * ~contracted, supplies.site),
        Rate("contracted", "electricity", to_pay, supplies.site),
        Rate("power", "scope2_location", supplies.location_factor * own, supplies.site),
        Rate("power", "scope2_market", supplies.market_factor * own, supplies.site),
        Rate("power", "scope3_purchased_goods", supplies.location_factor * ~own, supplies.site),
        Rate("beyond", "electricity", supplies.price[flexible], supplies.site[flexible]),
        Rate("charged", "electricity", (supplies.price * ~contracted)[charging], supplies.site[charging]),
        Rate(
            "charged", "scope2_location", (supplies.location_factor * own)[charging], supplies.site[charging]
        ),
        Rate(
            "charged",
            "scope3_purchased_goods",
            (supplies.location_factor * ~own)[charging],
            supplies.site[charging],
        ),
        Rate(
            "certificate_bought",
            "electricity",
            scenario.certificates.price,
            np.full(len(scenario.certificates.label), -1, dtype=np.int64),
        ),
    ]
