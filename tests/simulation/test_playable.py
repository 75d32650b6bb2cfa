"""What the simulation cannot play is refused by name; what it can, it plays to the plan's figures."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from optimizer import SolverSettings, optimize
from scenarios import ScenarioSettings, read_tables, scenario_from_tables
from scenarios.errors import UnplayableError
from simulation import SimulationSettings, UncertaintySettings, simulate

SETTINGS = ScenarioSettings(name="ore", first_year=2025, last_year=2026, discount_rate=0.0)
CASE = {
    "sites": "site role lat lon region owner\nport supplier 40 118 north partner\n"
    "hub hub 40 118.5 north own\nmill customer 40 119 north own",
    "products": "product\nore",
    "offers": "offer site product price footprint period\n"
    "port_ore port ore 10 1 2025\nport_ore port ore 20 1 2026",
    "modes": "mode cost_per_tkm tank_to_wheel payload_t\nroad 0 100 30",
    "lanes": "origin destination mode products distance_km cost fixed_cost\n"
    "port hub road ore 100 4 250\nhub mill road ore 100 4 -",
    "demand": "site product quantity\nmill ore 365",
    "hubs": "site handling_cost handling_emissions consolidation\nhub 2 0.5 0.25",
}


def case(**changes):
    with TemporaryDirectory() as folder:
        for name, text in (CASE | changes).items():
            rows = [line.split() for line in text.splitlines()]
            cells = [",".join("" if cell == "-" else cell for cell in row) for row in rows]
            (Path(folder) / f"{name}.csv").write_text("\n".join(cells))
        scenario = scenario_from_tables(read_tables(Path(folder)), SETTINGS)
    return scenario, optimize(scenario, SolverSettings(mip_gap=0.0))


def test_opened_lanes_and_hubs_are_played_to_the_plans_figures():
    settings = SimulationSettings(trials=2, uncertainty=UncertaintySettings.off())
    outcome = simulate(*case(), settings)
    assert outcome.attrs["twin_max_relative_error"] < 1e-9


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"storage": "site product\nmill ore"}, "stocks kept between periods"),
        ({"hubs": "site capacity\nhub 1000"}, "hubs of limited capacity"),
        (
            {"lanes": "origin destination mode products whole_vehicles\nport mill road ore yes"},
            "lanes paid by the whole vehicle",
        ),
    ],
)
def test_what_cannot_be_played_is_named(changes, named):
    with pytest.raises(UnplayableError, match=named):
        simulate(*case(**changes))
