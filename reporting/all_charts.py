"""Every chart of a pathway, by key, in the order of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from reporting import (
    charts,
    charts_change,
    charts_cuts,
    charts_frontier,
    charts_futures,
    charts_levers,
    charts_map,
    charts_no_regret,
    charts_power,
    charts_risk,
    charts_supply,
    charts_tornado,
)
from reporting.drawing import Chart
from reporting.payload import Payload
from reporting.shared_scales import drawn_alike

Drawer = Callable[[Payload], Chart | Sequence[Chart] | None]

DRAWERS: tuple[Drawer, ...] = (
    charts.hero,
    charts_cuts.wedge,
    charts_cuts.steps,
    charts.capital_by_year,
    charts.emissions_by_scope,
    charts.cost_by_year,
    charts.cost_difference,
    charts_change.freight_by_mode,
    charts_change.site_change,
    charts_supply.supplier_shares,
    charts_supply.scrap_bases,
    charts_change.processes,
    charts_supply.power,
    charts_power.matched_hours,
    charts_power.scope2_readings,
    charts_power.premium_curve,
    charts_no_regret.no_regret_chart,
    charts_risk.fan,
    charts_risk.service,
    charts_frontier.frontier_chart,
    charts_futures.futures_chart,
    charts_levers.abatement_charts,
    charts_tornado.tornado_charts,
    charts_map.network_map,
)


def all_charts(payload: Payload) -> dict[str, Chart]:
    """Return every chart of a pathway that there is something to draw for, by key."""
    return {key: chart for drawer in DRAWERS for key, chart in drawn(drawer, payload).items()}


def alike(payloads: Sequence[Payload]) -> list[dict[str, Chart]]:
    """Return every chart of each pathway, the same chart on the same scales in all."""
    found: list[dict[str, Chart]] = [{} for _ in payloads]
    for drawer in DRAWERS:
        for charts_of, made in zip(found, drawn_alike(partial(drawn, drawer), payloads), strict=True):
            charts_of.update(made)
    return found


def drawn(drawer: Drawer, payload: Payload) -> dict[str, Chart]:
    """Return the charts of one drawer, by key."""
    made = drawer(payload)
    each = [] if made is None else [made] if isinstance(made, Chart) else made
    return {chart.key: chart for chart in each}


def outlines(found: Mapping[str, Chart]) -> dict[str, object]:
    """Return the outlines of land that `found` charts are drawn on, by the name they ask for."""
    return {name: outline for chart in found.values() for name, outline in chart.outlines.items()}
