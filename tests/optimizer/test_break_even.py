"""Break-even carbon prices that are known by hand: two interventions at a mill that emits 200 t a year."""

import numpy as np
import pytest

from optimizer import SolverSettings
from optimizer.break_even import break_even_prices
from optimizer.objective_settings import BreakEvenSettings
from scenarios import ConfigError
from tests.optimizer.carbon_money_tables import carbon_case, market

EXACT = SolverSettings(mip_gap=0.0)
NO_ARC = {"pins": [{"pin": "no_arc", "decision": "run", "process": "electric", "maximum": 0}]}


def measures(**more):
    """Capture cuts 100 t for 3,000 a year, a better boiler 20 t for 200."""
    cut = {"effect": "cuts_direct_emissions", "site": "mill", "process": "coal"}
    return {
        "interventions": [
            {"intervention": "capture", "kind": "capture", "site": "mill", "opex": 3_000, **more},
            {"intervention": "boiler", "kind": "efficiency", "site": "mill", "opex": 200, **more},
        ],
        "effects": [
            {"intervention": "capture", "amount": 0.5, **cut},
            {"intervention": "boiler", "amount": 0.1, **cut},
        ],
    }


def prices(*parts, asked=("all",), carbon=None, **settings):
    scenario = carbon_case((*parts, NO_ARC), carbon)
    return break_even_prices(scenario, BreakEvenSettings([*asked], **settings), EXACT)


def by_name(found, figure="price"):
    return dict(zip(found["intervention"].values.tolist(), found[f"break_even_{figure}"].values, strict=True))


def test_each_pays_from_its_own_cost_a_tonne():
    found = prices(measures())
    assert by_name(found) == pytest.approx({"capture": 30, "boiler": 10})
    assert by_name(found, "saved") == pytest.approx({"capture": 100, "boiler": 20})
    assert by_name(found, "low") == pytest.approx(by_name(found, "high"))
    assert found.attrs["rebuilds"] == 1


def test_what_competes_with_it_is_counted():
    """Only one of both may be chosen: 3,000 - 100 p meets 200 - 20 p at 35."""
    found = prices(measures(exclusive_group="one"))
    assert by_name(found) == pytest.approx({"capture": 35, "boiler": 10})


def test_the_price_comes_on_top_of_what_is_paid_already():
    found = prices(measures(), market(8, sale_share=0), carbon={"markets": ["home"]})
    assert by_name(found) == pytest.approx({"capture": 22, "boiler": 2})
    found = prices(measures(), market(12, sale_share=0), carbon={"markets": ["home"]})
    assert by_name(found)["boiler"] == -np.inf


def test_not_up_to_the_highest_price_and_not_asked_for():
    found = by_name(prices(measures(), asked=["capture"], highest_price=25.0))
    assert found["capture"] == np.inf
    assert np.isnan(found["boiler"])


def test_caps_do_not_hold():
    found = prices(measures(), carbon={"caps": {"all": {"limit": {2025: 0.5}}}})
    assert by_name(found)["capture"] == pytest.approx(30)


def test_an_unknown_intervention_is_named():
    with pytest.raises(ConfigError, match=r"names \['captur'\]; use all, or some of: capture, boiler"):
        prices(measures(), asked=["captur"])
