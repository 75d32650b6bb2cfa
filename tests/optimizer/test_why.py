"""Why not this supplier: what one more unit adds, by hand on the tutorial."""

import pytest

from optimizer import SolverSettings, optimize
from optimizer.why import why_not
from scenarios import CarbonSettings, ConfigError, ScenarioSettings, load_scenario

SETTINGS = ScenarioSettings(
    name="tutorial", data="tutorial", first_year=2025, last_year=2026, discount_rate=0.0
)
# A tonne of scrap makes 0.8 / 1.1 t of steel, each dearer than ore by this much (see test_pins).
ADDS = (1.375 * 1608 + 132 + 700 - 1730) * 0.8 / 1.1


@pytest.fixture(scope="module")
def solved():
    scenario = load_scenario(SETTINGS, CarbonSettings(cap_2026=0.7))
    return scenario, optimize(scenario, SolverSettings(mip_gap=0.0))


def test_an_offer_that_is_not_bought(solved):
    first = why_not(*solved, "yard_scrap").years[0]
    assert first.bought == 0
    assert first.adds == pytest.approx(ADDS)
    assert sum(first.accounts.values()) == pytest.approx(ADDS)
    assert first.instead == {"port_ore": pytest.approx(-1.5 * 0.8 / 1.1)}


def test_an_offer_that_is_bought_names_the_cap_it_pays(solved):
    second = why_not(*solved, "port_ore").years[1]
    assert second.bought > 0
    assert second.adds == pytest.approx(0, abs=1e-3)
    (reason,) = second.reasons
    assert (reason.rule, reason.name) == ("cap_respected", "total 2026")
    assert reason.cost == pytest.approx(0.02 * 1287.5 / 1.949)  # footprint at the price of the next tonne


def test_the_text_says_at_which_price_it_would_pay(solved):
    text = why_not(*solved, "yard_scrap").text
    assert "adds 954.91 CNY/t to the cost of the plan; it would pay at a price below 645.09" in text


def test_an_unknown_offer_is_refused_with_a_hint(solved):
    with pytest.raises(ConfigError, match=r"did you mean yard_scrap\?"):
        why_not(*solved, "yard_scrp")
