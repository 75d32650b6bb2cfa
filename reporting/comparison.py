"""Several pathways side by side, and nothing ranked that gaps or intervals do not separate.

Two plans differ clearly in cost when they lie further apart than the gaps of both solves and, where both
were tried in the same futures, the interval of their mean difference there lies on the same side of zero.
Emissions follow the same rule without a gap, which the solver states of the cost alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from reporting.comparison_rows import rows
from reporting.figures import counted, enumerated, money, percent, tonnes, whole_percent
from reporting.findings import cap_chance
from reporting.language import N_
from reporting.language import gettext as _
from reporting.payload import main_cap
from reporting.separation import Paired, Separation, separations
from scenarios.errors import ConfigError, InfeasibleError
from scenarios.typed import did_you_mean

if TYPE_CHECKING:
    import xarray as xr

SCHEMA = 1
SAME = 1e-9  # of the larger: two references that are one
WITHIN = 1e-6  # of a limit: how far above it still holds
DIFFERS_IN = {
    "seed": N_("the seeds differ"),
    "uncertainty": N_("the settings of what is uncertain differ"),
    "policy": N_("the settings of the simulation differ"),
    "confidence": N_("the confidence of the intervals differs"),
    "periods": N_("the periods differ"),
    "pairs": N_("only some are simulated in antithetic pairs"),
    "trials": N_("there are fewer than two futures"),
}
MUST_AGREE = (
    ("currency", lambda payload: payload["scenario"]["currency"]),
    ("scope 2 method", lambda payload: payload["emissions"]["scope2"]),
    ("periods", lambda payload: (payload["periods"]["start"], payload["periods"]["years"])),
)
WORSE = {
    "cost": N_("{name} costs clearly more than {baseline}: {ours} against {theirs}"),
    "emissions": N_("{name} emits clearly more than {baseline}: {ours} against {theirs}"),
    "chance": N_("{name} misses its cap clearly more often than {baseline}: {ours} against {theirs}"),
}


def build_comparison(
    parts: Sequence[Mapping[str, Any]],
    chosen: str | None = None,
    baseline: str | None = None,
    paired: xr.Dataset | None = None,
) -> dict[str, Any]:
    """Compare pathways: what the comparison page and ``report.json`` beside it show.

    Parameters
    ----------
    parts : one a pathway, in the order to show them: ``key``, ``title``, ``folder`` and either ``payload`` as
        of :func:`reporting.payload.build_payload` or ``infeasible``, the diagnosis of a run without plan.
    chosen : key of the pathway the user has chosen; None: none is, and the page says so.
    baseline : key of the pathway that no other may be worse than; None: none.
    paired : differences in the same futures, as of ``simulation.comparison.paired_differences``; None where
        not all were simulated.

    Returns
    -------
    JSON-serialisable dict, see ``docs/payload.md``.

    Raises
    ------
    InfeasibleError : no pathway has a plan.
    ConfigError : a key is unknown, or the plans are in other currencies, years or methods of scope 2.
    """
    planned = {str(part["key"]): part["payload"] for part in parts if "payload" in part}
    titles = {str(part["key"]): str(part["title"]) for part in parts}
    _refuse_unlike(planned)
    refuse_unknown(list(titles), chosen, baseline)
    for key in (chosen, baseline):
        if key is not None and key not in planned:
            message = f"{key} is to be compared with, but has no plan: {titles[key]}"
            raise ConfigError(message)
    together = Paired(paired)
    apart = separations(planned, together)
    order = _ordered(planned, apart["cost"])
    draws = _same_draws(planned, paired)
    references = [_reference(payload) for payload in planned.values()]
    same = all(_alike(references[0], other) for other in references[1:])
    return {
        "schema": SCHEMA,
        "pathways": [dict(part) for part in parts],
        "reference": {**references[0], "same": same},
        "order": order,
        "chosen": chosen or _first_shown(planned, order),
        "chosen_by_user": chosen is not None,
        "baseline": baseline,
        "rows": rows(parts, apart),
        "same_draws": draws,
        "worse": None if baseline is None else _worse(parts, baseline, apart),
        "notes": _notes(parts, order, draws, same),
    }


def refuse_unknown(keys: Sequence[str], chosen: str | None, baseline: str | None) -> None:
    """Raise ConfigError when a setting names none of the pathways."""
    for setting, key in (("compare.chosen", chosen), ("compare.fail_if_worse", baseline)):
        if key is not None and key not in keys:
            message = f"{setting}={key} is none of the pathways: {', '.join(keys)}{did_you_mean(key, keys)}"
            raise ConfigError(message)


def _refuse_unlike(planned: Mapping[str, Any]) -> None:
    """Raise ConfigError when plans cannot stand on one scale, InfeasibleError when there is none."""
    if not planned:
        message = "no pathway has a plan: there is nothing to compare"
        raise InfeasibleError(message)
    first, *others = planned
    for words, of in MUST_AGREE:
        for key in others:
            if of(planned[key]) != of(planned[first]):
                message = f"{first} and {key} differ in {words}: only plans of the same can be compared"
                raise ConfigError(message)


def _ordered(planned: Mapping[str, Any], apart: Separation) -> list[list[str]]:
    """Return keys by cost, cheapest first; a new group starts where all before are clearly cheaper."""
    keys = sorted(planned, key=lambda key: planned[key]["cost"]["npv"]["plan"])
    groups = [[keys[0]]]
    for at in range(1, len(keys)):
        if all(apart(one, other) < 0 for one in keys[:at] for other in keys[at:]):
            groups.append([])
        groups[-1].append(keys[at])
    return groups


def _first_shown(planned: Mapping[str, Any], order: Sequence[Sequence[str]]) -> str:
    """Return the pathway that the page opens with: the cheapest that holds its cap, else the first given."""
    keys = [key for group in order for key in group]
    return next((key for key in keys if _holds(planned[key])), next(iter(planned)))


def _holds(payload: Mapping[str, Any]) -> bool:
    """Return whether there is a cap and the plan stays within it in every year."""
    cap = main_cap(dict(payload))
    if cap is None:
        return False
    pairs = [(had, most) for had, most in zip(cap["plan"], cap["limit"], strict=True) if most is not None]
    return all(had is not None and had <= most + WITHIN * max(abs(most), 1.0) for had, most in pairs)


def _same_draws(planned: Mapping[str, Any], paired: xr.Dataset | None) -> dict[str, Any]:
    """Say whether all plans were tried in the same futures, in how many, and why not."""
    tried = [key for key, payload in planned.items() if payload["risk"] is not None]
    if len(tried) < len(planned) or paired is None:
        why = _("none was simulated") if not tried else _("not all were simulated")
        return {"same": False, "why": why, "trials": None}
    differs = str(paired.attrs["differs_in"])
    if differs:
        return {"same": False, "why": _(DIFFERS_IN[differs]), "trials": None}
    return {"same": True, "why": "", "trials": int(paired.attrs["trials"])}


def _reference(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return emissions by period (tCO2e a year), labels of the periods and present cost of the reference."""
    return {
        "emissions": payload["emissions"]["reference"],
        "labels": payload["periods"]["labels"],
        "npv": payload["cost"]["npv"]["reference"],
    }


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    pairs = zip(
        [*one["emissions"], one["npv"]],
        [*other["emissions"], other["npv"]],
        strict=True,
    )
    return all(abs(a - b) <= SAME * max(abs(a), abs(b), 1.0) for a, b in pairs)


def _worse(
    parts: Sequence[Mapping[str, Any]], baseline: str, apart: Mapping[str, Separation]
) -> list[dict[str, str]]:
    """List in what each other pathway is clearly worse than the baseline, in words."""
    payloads = {str(part["key"]): part["payload"] for part in parts if "payload" in part}
    titles = {str(part["key"]): str(part["title"]) for part in parts}
    currency = payloads[baseline]["scenario"]["currency"]
    shown: dict[str, Callable[[Any], str]] = {
        "cost": lambda payload: money(payload["cost"]["npv"]["plan"], currency),
        "emissions": lambda payload: tonnes(payload["emissions"]["cumulative"]["plan"]) + " CO\u2082e",
        "chance": lambda payload: whole_percent((cap_chance(payload) or {})["share"]),
    }
    found = []
    for key, title in titles.items():
        if key not in payloads:
            found.append({"key": key, "what": "plan", "text": _("{name} has no plan").format(name=title)})
            continue
        for what, words in WORSE.items():
            if key != baseline and apart[what](key, baseline) > 0:
                ours, theirs = (shown[what](payloads[one]) for one in (key, baseline))
                named = {"name": title, "baseline": titles[baseline], "ours": ours, "theirs": theirs}
                found.append({"key": key, "what": what, "text": _(words).format(**named)})
    return found


def _notes(
    parts: Sequence[Mapping[str, Any]],
    order: Sequence[Sequence[str]],
    draws: Mapping[str, Any],
    same_reference: bool,
) -> list[str]:
    """Say what a reader of the comparison must know, most important first."""
    titles = {str(part["key"]): str(part["title"]) for part in parts}
    found = [
        _("{name} has no plan: its rules contradict each other").format(name=part["title"])
        for part in parts
        if "infeasible" in part
    ]
    for group in order:
        if len(group) > 1:
            names = enumerated(titles[key] for key in group)
            found.append(_("No clear difference in cost, so not ranked: {names}").format(names=names))
    for part in parts:
        solver: Mapping[str, Any] = part["payload"]["solver"] if "payload" in part else {"status": "optimal"}
        if solver["status"] != "optimal":
            gap = percent(solver["gap"]) if solver["gap"] is not None else _("unknown")
            text = _("{name}: the solver stopped at a limit with a gap of {gap}, a cheaper plan may exist")
            found.append(text.format(name=part["title"], gap=gap))
    if not same_reference:
        found.append(
            _(
                "Reference differs between pathways, since what they assume changes it: each is held against "
                "its own, and the one drawn is that of {name}"
            ).format(name=next(part["title"] for part in parts if "payload" in part))
        )
    if draws["same"] and len(titles) > 1:
        futures = counted(draws["trials"], "simulated future")
        found.append(_("All pathways were tried in the same {futures}").format(futures=futures))
    elif len(titles) > 1:
        found.append(
            _("Not tried in the same futures, since {why}: chances are compared by their intervals").format(
                why=draws["why"]
            )
        )
    return found
