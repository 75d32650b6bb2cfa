"""Numbers as people read them: true minus signs, few digits, units that fit the size.

The forms follow one table: emissions ``1,019 kt``, totals ``13.8 Mt``, money ``CNY 0.63 bn``,
changes ``-45%`` with U+2212, whole percents, no separator in years, and ``0`` never signed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

MINUS = "\u2212"
DASH = "\u2013"

_ODDS = (
    (0.05, "about 1 in 20"),
    (0.1, "about 1 in 10"),
    (0.2, "about 1 in 5"),
    (0.25, "about 1 in 4"),
    (0.3, "about 3 in 10"),
    (1 / 3, "about 1 in 3"),
    (0.4, "about 2 in 5"),
    (0.5, "about 1 in 2"),
    (0.6, "about 3 in 5"),
    (2 / 3, "about 2 in 3"),
    (0.7, "about 7 in 10"),
    (0.75, "about 3 in 4"),
    (0.8, "about 4 in 5"),
    (0.9, "about 9 in 10"),
    (0.95, "about 19 in 20"),
)


@dataclass(frozen=True)
class Scale:
    """A unit that fits a family of numbers: divide by `divisor`, write `unit`."""

    divisor: float
    unit: str

    def show(self, value: float) -> str:
        """Return `value` (in base units) with three significant digits, without the unit."""
        return plain(value / self.divisor)

    def values(self, values: Iterable[float | None]) -> list[float | None]:
        """Return `values` divided by the divisor and rounded for drawing; None stays None."""
        return [None if v is None else significant(v / self.divisor, 6) for v in values]


def significant(value: float, digits: int) -> float:
    """Round `value` to `digits` significant digits."""
    if value == 0 or not math.isfinite(value):
        return 0.0 if value == 0 else value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def true_minus(text: str) -> str:
    """Return `text` with its leading hyphen turned into U+2212; a signed zero loses its sign."""
    body = text.lstrip("+-")
    if not any(c in "123456789" for c in body):
        return body
    return MINUS + body if text.startswith("-") else text


def plain(value: float, signed: bool = False) -> str:
    """Return `value` with three significant digits at most, thousands separated; ``0`` when it is zero."""
    if not math.isfinite(value):
        return "unknown"
    size = abs(significant(value, 3))
    decimals = 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2 if size >= 0.1 else 3
    text = f"{value:+,.{decimals}f}" if signed else f"{value:,.{decimals}f}"
    result = true_minus(text)
    return result if any(c in "123456789" for c in result) else "0"


def emission_scale(largest: float) -> Scale:
    """Return t, kt or Mt so that `largest` (tCO2e) has at most four digits before the point."""
    size = abs(largest)
    return Scale(1e6, "Mt") if size >= 9.9995e6 else Scale(1e3, "kt") if size >= 9.9995e3 else Scale(1.0, "t")


def money_scale(largest: float) -> Scale:
    """Return single units, m or bn of a currency so that `largest` is short."""
    size = abs(largest)
    return Scale(1e9, "bn") if size >= 4.5e8 else Scale(1e6, "m") if size >= 4.5e5 else Scale(1.0, "")


def tonnes(value: float, signed: bool = False) -> str:
    """Return an amount in t with the unit that fits: ``1,019 kt``."""
    scale = emission_scale(value)
    return f"{plain(value / scale.divisor, signed)} {scale.unit}"


def quantity(value: float, unit: str) -> str:
    """Return an amount with its unit: ``1,019 kt``, ``13,400 MW``."""
    return tonnes(value) if unit == "t" else f"{plain(value)} {unit}"


def energy_scale(largest: float) -> Scale:
    """Return MWh, GWh or TWh for amounts in MWh."""
    size = abs(largest)
    return (
        Scale(1e6, "TWh")
        if size >= 9.9995e6
        else Scale(1e3, "GWh")
        if size >= 9.9995e3
        else Scale(1.0, "MWh")
    )


def money(value: float, currency: str, signed: bool = False) -> str:
    """Return an amount of money with its currency first: ``CNY 0.63 bn``; zero is ``0``."""
    scale = money_scale(value)
    text = plain(value / scale.divisor, signed)
    if text == "0":
        return f"{currency} 0"
    return f"{currency} {text} {scale.unit}".rstrip()


def percent(share: float, signed: bool = False) -> str:
    """Return a share as a percentage: one decimal under 10 %, none above, one digit more when tiny."""
    value = share * 100
    if not math.isfinite(value):
        return "unknown"
    size = abs(value)
    decimals = 0 if size >= 9.95 else 1 if size >= 0.095 else 2
    text = f"{value:+.{decimals}f}" if signed else f"{value:.{decimals}f}"
    text = true_minus(text)
    return f"{text}%" if any(c in "123456789" for c in text) else "0%"


def rate(share: float) -> str:
    """Return a given rate as it was given: ``6%``, ``7.25%``."""
    return true_minus(f"{share * 100:.10g}") + "%"


def whole_percent(share: float) -> str:
    """Return a share as a whole percentage; only nothing reads ``0%`` and only all ``100%``."""
    if 0 < share < 0.005:
        return "<1%"
    if 0.995 < share < 1:
        return ">99%"
    return true_minus(f"{share * 100:.0f}") + "%"


def change(new: float, old: float) -> float | None:
    """Return the relative change from `old` to `new`, None when `old` is zero or either is unknown."""
    if not (math.isfinite(new) and math.isfinite(old)) or old == 0:
        return None
    return new / old - 1


def odds(share: float) -> str:
    """Return a chance as a natural frequency: ``about 2 in 5``."""
    if share <= 0 or share >= 1:
        return "never" if share <= 0 else "always"
    if share < 0.01 or share > 0.99:
        return "less than 1 in 100" if share < 0.5 else "more than 99 in 100"
    if share < 0.035 or share > 0.965:
        return f"about {round(share * 100)} in 100"
    return min(_ODDS, key=lambda pair: abs(pair[0] - share))[1]


def interval(low: float, high: float) -> str:
    """Return a range of chances: ``34% to 42%``."""
    return f"{low * 100:.0f}% to {high * 100:.0f}%"


def count(value: float) -> str:
    """Return a whole number with thousands separated."""
    return true_minus(f"{value:,.0f}")


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun in the right form: ``1 site``, ``3 sites``."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"


def duration(seconds: float | None) -> str:
    """Return a duration: ``0.4 s``, ``38 s``, ``2 min 05 s``; ``unknown`` when there is none."""
    if seconds is None or not math.isfinite(seconds):
        return "unknown"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 119.5:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 120:
        return f"{minutes} min {rest:02d} s"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def shorten(text: str, longest: int) -> str:
    """Return `text` cut to `longest` characters, the last one an ellipsis when something was cut."""
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: max(longest - 1, 1)].rstrip(" ,.;:-") + "\u2026"


def listed(items: list[str]) -> str:
    """Return items as a phrase: ``a, b and c``."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else ""
