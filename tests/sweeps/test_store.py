"""The store: a result by all that decides it, given back as it was kept."""

import copy
import shutil
from dataclasses import replace
from functools import reduce
from operator import getitem

import cli
from hydra_plugins.zerolane_points.store import Store, content_key
from reporting.request import requested
from scenarios.composition import compose
from scenarios.loading import BUNDLED


def test_a_store_gives_back_what_it_keeps(tmp_path):
    store, key, run = Store(tmp_path / "store"), "ab" * 32, tmp_path / "run"
    assert store.take(key, tmp_path / "again") is None
    (run / "more").mkdir(parents=True)
    (run / "plan.nc").write_text("plan")
    (run / "more" / "a.txt").write_text("a")
    store.keep(key, run, {"state": "ok"})
    store.keep(key, run, {"state": "other"})  # the first stays
    assert store.take(key, tmp_path / "again") == {"state": "ok"}
    assert (tmp_path / "again" / "more" / "a.txt").read_text() == "a"
    assert sorted(f.name for f in (tmp_path / "again").iterdir()) == ["more", "plan.nc"]
    assert (run / "plan.nc").samefile(tmp_path / "again" / "plan.nc")
    (run / "plan.nc").unlink()  # either may go
    assert (tmp_path / "again" / "plan.nc").read_text() == "plan"
    store.keep("cd" * 32, tmp_path / "none", {"state": "infeasible"})
    assert store.take("cd" * 32, tmp_path / "without") == {"state": "infeasible"}
    assert not (tmp_path / "without").exists()


def test_the_key_of_a_result_is_all_that_decides_it(tmp_path):
    made, types = [], cli.settings_types()
    compose(["scenario=tutorial", "report.views=false"], cli.CONF_DIR, types, made.append, cli.tell)

    def key(name="", value=None, command="run"):
        values = copy.deepcopy(made[0].values)
        *sections, last = name.split(".")
        if last:
            reduce(getitem, sections, values)[last] = value
        return content_key(requested(command, types, replace(made[0], values=values)))

    shutil.copytree(BUNDLED / "tutorial", tmp_path / "copy")
    elsewhere, first = ("scenario.data", str(tmp_path / "copy")), key()
    same = [("out", "there"), ("simulation.workers", 2), ("report.language", "zh"), elsewhere]
    assert {key(*change) for change in same} == {first}
    change = {"x": {"table": "offers", "column": "price", "scale": 1.1}}
    other = [
        ("carbon.cap_2026", 0.71),
        ("simulation.seed", 3),
        ("report.views", True),
        ("scenario.changes", change),
    ]
    assert len({first, key(command="optimize"), *(key(*change) for change in other)}) == 6
    offers = tmp_path / "copy" / "offers.csv"
    offers.write_text(offers.read_text().replace("1600", "1601"))
    assert key(*elsewhere) != first
