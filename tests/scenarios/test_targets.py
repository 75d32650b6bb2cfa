"""Targets, labels, statuses, schemes, requirements and tasks as tables: what they mean, and bad input."""

from types import SimpleNamespace

import numpy as np
import pytest

from scenarios import ScenarioSettings, load_scenario
from scenarios.chain_leader import tiers_of
from scenarios.errors import ConfigError, DataError
from scenarios.labels import ProductLabels, labels_of_delivered
from scenarios.target_presets import preset, preset_names
from scenarios.tasks import exercised, task_coverage, task_list, task_lists
from tests.optimizer.pig_tables import pig_tables, target
from tests.optimizer.small_tables import scenario_of


def told(**more):
    """Return the problems of the pig case with more rows."""
    with pytest.raises(DataError) as raised:
        scenario_of(pig_tables(**more))
    return str(raised.value)


def test_presets_are_added_and_a_cases_own_target_stands_before_them():
    own = {"target": "spn_carbon", "measure": "emissions", "kind": "reduction", "value": 0.2}
    scenario = scenario_of(pig_tables(targets=[own]), targets=["spn", "one_percent"])
    labels = list(scenario.targets.label)
    assert labels == ["spn_carbon", "spn_energy", "spn_water", "one_percent"]
    assert scenario.targets.value[0] == 0.2
    again = scenario_of(pig_tables(), targets=["peak_2030_neutral_2060"]).targets
    assert list(again.kind) == ["no_rise", "line_to"]
    for name in preset_names():
        assert set(preset(name)["quality"]) == {"published"}
        assert (preset(name)["source"] != "").all()


def test_an_unknown_preset_is_refused():
    with pytest.raises(ConfigError, match=r"no preset 'one_percnt' \(did you mean one_percent\?\)"):
        scenario_of(pig_tables(), targets=["one_percnt"])


def test_footprints_earn_the_best_class_they_reach():
    labels = ProductLabels(
        np.array(["pig"] * 3, dtype=object),
        np.array(["A", "B", "E"], dtype=object),
        np.array([1.0, 2.0, np.inf]),
    )
    assert labels.of("pig", np.array([0.5, 1.0, 1.01, 2.5, np.nan])).tolist() == ["A", "A", "B", "E", ""]
    assert labels.of("steel", np.array([0.5])).tolist() == [""]
    footprint, earned = labels_of_delivered(
        labels, np.array(["pig"], dtype=object), np.array([[150.0, 0.0]]), np.array([[100.0, 0.0]])
    )
    assert footprint[0, 0] == 1.5
    assert earned.tolist() == [["B", ""]]


def test_labels_and_statuses_are_tags_for_sourcing_rules():
    aspects = ("green_production", "supplier_management", "green_logistics", "green_recycling")
    scores = [
        {"site": "clean_works", "aspect": aspect, "score": 80}
        for aspect in (*aspects, "information_disclosure")
    ]
    status = [{"status": "green_factory", "criterion": "overall", "threshold": 75}]
    scenario = scenario_of(
        pig_tables(
            labels=[{"product": "pig", "label": "A", "largest_footprint": 1.0}],
            factory_scores=scores,
            factory_statuses=status,
            sourcing_rules=[
                {"rule": "labelled", "product": "pig", "tag": "label_A", "minimum_share": 0.2},
                {"rule": "green", "product": "pig", "tag": "green_factory", "minimum_share": 0.1},
            ],
        )
    )
    members = [scenario.offers.label[m].tolist() for m in scenario.sourcing_rules.members]
    assert members == [["clean"], ["clean"]]


def schemes(scheme, **more):
    rows = pig_tables(accepted_schemes=[{"scheme": "Shanghai PCF", "region": "north"}], **more)
    rows["offers"][1]["scheme"] = scheme
    return rows


def test_a_footprint_counts_only_under_an_accepted_scheme():
    default = [{"product": "pig", "footprint": 1.5, "markup": 0.2}]
    accepted = scenario_of(schemes("Shanghai PCF", footprint_defaults=default)).offers
    assert accepted.footprint[:, 0].tolist() == [2.0, 1.0]
    refused = scenario_of(schemes("Other PCF", footprint_defaults=default)).offers
    assert refused.footprint[:, 0] == pytest.approx([2.0, 1.8])
    assert refused.data_tier.tolist() == ["national", "national"]
    with pytest.raises(
        DataError, match="offers, row 1, column scheme: 'Other PCF': its footprint is under no"
    ):
        scenario_of(schemes("Other PCF"))


def test_tiers_are_upstream_and_hubs_are_none():
    # 0 mine -> 1 hub -> 2 smelter -> 4 leader; 3 works -> 4; 0 also delivers to 3
    arcs = SimpleNamespace(origin=np.array([0, 1, 2, 3, 0]), destination=np.array([1, 2, 4, 4, 3]))
    sites = SimpleNamespace(role=np.array(["supplier", "hub", "plant", "plant", "plant"], dtype=object))
    assert tiers_of(4, 2, arcs, sites) == [{2, 3}, {0}]
    assert tiers_of(4, 1, arcs, sites) == [{2, 3}]


def test_every_broken_target_is_told_at_once():
    text = told(
        targets=[
            target("emissions", "reduction", 10) | {"target": "share"},
            target("emissions", "gain", 0.1) | {"target": "gain"},
            target("renewable_share", "reduction", 0.1) | {"target": "upwards"},
            target("energy_intensity", "no_rise") | {"target": "ratio"},
            target("spend_share", "at_least", 0.5) | {"target": "of_what"},
            target("emissions", "line_to", 0.5) | {"target": "endless"},
            target("water", "at_most", 1, park="Baoshn") | {"target": "park"},
            target("emissions", "at_most", 1, accounts="scope4") | {"target": "account"},
            target("status_count", "at_least", 1, status="green") | {"target": "somewhere"},
        ],
        factory_statuses=[{"status": "green", "criterion": "renewable_share", "threshold": 0.5}],
    )
    for row, words in (
        (0, "reduction needs a share"),
        (1, "efficiency is gained in intensities"),
        (2, "a renewable_share has no reduction"),
        (3, "no_rise of energy_intensity cannot be enforced"),
        (4, "of what is not said"),
        (5, "the line has no end"),
        (6, "no site lies in this park"),
        (7, "is not an emission account"),
        (8, "only that a named site has the status can be enforced"),
    ):
        assert any(f"targets, row {row}" in line and words in line for line in text.splitlines()), words
    assert text.startswith("9 problems")


def test_other_broken_tables_are_told():
    text = told(
        labels=[
            {"product": "pig", "label": "A", "largest_footprint": 1},
            {"product": "pig", "label": "B", "largest_footprint": 1},
        ],
        factory_scores=[{"site": "mill", "aspect": "green_production", "score": 50}],
        factory_statuses=[{"status": "green", "criterion": "overall", "threshold": 101}],
        water_caps=[{"basin": "Yangtze", "maximum": 1}],
        chain_requirements=[{"requirement": "r", "leader": "mill", "tag": "sbti"}],
        footprint_defaults=[{"product": "pig", "region": "south", "footprint": 1}],
    )
    for words in (
        "labels, row 1, column largest_footprint",
        "factory_scores, row 0, column site: 'mill': is not scored in all five aspects",
        "factory_statuses, row 0, column threshold: 101.0: can never be reached",
        "water_caps, row 0, column basin: 'Yangtze': no site draws from it",
        "chain_requirements, row 0, column tag: 'sbti': no site or offer has this tag",
        "footprint_defaults, row 0, column region: 'south': no site lies in this region",
    ):
        assert words in text


def test_a_requirement_that_nobody_meets_is_told():
    text = told(
        chain_requirements=[{"requirement": "r", "leader": "cheap_works", "tag": "sbt"}],
    )
    assert (
        "chain_requirements, row 0, column leader: 'cheap_works': no supplier delivers to the leader" in text
    )


def test_task_lists_are_complete_and_name_what_there_is():
    assert task_lists() == ["shanghai_2024", "zero_carbon_pledge"]
    scenario = scenario_of(pig_tables())
    for name, count in (("shanghai_2024", 20), ("zero_carbon_pledge", 10)):
        frame = task_list(name)
        assert frame["number"].astype(int).tolist() == list(range(1, count + 1))
        assert frame["quality"].isin(["published", "estimated"]).all()
        for clauses in frame["exercised_by"]:
            exercised(clauses, scenario)  # every table, column and setting exists
    assert len(set(task_list("shanghai_2024")["aspect"])) == 4
    with pytest.raises(ConfigError, match="no list 'shanghai'"):
        task_list("shanghai")


def test_a_task_is_exercised_by_what_the_tables_hold():
    scenario = scenario_of(pig_tables())
    clauses = (
        "targets; sites.park; offers.data_tier=supplier; power_options.kind=ppa; settings.price; modes.locked"
    )
    assert exercised(clauses, scenario) == ["sites.park", "offers.data_tier=supplier"]


@pytest.mark.parametrize(("case", "tasks"), [("pv_modules", {3, 11, 14, 19}), ("electronics", {3, 7, 8, 14})])
def test_bundled_cases_have_targets_labels_statuses_and_exercise_tasks(case, tasks):
    settings = ScenarioSettings(name=case, data=case, first_year=2025, last_year=2026, targets=["spn"])
    scenario = load_scenario(settings)
    assert {"spn_energy", "spn_water", "spn_carbon"} < set(scenario.targets.label)
    assert "A" in scenario.labels.label
    assert set(scenario.factory_scores.criteria) == {"green_factory", "zero_carbon_factory"}
    shanghai = task_coverage(scenario)[0]["tasks"]
    assert tasks <= {task["number"] for task in shanghai if task["by"]}
