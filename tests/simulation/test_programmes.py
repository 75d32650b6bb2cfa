"""Supplier programmes in trials: who reaches which stage when, what it saves, and whose data is verified.

Port and yard take part in a programme of three stages, each of which takes an exponential time of mean half a
year, so that trained counts from 2026, inventory from 2026 and action from 2027 on.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.signal import fftconvolve
from scipy.special import gammainc

from scenarios import CarbonSettings, ScenarioSettings, load_scenario
from scenarios.caps import cap_terms
from scenarios.errors import UnplayableError
from scenarios.ledger import rates
from scenarios.schema import TABLES
from simulation.calendar_days import days_of
from simulation.factors import CERTAIN, cap_parts, factors_of
from simulation.playable import refuse_beyond_numpy
from simulation.programmes import delays, enter_stages, lift, programmes_of, stage_days
from simulation.settings import FactorSettings
from simulation.streams import Streams

CHANCE, MEAN_DAYS = (0.9, 0.7, 0.5), 365.25 / 2
STAGES = ("trained", "inventory", "action")
LUCK = {"programmes": 1.0}
CAP = CarbonSettings(cap_2025=1.0)


def row(table, **given):
    blank = {"list": (), "flag": False, "text": ""}
    columns = TABLES[table].all_columns
    row = {c.name: blank.get(c.kind, np.nan) if c.default is None else c.default for c in columns}
    return row | {"row": 2} | given


def with_programme(make, chance=CHANCE, months=6.0, cv=1.0):
    """Return the tutorial with the programme, which has to bring both suppliers to its end."""
    tables = make.tutorial_tables()
    stages = [
        row(
            "programme_stages",
            programme="partners",
            stage=stage,
            after=STAGES[k - 1] if k else "",
            seat_cost=1000.0,
            chance=chance[k],
            delay_months=months,
            delay_cv=cv,
            footprint_cut=0.4 if stage == "action" else 0.0,
            verifies_footprint=stage == "inventory",
        )
        for k, stage in enumerate(STAGES)
    ]
    given = {
        "programme_stages": stages,
        "programme_suppliers": [
            row("programme_suppliers", programme="partners", site=site, latest=2025.0)
            for site in ("port", "yard")
        ],
        "intervention_counts": [
            row("intervention_counts", rule="all", kind="partners action", by_year=year, minimum=2.0)
            for year in (2027.0 if months else 2025.0,)
        ],
    }
    for name, records in given.items():
        tables[name] = tables[name].reindex(columns=[*records[0]]).iloc[:0]
        tables[name] = make.rows(tables[name], *records).astype(
            {c.name: float for c in TABLES[name].all_columns if c.kind in ("number", "integer")}
        )
    return tables


@pytest.fixture(scope="module")
def programme(make):
    return make.solved(with_programme(make), CAP, first_year=2025, last_year=2028)


@pytest.fixture(scope="module")
def network(make, programme):
    return make.trials(programme).network


def reached_by(day, seat):
    """Return the chance of each stage by a day: exponential times, a seat that waits for the stage before."""
    rate = 1 / MEAN_DAYS
    one = 1 - np.exp(-rate * day)
    late = np.exp(-rate * seat) - np.exp(-rate * day) * (1 + rate * (day - seat))
    two = (1 - np.exp(-rate * seat)) * (1 - np.exp(-rate * (day - seat))) + late
    return 0.9 * one, (0.9 * 0.7 * two if day > seat else 0.0)


def test_stages_are_reached_as_often_and_as_late_as_the_chain_says(make, network, programme):
    adopt = programme.plan["adopt"].sel(intervention=["partners:inventory:port", "partners:inventory:yard"])
    assert adopt.sel(period=2026).values.tolist() == [1, 1]
    luck, count = make.uncertain(**LUCK), 1000
    days = [SimpleNamespace(stages=stage_days(network, luck, Streams(7, n))) for n in range(count)]
    found = programmes_of(days, network, 0.999, False)
    ends, seat = network.days.first[1:], int(network.days.first[1])
    for t, day in enumerate(ends.tolist()):
        for name, chance in zip(("trained", "inventory"), reached_by(day, seat), strict=True):
            at = {"programme_stage": f"partners {name}", "period": 2025 + t}
            low, high = (float(found[f"stage_reached_{end}"].sel(at)) for end in ("low", "high"))
            assert low <= 2 * chance <= high
    funnel = found["stage_reached"]
    assert bool((funnel.diff("period") >= 0).all())
    assert bool((funnel.diff("programme_stage") <= 0).all())
    share = found["seat_reached"].sel(seat="partners:trained:port").values
    assert share == pytest.approx([reached_by(day, seat)[0] for day in ends], abs=0.05)


def test_times_are_gamma_and_certain_ones_their_mean(network):
    stages = network.scenario.programmes
    uniforms = (np.arange(2000) + 0.5) / 2000
    varied = SimpleNamespace(delay_months=stages.delay_months[:1], delay_cv=np.array([0.5]))
    drawn = np.array([delays(varied, np.array([u]))[0] for u in uniforms])
    assert drawn.mean() == pytest.approx(MEAN_DAYS, rel=1e-3)
    assert drawn.std() == pytest.approx(0.5 * MEAN_DAYS, rel=1e-2)
    sure = SimpleNamespace(delay_months=stages.delay_months[:1], delay_cv=np.array([0.0]))
    assert delays(sure, np.array([0.9]))[0] == pytest.approx(MEAN_DAYS)


def test_a_supplier_has_the_same_luck_whoever_else_takes_part(make, programme):
    luck = make.uncertain(**LUCK)
    tables = with_programme(make)
    tables["programme_suppliers"] = tables["programme_suppliers"].iloc[1:]
    tables["intervention_counts"]["minimum"] = 1.0
    alone = make.trials(make.solved(tables, CAP, first_year=2025, last_year=2028)).network
    both = make.trials(programme).network
    for n in range(20):
        one, two = (stage_days(network, luck, Streams(3, n)) for network in (alone, both))
        assert one.tolist() == two[3:].tolist()


def test_savings_begin_when_reached_but_not_before_they_are_planned(make, network):
    stages, first = network.scenario.programmes, network.days.first
    go_live = np.full(network.active.shape, np.inf)
    enter_stages(go_live, network, np.array([10.0, 400.0, 800.0, 10.0, np.inf, np.inf]))
    port, yard = go_live[:, stages.intervention[:3]], go_live[:, stages.intervention[3:]]
    assert port[3].tolist() == [first[1], 400.0, 800.0]
    assert yard[3].tolist() == [first[1], np.inf, np.inf]
    assert np.isinf(port[0]).all()
    assert lift(network, make.uncertain())[stages.intervention].tolist() == [1.0] * 6
    chance = np.cumprod(CHANCE)
    more = lift(network, make.uncertain(**LUCK))
    assert more[stages.intervention] == pytest.approx([*1 / chance, *1 / chance])
    half = lift(network, make.uncertain(programmes=0.5))
    assert half[stages.intervention[:1]] == pytest.approx([1 / 0.95])


def test_trials_save_all_or_nothing_where_the_plan_expects_a_part(make):
    tables = with_programme(make, chance=(1.0, 1.0, 0.5), months=0.0, cv=0.0)
    case = make.solved(tables, CAP, first_year=2025, last_year=2025)
    assert make.trials(case).twin().cost_npv == pytest.approx(float(case.plan["cost_npv"].sum()), rel=1e-9)
    trials = make.trials(case, make.uncertain(**LUCK))
    goods = case.plan["emission_account"].values.tolist().index("scope3_purchased_goods")
    planned = float(case.plan["emissions"].sel(emission_account="scope3_purchased_goods", period=2025))
    full = planned / 0.8  # half a chance of 40 %
    seen = set()
    for n in range(6):
        account = trials.run(n)
        acts = np.isfinite(account.stages[2])  # the yard's scrap has no footprint to cut
        seen.add(bool(acts))
        assert account.emissions[goods, 0] == pytest.approx(full * (0.6 if acts else 1.0))
        assert account.cost_npv == pytest.approx(float(case.plan["cost_npv"].sum()))
    assert seen == {True, False}


def test_a_verified_footprint_is_known_as_well_as_a_suppliers_own(make, programme):
    scenario = programme.scenario
    settings = FactorSettings(national_cv=0.25, sector_cv=0.15, supplier_cv=0.08)
    factors = factors_of(scenario, settings)
    ore = scenario.offers.label.tolist().index("port_ore")
    before, then = factors.of["purchase"][ore], factors.verified["purchase"][ore]
    assert factors.label[before] == "footprint of iron_ore, national"
    assert (factors.label[then], factors.cv[then]) == ("footprint of port_ore, verified", 0.08)
    cap, years = cap_terms(scenario, rates(scenario))[0], scenario.periods.years
    activities = {name: programme.plan[name].values for name in ("purchase", "covered")}
    verified = np.zeros((len(scenario.offers.label), len(years)))
    verified[ore] = [0.0, 0.25, 1.0, 1.0]
    whole = cap_parts(cap, factors, activities, years)
    parts = cap_parts(cap, factors, activities, years, verified)
    assert parts[then] == pytest.approx(whole[before] * verified[ore])
    assert parts[before] == pytest.approx(whole[before] * (1 - verified[ore]))
    exact = factors_of(scenario, FactorSettings(national_cv=0.25))
    assert exact.verified["purchase"][ore] == CERTAIN


def test_the_numpy_engine_refuses_programmes(network):
    with pytest.raises(UnplayableError, match="supplier programmes"):
        refuse_beyond_numpy(network)


def chain_by(days, stages, seats, ends):
    """Return how many suppliers are to be expected in each stage by each end: times of stages convolved."""
    step, found = 0.5, {}
    cells = round(days / step)
    when = {}  # mass of the time at which a supplier reaches a stage, on a grid
    for g, before in enumerate(stages.before.tolist()):
        mean, shape = stages.delay_months[g] * 365.25 / 12, 1 / stages.delay_cv[g] ** 2
        took = np.diff(gammainc(shape, np.arange(cells + 1) * step * shape / mean), prepend=0.0)
        start = np.zeros(cells + 1)
        seat = round(seats[g] / step)
        if before < 0:
            start[seat] = 1.0
        else:
            start[seat:] = when[before][seat:]
            start[seat] += when[before][:seat].sum()
        when[g] = stages.chance[g] * fftconvolve(start, took)[: cells + 1]
        key = str(stages.stage[g])
        reached = [when[g][: round(end / step) + 1].sum() for end in ends]
        found[key] = found.get(key, 0.0) + np.array(reached)
    return found


def test_the_bundled_programme_goes_as_its_chain_says(make):
    settings = ScenarioSettings(name="solar", data="pv_modules", first_year=2026, last_year=2032)
    scenario = load_scenario(settings)
    stages, days = scenario.programmes, days_of(scenario.periods.start, scenario.periods.years)
    adopt = np.zeros((len(days.in_period), len(scenario.interventions.label)))
    taken = {"trained": 0, "inventory": 1, "target": 1, "action": 3}
    for g, stage in enumerate(stages.stage):
        adopt[taken[stage], stages.intervention[g]] = 1.0
    network = SimpleNamespace(scenario=scenario, days=days, active=adopt > 0, adopted=adopt > 0)
    luck = make.uncertain(**LUCK)
    drawn = [SimpleNamespace(stages=stage_days(network, luck, Streams(5, n))) for n in range(300)]
    found = programmes_of(drawn, network, 0.9995, False)
    seats = [float(days.first[taken[stage]]) for stage in stages.stage]
    expected = chain_by(days.count, stages, seats, days.first[1:])
    assert list(expected) == ["trained", "inventory", "target", "action"]
    for stage, values in expected.items():
        at = {"programme_stage": f"green_partner {stage}"}
        low, high = (found[f"stage_reached_{end}"].sel(at).to_numpy() for end in ("low", "high"))
        some = values > 0.05  # fewer are too few for the interval
        assert (low <= values)[some].all()
        assert (values <= high)[some].all()
