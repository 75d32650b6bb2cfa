"""What goods, modes and processes are called."""

import json

import xarray as xr

from reporting.names import (
    activity_names,
    called,
    in_sentence,
    listed_names,
    pair_names,
    product_names,
    shortest_names,
)


def run(**attrs):
    """Return a run of two sites that names its products."""
    facts = {"hbi": "Hot briquetted iron, bought", "cpu": "Processors", "bolt": ""}
    coords = {
        "site": ["north", "south"],
        "site_name": ("site", ["Market North", ""]),
        "offer": ["a", "b"],
        "offer_product": ("offer", ["cpu", "odd_part"]),
    }
    named = json.dumps({key: {"name": name} for key, name in facts.items()})
    return xr.Dataset(coords=coords, attrs={"products_json": named} | attrs)


def test_a_name_ends_where_its_explanation_begins():
    given = {"hbi": "Hot briquetted iron, bought", "coal": "Reductant coal: coking and injection", "cpu": ""}
    assert shortest_names(given) == {"hbi": "Hot briquetted iron", "coal": "Reductant coal", "cpu": "Cpu"}


def test_what_two_share_is_told_apart():
    whole = {"laptop_a": "Laptops, in crates", "laptop_b": "Laptops, in boxes", "desktop": "Desktops"}
    assert shortest_names(whole) == whole
    alike = {"big_saw": "Saws", "saw": "Saws"}
    assert shortest_names(alike) == {"big_saw": "Big saw", "saw": "Saw"}


def test_products_of_a_run():
    assert product_names(run()) == {
        "hbi": "Hot briquetted iron",
        "cpu": "Processors",
        "bolt": "Bolt",
        "odd_part": "Odd part",
    }


def test_modes_and_processes_of_a_run():
    named = run(names_json=json.dumps({"mode": {"road": "Diesel truck"}}))
    assert called(activity_names(named, "mode"), "road") == "Diesel truck"
    assert called(activity_names(named, "process"), "melt_down") == "Melt down"
    assert activity_names(run(), "mode") == {}


def test_pairs_of_a_site_and_a_product():
    found = pair_names(run(), ["north:cpu", "south:bolt", "north"])
    assert list(found.values()) == ["Market North, Processors", "south, Bolt", "Market North"]


def test_names_within_sentences():
    assert in_sentence("Hot metal") == "hot metal"
    assert in_sentence("HBI") == "HBI"
    assert listed_names(["Iron ore", "Coal", "HBI"]) == "Iron ore, coal, HBI"
