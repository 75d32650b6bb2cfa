"""Facts that must hold in the bundled case ``steel_north_china``."""

from __future__ import annotations

import pandas as pd
import pytest

from scenarios import load_scenario
from scenarios.loading import BUNDLED, read_tables
from scenarios.schema import QUALITY_MARKS, TABLES
from scenarios.settings import ScenarioSettings

CASE = BUNDLED / "steel_north_china"
PROGRAMME_TONNES = 3_700_000  # CCCME 2024-02-20: the five bases together
BASES = {"base_tianjin", "base_tangshan", "base_baotou", "base_changchun", "base_benxi"}
# South, west, north, east in degrees, generous: catches swapped or mistyped coordinates.
PROVINCES = {
    "Hebei": (36.0, 113.4, 42.7, 119.9),
    "Tianjin": (38.5, 116.6, 40.3, 118.2),
    "Shanxi": (34.5, 110.2, 40.8, 114.6),
    "Inner Mongolia": (37.4, 97.1, 53.4, 126.1),
    "Liaoning": (38.7, 118.8, 43.5, 125.8),
    "Jilin": (40.8, 121.6, 46.4, 131.4),
    "Heilongjiang": (43.4, 121.1, 53.6, 135.2),
    "Shandong": (34.3, 114.7, 38.5, 122.8),
    "Beijing": (39.4, 115.4, 41.1, 117.6),
}
GRID = 0.62  # t CO2e/MWh, Hebei in 2025
MARKET_NAMES = {"iron_ore", "coking_coal", "scrap", "hbi"}
RIVALS = ("electric arc furnace", "hydrogen DRI", "carbon capture")
IMMOBILE = {"hot_metal", "crude_steel", "dri"}


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """The typed tables."""
    return read_tables(CASE)


@pytest.fixture(scope="module")
def arcs(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """All arcs with the labels of their ends."""
    scenario = load_scenario(ScenarioSettings(data="steel_north_china"))
    a = scenario.arcs
    return pd.DataFrame(
        {
            "origin": scenario.sites.label[a.origin],
            "destination": scenario.sites.label[a.destination],
            "product": scenario.products.label[a.product],
            "mode": scenario.modes[a.mode],
            "great_circle_km": a.great_circle_km,
            "locked": a.locked,
        }
    )


def of_role(tables: dict[str, pd.DataFrame], role: str) -> pd.DataFrame:
    """Return the sites of one role, by name."""
    return tables["sites"][tables["sites"]["role"] == role].set_index("site")


def test_the_scenario_loads_without_warnings() -> None:
    scenario = load_scenario(ScenarioSettings(data="steel_north_china"))
    assert scenario.warnings == ()
    assert 700 <= len(scenario.arcs.label) <= 1100


def test_every_row_has_source_and_quality() -> None:
    for table in TABLES:
        file = CASE / f"{table}.csv"
        if not file.exists():
            continue
        raw = pd.read_csv(file, dtype=str, keep_default_na=False)
        assert (raw["source"].str.strip() != "").all(), table
        assert raw["quality"].isin(QUALITY_MARKS).all(), table


def test_estimates_say_so_and_nothing_claims_to_be_measured(tables: dict[str, pd.DataFrame]) -> None:
    for name, frame in tables.items():
        assert not (frame["quality"] == "measured").any(), name
        published = frame[frame["quality"] == "published"]
        assert not published["source"].str.contains("ESTIMATE").any(), name


def test_nothing_comes_from_sources_under_agpl_or_odbl(tables: dict[str, pd.DataFrame]) -> None:
    barred = r"\bMPP\b|Mission Possible|[Bb]oavizta|BOAVIZT|Lenovo"
    for name, frame in tables.items():
        assert not frame["source"].str.contains(barred).any(), name


def test_readme_credits_the_trackers() -> None:
    readme = (CASE / "README.md").read_text(encoding="utf-8")
    assert "CC BY 4.0, credit Global Energy Monitor" in readme
    assert "Open Government Licence" in readme


def test_five_bases_of_published_total_and_radius(tables: dict[str, pd.DataFrame]) -> None:
    bases = of_role(tables, "scrap_base")
    assert set(bases.index) == BASES
    assert (bases["service_radius_km"] == 100).all()
    assert (bases["owner"] == "own").all()
    yards = tables["lines"][tables["lines"]["site"].isin(BASES)]
    assert yards["capacity"].sum() == PROGRAMME_TONNES


def test_bases_serve_two_mills_or_more_and_none_beyond_100_km(arcs: pd.DataFrame) -> None:
    served = arcs[arcs["origin"].isin(BASES)]
    assert served["great_circle_km"].max() <= 100
    assert (served.groupby("origin")["destination"].nunique() >= 2).all()
    assert set(served["origin"]) == BASES


def test_every_base_can_be_filled_and_drained(tables: dict[str, pd.DataFrame], arcs: pd.DataFrame) -> None:
    offers, lines, recipes = tables["offers"], tables["lines"], tables["recipes"]
    today = offers[(offers["product"] == "raw_scrap") & (offers["period"] == 2025)]
    raw = today.set_index("site")["capacity"]
    rate = -recipes[(recipes["process"] == "scrap_processing") & (recipes["quantity"] < 0)]["quantity"].sum()
    reach = arcs[~arcs["locked"] & (arcs["product"] == "raw_scrap")]
    assert raw.sum() >= PROGRAMME_TONNES * rate
    for base in BASES:
        capacity = lines[lines["site"] == base]["capacity"].sum()
        cities = reach[reach["destination"] == base]["origin"].unique()
        assert raw.reindex(cities).sum() >= capacity * rate, base
        mills = arcs[arcs["origin"] == base]["destination"].unique()
        steel = lines[lines["site"].isin(mills) & lines["line"].str.endswith(("_bof", "_eaf"))]
        assert 0.11 * (steel["capacity"] * steel["minimum_use"]).sum() > 0, base
        assert 0.22 * steel["capacity"].sum() >= capacity, base


def test_mills_lie_in_their_provinces(tables: dict[str, pd.DataFrame]) -> None:
    mills = of_role(tables, "plant")
    assert 30 <= len(mills) <= 34
    assert (mills["quality"] == "published").all()
    assert mills["source"].str.contains("GEM GIST").all()
    assert set(PROVINCES) - {"Beijing"} == set(mills["region"])


def test_northern_sites_lie_in_their_provinces(tables: dict[str, pd.DataFrame]) -> None:
    sites = tables["sites"]
    for region, rows in sites.groupby("region"):
        if region not in PROVINCES:
            assert set(rows["role"]) == {"customer"}, region
            continue
        south, west, north, east = PROVINCES[str(region)]
        assert rows["lat"].between(south, north).all(), region
        assert rows["lon"].between(west, east).all(), region


def test_capacity_by_route(tables: dict[str, pd.DataFrame]) -> None:
    lines = tables["lines"]
    converters = lines[lines["line"].str.endswith("_bof")]["capacity"]
    arc_furnaces = lines[lines["line"].str.endswith("_eaf")]["capacity"]
    assert 200e6 < converters.sum() + arc_furnaces.sum() < 230e6
    assert (arc_furnaces > 0).sum() >= 8


def test_ironmaking_matches_the_converters(tables: dict[str, pd.DataFrame]) -> None:
    lines = tables["lines"]
    # At a fifth of scrap a converter takes 0.875 t hot metal per t; ironmaking must carry the minimum use.
    for site, own in lines.groupby("site"):
        furnaces = own[own["line"].str.endswith("_blast_furnace")]
        converters = own[own["line"].str.endswith("_bof")]
        steel, iron = converters["capacity"].sum(), furnaces["capacity"].sum()
        assert iron >= 0.875 * (converters["capacity"] * converters["minimum_use"]).sum(), site
        assert (furnaces["capacity"] * furnaces["minimum_use"]).sum() <= 0.765 * steel, site


def test_demand_is_85_percent_of_capacity_and_falls(tables: dict[str, pd.DataFrame]) -> None:
    lines, demand = tables["lines"], tables["demand"]
    rolling = lines[lines["line"].str.endswith("_rolling")]["capacity"].sum()
    total = demand.groupby("period")["quantity"].sum()
    assert total[2025] / rolling == pytest.approx(0.85, abs=0.005)
    assert total[2030] / total[2025] == pytest.approx(0.99**5, abs=0.002)
    assert total[2035] / total[2025] == pytest.approx(0.99**10, abs=0.002)
    assert demand["site"].nunique() >= 12
    assert (demand["shortage_cost"] == 8000).all()


def test_scrap_is_coherent_with_the_national_ratio(tables: dict[str, pd.DataFrame]) -> None:
    """BIR 2019: 21.7 % scrap per t of steel; here yards plus what the bases can process."""
    offers, demand = tables["offers"], tables["demand"]
    assert of_role(tables, "collection").shape[0] >= 22
    yards = offers[offers["product"] == "scrap"].groupby("period")["capacity"].sum()
    crude = demand.groupby("period")["quantity"].sum() / 0.96
    assert (yards[2025] + PROGRAMME_TONNES) / crude[2025] == pytest.approx(0.217, abs=0.005)
    assert yards.is_monotonic_increasing
    raw = offers[offers["product"] == "raw_scrap"].groupby("period")["capacity"].sum()
    assert raw.is_monotonic_increasing


def test_hot_metal_crude_steel_and_dri_stay_at_the_mill(arcs: pd.DataFrame) -> None:
    assert not set(arcs["product"]) & IMMOBILE


def test_every_mill_can_get_every_input(tables: dict[str, pd.DataFrame], arcs: pd.DataFrame) -> None:
    lines, runs, recipes = tables["lines"], tables["line_processes"], tables["recipes"]
    site_of = lines.set_index("line")["site"]
    arriving = arcs[~arcs["locked"]].groupby("destination")["product"].agg(set)
    for line, process in zip(runs["line"], runs["process"], strict=True):
        inputs = set(recipes[(recipes["process"] == process) & (recipes["quantity"] < 0)]["product"])
        assert inputs & MARKET_NAMES <= arriving.get(site_of[line], set()) | IMMOBILE, f"{line}:{process}"


def test_every_mill_can_ship_and_every_customer_is_served_by_several(arcs: pd.DataFrame) -> None:
    steel = arcs[~arcs["locked"] & (arcs["product"] == "finished_steel")]
    assert steel["origin"].nunique() == 34
    assert (steel.groupby("destination")["origin"].nunique() >= 4).all()


def cradle_to_gate(tables: dict[str, pd.DataFrame], process: str, grid: float) -> float:
    """Return t CO2e per t of `process`'s product: direct, power at `grid` t/MWh and bought inputs."""
    processes, recipes = tables["processes"].set_index("process"), tables["recipes"]
    offers = tables["offers"]
    bought = offers[~offers["locked"]].groupby("product")["footprint"].mean()
    makers = {"hot_metal": "ironmaking", "dri": "dri_hydrogen", "crude_steel": "bof_scrap10"}
    direct, power = processes.loc[[process], ["direct_emissions", "electricity"]].to_numpy(float)[0]
    total = float(direct + grid * power)
    used = recipes[(recipes["process"] == process) & (recipes["quantity"] < 0)]
    for product, quantity in zip(used["product"], -used["quantity"], strict=True):
        source = cradle_to_gate(tables, makers[product], grid) if product in makers else bought[product]
        total += quantity * source
    return total


@pytest.mark.parametrize("process", ["bof_scrap10", "bof_scrap20"])
def test_blast_furnace_route_is_as_published(tables: dict[str, pd.DataFrame], process: str) -> None:
    """Published for the route: 2.0 in China (Transition Asia), 1.99 (GB/T 51366), 2.2 (IEEFA)."""
    assert 1.8 <= cradle_to_gate(tables, process, GRID) <= 2.2


def test_scrap_arc_furnace_is_as_published(tables: dict[str, pd.DataFrame]) -> None:
    """Published: 0.3 t/t (IEEFA fact sheet), near 0.3-0.5 with the power of a coal-heavy grid."""
    assert 0.3 <= cradle_to_gate(tables, "eaf_scrap100", GRID) <= 0.5


def test_ironmaking_is_the_sum_of_its_units(tables: dict[str, pd.DataFrame]) -> None:
    """RMC-Steel: furnace 1.22, sinter 0.20 t CO2 per t; coke 0.35 and all shares are ours."""
    iron = tables["processes"].set_index("process").loc["ironmaking"]
    assert iron["direct_emissions"] == pytest.approx(1.22 + 1.25 * 0.20 + 0.36 * 0.35)
    assert iron["electricity"] == pytest.approx(0.065 + 1.25 * 0.04 + 0.36 * 0.03, abs=5e-4)
    used = tables["recipes"].set_index(["process", "product"])["quantity"]
    assert used["ironmaking", "iron_ore"] == pytest.approx(-(1.25 * 0.92 + 0.35 * 65 / 62), abs=5e-4)
    assert used["ironmaking", "coking_coal"] == pytest.approx(-(0.36 * 1.35 + 0.15))


def test_iron_is_not_created(tables: dict[str, pd.DataFrame]) -> None:
    """Iron out never exceeds iron in; shares of Fe are usual values, ore is counted as 62 %."""
    iron = {"raw_scrap": 0.94, "scrap": 0.94, "iron_ore": 0.62, "coking_coal": 0.0, "hbi": 0.91, "dri": 0.91}
    iron |= {"hot_metal": 0.945, "crude_steel": 0.98, "finished_steel": 0.98}
    recipes = tables["recipes"]
    balance = (recipes["quantity"] * recipes["product"].map(iron)).groupby(recipes["process"]).sum()
    # Half a percent of slack: dust and mill scale go back to the sinter plant and are not in the recipes.
    assert (balance <= 0.005).all(), balance[balance > 0.005]


def test_power_and_grid_factors(tables: dict[str, pd.DataFrame]) -> None:
    options, factors = tables["power_options"], tables["grid_factors"]
    for region in of_role(tables, "plant")["region"].unique():
        kinds = set(options[options["region"] == region]["kind"])
        assert kinds == {"grid", "certificate", "ppa", "onsite"}, region
    assert (options[options["kind"] == "certificate"]["maximum_share"] <= 0.2).all()
    published = factors[factors["period"] == 2023]
    assert (published["quality"] == "published").all()
    by_year = factors.sort_values(["region", "period"])
    later = by_year.groupby("region")["factor"].diff().dropna()
    assert len(later) == 3 * len(published)
    assert (later < 0).all()


def test_interventions_are_many_and_of_many_kinds(tables: dict[str, pd.DataFrame]) -> None:
    interventions, effects = tables["interventions"], tables["effects"]
    assert interventions["kind"].nunique() >= 12
    assert 90 <= len(interventions) <= 130
    assert set(effects["intervention"]) == set(interventions["intervention"])
    wanted = {"scrap base phase", "higher scrap share", "waste heat power", "electric truck fleet"}
    wanted |= {"rail spur", "one percent programme", "onsite solar", *RIVALS}
    assert wanted <= set(interventions["kind"])


def test_rival_steel_routes_exclude_each_other(tables: dict[str, pd.DataFrame]) -> None:
    interventions = tables["interventions"]
    routes = interventions[interventions["kind"].isin(RIVALS)]
    assert (routes["exclusive_group"] == "steel_route_" + routes["site"].str.removeprefix("mill_")).all()


def test_retirements_never_exceed_what_stands(tables: dict[str, pd.DataFrame]) -> None:
    effects, lines = tables["effects"], tables["lines"].set_index("line")["capacity"]
    retired = effects[effects["effect"] == "retires_capacity"]
    assert (retired["amount"].to_numpy() <= lines.loc[retired["line"]].to_numpy()).all()


def test_the_edge_of_a_radius_is_kept(arcs: pd.DataFrame) -> None:
    """Jianlong in Jilin City lies 99.8 km from the Changchun base (GEM coordinates), just inside."""
    edge = arcs[(arcs["origin"] == "base_changchun") & (arcs["destination"] == "mill_jilin")]
    assert edge["great_circle_km"].to_numpy() == pytest.approx(99.8, abs=0.2)
