"""The power section of the page: what is bought, what of it counts, and what is at risk."""

from __future__ import annotations

from dataclasses import dataclass

from reporting.appearance import POWER_KINDS, humanise
from reporting.charts_power import METHODS, readings_finding
from reporting.figures import (
    between,
    clauses,
    currency_name,
    energy_scale,
    listed,
    money,
    plain,
    shorten,
    tonnes,
    whole_percent,
)
from reporting.language import gettext as _
from reporting.payload import Payload
from reporting.risk_tables import RiskTable

MOST_OPTIONS = 14


@dataclass(frozen=True)
class PowerSection:
    """Finding, explanation, tables and what is missing, in sentences."""

    title: str
    sub: str
    tables: list[RiskTable]
    notes: list[str]


def power_section(payload: Payload) -> PowerSection | None:
    """Return the section; None when the case draws no electricity."""
    power = payload["power"]
    if not power["kinds"]:
        return None
    tables = [_readings(payload), _options(payload), _at_risk(payload)]
    return PowerSection(
        title=power_title(payload),
        sub=_(
            "What is bought and contracted, what of it meets the load in its own hour, and what would no "
            "longer count under the proposed revision of the GHG Protocol."
        ),
        tables=[table for table in tables if table is not None],
        notes=_notes(payload),
    )


def power_title(payload: Payload) -> str:
    """Say how much is claimed green, and how much of that would count by the hour."""
    power, last = payload["power"], payload["periods"]["last"]
    total = sum(values[-1] or 0.0 for values in power["kinds"].values())
    green = sum(values[-1] or 0.0 for kind, values in power["kinds"].items() if kind != "grid")
    if total <= 0:
        return _("No electricity is drawn in {last}").format(last=last)
    if green <= 0:
        return _("All electricity of {last} is plain grid power").format(last=last)
    claimed = whole_percent(green / total)
    risk = power["stranded"]
    if risk is None:
        return _("{share} of electricity is claimed green in {last}").format(share=claimed, last=last)
    counts = whole_percent(1 - (risk["energy"][-1] or 0.0) / green)
    said = _(
        "{share} of electricity is claimed green in {last}; by the same hour {counts} of that would count"
    )
    return said.format(share=claimed, last=last, counts=counts)


def _readings(payload: Payload) -> RiskTable:
    """Return scope 2 by every method: reference, plan and, where simulated, futures."""
    power, periods = payload["power"], payload["periods"]
    first, last, trials = periods["first"], periods["last"], power["trials"]
    headers = [_("Scope 2"), _("Reference {year}").format(year=last)]
    headers += [_("Plan {year}").format(year=year) for year in (first, last)]
    headers += [_("9 of 10 futures, {year}").format(year=last)] if trials else []
    rows = []
    for method, values in power["scope2"].items():
        cells = [tonnes(v or 0.0) for v in (values["reference"][-1], values["plan"][0], values["plan"][-1])]
        if trials:
            ends = [trials[method][end][-1] for end in ("p5", "p95")] if method in trials else []
            cells.append(between(*(tonnes(v or 0.0) for v in ends)) if ends else "\u2013")
        rows.append([_(METHODS[method][0]), *cells])
    return RiskTable(readings_finding(payload), _("CO\u2082e a year of own sites"), headers, rows)


def _options(payload: Payload) -> RiskTable | None:
    """Return what is used of each option beyond the plain grid, and what is newly contracted."""
    power, periods = payload["power"], payload["periods"]
    shown = power["options"][:MOST_OPTIONS]
    if not shown:
        return None
    first, last = periods["first"], periods["last"]
    scale = energy_scale(max(max(v or 0.0 for v in row["used"]) for row in shown))
    known = power["stranded"] is not None
    used_in = _("Used {year}").format(year=first)
    headers = [_("Option"), _("Kind"), _("Sites"), used_in, f"{last}", _("Contracted, MW")]
    if known:
        currency = currency_name(payload["scenario"]["currency"])
        headers.append(_("{currency}/MWh beyond grid").format(currency=currency))
        headers.append(_("Would count {year}").format(year=last))
    rows = []
    for row in shown:
        kind = _(POWER_KINDS.get(row["kind"], (humanise(row["kind"]), ""))[0])
        signed = sum(v or 0.0 for v in row["contracted"])
        cells = [shorten(row["name"], 44), kind, str(row["sites"])]
        cells += [scale.show(row["used"][0] or 0.0), scale.show(row["used"][-1] or 0.0)]
        cells += [plain(signed) if signed > 0 else "\u2013"]
        if known:
            each = row["beyond_grid"][-1]
            cells.append("\u2013" if each is None else plain(each))
            used = row["used"][-1] or 0.0
            cells.append(whole_percent(1 - (row["stranded"][-1] or 0.0) / used) if used > 0 else "\u2013")
        rows.append(cells)
    left = len(power["options"]) - len(shown)
    unit = [_("{unit} a year; MW contracted over all years").format(unit=scale.unit)]
    if left:
        unit.append(_("{number} more are in the workbook").format(number=left))
    return RiskTable(_("Contracts, certificates and own plants"), clauses(unit), headers, rows)


def _at_risk(payload: Payload) -> RiskTable | None:
    """Return by year what would not count: MWh, t and what was paid for it beyond plain grid power."""
    risk, periods = payload["power"]["stranded"], payload["periods"]
    if risk is None or not any(v and v > 0 for v in risk["claims"]):
        return None
    currency = payload["scenario"]["currency"]
    scale = energy_scale(max(v or 0.0 for v in risk["claims"]))
    rows = [
        [
            label,
            scale.show(risk["claims"][t] or 0.0),
            scale.show(risk["energy"][t] or 0.0),
            tonnes(risk["emissions"][t] or 0.0),
            money(risk["premium"][t] or 0.0, currency),
        ]
        for t, label in enumerate(periods["labels"])
    ]
    unit = scale.unit
    return RiskTable(
        _("Claims at risk: certificates and contracts that the proposed rule would strand"),
        _("A year. Emissions come back at the factor of unclaimed power; money was paid beyond grid power"),
        [
            *(_("Year"), _("Claimed, {unit}").format(unit=unit)),
            *(_("Would not count, {unit}").format(unit=unit), _("CO\u2082e that comes back")),
            _("Paid for it"),
        ],
        rows,
    )


def _notes(payload: Payload) -> list[str]:
    """Say what is missing and why."""
    power, found = payload["power"], []
    if power["hours"] is None:
        found.append(
            _(
                "No hourly profiles: nothing is known of when power is generated (tables power_profiles, "
                "power_options.profile), so no hours are drawn."
            )
        )
    if power["stranded"] is None:
        found.append(
            _(
                "What would count by the same hour is not known: no power option names a profile or its "
                "same_hour_share."
            )
        )
    else:
        found.append(
            _(
                "By the same hour: as proposed by the revision of the GHG Protocol Scope 2 Guidance, which "
                "is not final. Certificates without a share of the same hour count as not shown."
            )
        )
    counts = (power["trials"] or {}).get("counts")
    if counts is not None and counts["p5"][-1] is not None:
        ends = between(whole_percent(counts["p5"][-1]), whole_percent(counts["p95"][-1]))
        said = _(
            "In 9 of 10 simulated futures, claims that count by the same hour meet {range} of the load of "
            "{last}."
        )
        found.append(said.format(range=ends, last=payload["periods"]["last"]))
    if power["premium"] is None:
        found.append(
            _(
                "The premium over the matched share was not asked for: "
                "electricity.premium_curve=[0.5,0.7,0.8,0.9,0.95,1] draws it."
            )
        )
    return found


def power_line(payload: Payload) -> str | None:
    """Return one line for the terminal: readings of scope 2, and what is at risk; None without scope 2."""
    power = payload["power"]
    readings = [(m, v["plan"][-1] or 0.0) for m, v in power["scope2"].items()]
    if not any(value for _method, value in readings):
        return None
    said = {
        "location": _("{amount} by location"),
        "market": _("{amount} by market"),
        "same_hour": _("{amount} by the same hour"),
    }
    parts = [listed([said[m].format(amount=tonnes(value)) for m, value in readings])]
    risk = power["stranded"]
    if risk is not None and (risk["emissions"][-1] or 0.0) > 0:
        paid = money(risk["premium"][-1] or 0.0, payload["scenario"]["currency"])
        at_risk = _("at risk {amount}, {money} a year")
        parts.append(at_risk.format(amount=tonnes(risk["emissions"][-1] or 0.0), money=paid))
    return _("{year}: {said}").format(year=payload["periods"]["last"], said=clauses(parts))
