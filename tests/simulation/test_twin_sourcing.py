"""The twin of plans whose prices depend on the year's quantity, and whose suppliers and lanes are chosen."""

import pytest

EXACT = 1e-6


def with_sourcing(make, pricing, tiers):
    """Return the tutorial with a second port, tiers on its ore, a minimum order and one lane to the city."""
    tables = make.tutorial_tables()
    ore = tables["offers"][tables["offers"]["offer"] == "port_ore"].iloc[0].to_dict()
    tables["offers"].loc[tables["offers"]["offer"] == "port_ore", "minimum_order"] = 30_000.0
    tables["offers"] = make.rows(
        tables["offers"],
        {**ore, "offer": "port_2_ore", "site": "port_2", "price": 805, "tier_pricing": pricing},
    )
    tables["sites"] = make.rows(tables["sites"], {"site": "port_2", "role": "supplier", "lat": 39.2})
    lane = tables["lanes"][tables["lanes"]["origin"] == "port"].iloc[0].to_dict()
    tables["lanes"] = make.rows(tables["lanes"], {**lane, "origin": "port_2"})
    rows = [
        {"offer": "port_2_ore", "from_quantity": quantity, "price": price, "row": row}
        for row, (quantity, price) in enumerate(tiers, 2)
    ]
    blank = dict.fromkeys(tables["offer_tiers"].columns, "")
    tables["offer_tiers"] = make.rows(tables["offer_tiers"], *({**blank, **row} for row in rows))
    tables["demand"]["single_source"] = True
    return tables


@pytest.mark.parametrize(
    ("pricing", "tiers", "expected"),
    [
        ("all_unit", [(60_000.0, 790.0)], 150_000),  # all from port 2, well inside the tier
        ("all_unit", [(60_000.0, 790.0), (120_000.0, 801.0)], 120_000),  # just below the edge of a surcharge
        ("incremental", [(50_000.0, 790.0)], 150_000),
    ],
)
def test_the_year_s_quantity_sets_the_price(make, pricing, tiers, expected):
    case = make.solved(with_sourcing(make, pricing, tiers))
    bought = case.plan["purchase"].sel(offer="port_2_ore")
    assert bought.to_numpy() == pytest.approx(expected)
    account = make.trials(case).twin()
    paid = float(case.plan["cost"].sum())
    assert account.cost.sum() == pytest.approx(paid, rel=EXACT)
    steps = [(0.0, 805.0), *tiers, (float("inf"), 0.0)]
    if pricing == "incremental":
        ends = [start for start, _ in steps[1:]]
        by_hand = sum(
            price * max(min(expected, end) - start, 0)
            for (start, price), end in zip(steps, ends, strict=False)
        )
    else:
        by_hand = expected * tiers[0][1]
    rest = (150_000 - expected) * 800
    assert float(case.plan["cost"].sel(cost_account="purchase")[0]) == pytest.approx(by_hand + rest)
