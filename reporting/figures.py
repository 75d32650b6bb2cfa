"""Numbers as people read them: true minus signs, few digits, units that fit the size.

The forms follow one table: emissions ``1,019 kt``, totals ``13.8 Mt``, money ``CNY 0.63 bn``,
changes ``-45%`` with U+2212, whole percents, no separator in years, and ``0`` never signed.
Chinese counts in ten thousands and hundred millions and sets no space before a unit: 101.9万吨, 6.3亿元;
energy and power keep the symbols of GB 3100 (MWh, MW), which the tables and the workbook have too.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from unicodedata import east_asian_width

from reporting.language import N_, ngettext, spoken
from reporting.language import gettext as _
from reporting.settings import Language
from reporting.shared_scales import UNIT, joined

MINUS = "\u2212"
DASH = "\u2013"

_ODDS = (
    (0.05, N_("about 1 in 20")),
    (0.1, N_("about 1 in 10")),
    (0.2, N_("about 1 in 5")),
    (0.25, N_("about 1 in 4")),
    (0.3, N_("about 3 in 10")),
    (1 / 3, N_("about 1 in 3")),
    (0.4, N_("about 2 in 5")),
    (0.5, N_("about 1 in 2")),
    (0.6, N_("about 3 in 5")),
    (2 / 3, N_("about 2 in 3")),
    (0.7, N_("about 7 in 10")),
    (0.75, N_("about 3 in 4")),
    (0.8, N_("about 4 in 5")),
    (0.9, N_("about 9 in 10")),
    (0.95, N_("about 19 in 20")),
)
_IN_A_HUNDRED = {
    1: N_("about 1 in 100"),
    2: N_("about 2 in 100"),
    3: N_("about 3 in 100"),
    97: N_("about 97 in 100"),
    98: N_("about 98 in 100"),
    99: N_("about 99 in 100"),
}

# From which size on a unit is used, its divisor and its name, largest first.
_Units = dict[Language, tuple[tuple[float, float, str], ...]]
_MASS: _Units = {
    Language.ENGLISH: ((9.9995e6, 1e6, "Mt"), (9.9995e3, 1e3, "kt"), (0.0, 1.0, "t")),
    Language.CHINESE: ((9.9995e7, 1e8, "亿吨"), (9.9995e3, 1e4, "万吨"), (0.0, 1.0, "吨")),
}
_MONEY: _Units = {
    Language.ENGLISH: ((4.5e8, 1e9, "bn"), (4.5e5, 1e6, "m"), (0.0, 1.0, "")),
    Language.CHINESE: (
        *((9.9995e11, 1e12, "万亿"), (9.9995e7, 1e8, "亿")),
        *((9.9995e3, 1e4, "万"), (0.0, 1.0, "")),
    ),
}
_LARGE: _Units = {
    Language.ENGLISH: ((1e9, 1e9, "bn"), (0.0, 1e6, "m")),
    Language.CHINESE: ((1e8, 1e8, "亿"), (0.0, 1e4, "万")),
}
_ENERGY = ((9.9995e6, 1e6, "TWh"), (9.9995e3, 1e3, "GWh"), (0.0, 1.0, "MWh"))


@dataclass(frozen=True)
class Scale:
    """A unit that fits a family of numbers: divide by `divisor`, write `unit`."""

    divisor: float
    unit: str

    def show(self, value: float) -> str:
        """Return `value` (in base units) with three significant digits, without the unit."""
        return plain(value / self.divisor)

    def amount(self, value: float, signed: bool = False) -> str:
        """Return `value` with the unit: ``1,019 kt``."""
        return with_unit(plain(value / self.divisor, signed), self.unit)

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
        return _("unknown")
    size = abs(significant(value, 3))
    decimals = 0 if size >= 100 or size == 0 else 1 if size >= 10 else 2 if size >= 0.1 else 3
    text = f"{value:+,.{decimals}f}" if signed else f"{value:,.{decimals}f}"
    result = true_minus(text)
    return result if any(c in "123456789" for c in result) else "0"


def _fitting(largest: float, units: Iterable[tuple[float, float, str]]) -> Scale:
    """Return the first unit that `largest` is large enough for."""
    return next(Scale(divisor, unit) for least, divisor, unit in units if abs(largest) >= least or not least)


def _shared(largest: float, units: Iterable[tuple[float, float, str]]) -> Scale:
    """Return the unit that fits `largest`, and what other pathways draw in the same chart."""
    return _fitting(max(abs(v) for v in joined(UNIT, [largest]) if v is not None), units)


def emission_scale(largest: float) -> Scale:
    """Return t, kt or Mt so that `largest` (tCO2e) has at most four digits before the point."""
    return _shared(largest, _MASS[spoken()])


def money_scale(largest: float) -> Scale:
    """Return single units, m or bn of a currency so that `largest` is short."""
    return _shared(largest, _MONEY[spoken()])


def large_scale(largest: float) -> Scale:
    """Return m or bn for large numbers of something that has no multiples of its own, such as tonne-km."""
    return _shared(largest, _LARGE[spoken()])


def with_unit(number: str, unit: str) -> str:
    """Return a number with its unit: ``1,019 kt``; in Chinese nothing stands between them."""
    return f"{number}{unit}" if spoken() is Language.CHINESE else f"{number} {unit}".rstrip()


def unit_name(unit: str) -> str:
    """Return a unit of the tables in the language spoken: ``t``, ``piece``; symbols stay."""
    return _(unit)


def coal_unit(scale: Scale) -> str:
    """Return the unit of standard coal on a scale of tonnes: ``ktce``."""
    return f"{scale.unit}标准煤" if spoken() is Language.CHINESE else f"{scale.unit}ce"


@cache
def _chinese_currency(code: str) -> str:
    """Return what a currency is called in Chinese: 元, 美元, 欧元; the code where it has no name."""
    from babel.numbers import get_currency_name

    return "元" if code == "CNY" else get_currency_name(code, locale="zh")


def currency_name(currency: str) -> str:
    """Return a currency as prices say it: its ISO code, and its name in Chinese."""
    return _chinese_currency(currency) if spoken() is Language.CHINESE else currency


def money_unit(scale: Scale, currency: str) -> str:
    """Return the unit of money on `scale`: ``CNY bn``, 亿元."""
    if spoken() is Language.CHINESE:
        return f"{scale.unit}{currency_name(currency)}"
    return f"{currency} {scale.unit}".rstrip()


def money_on(scale: Scale, value: float, currency: str, signed: bool = False) -> str:
    """Return an amount of money on a given scale: ``CNY 0.63 bn``."""
    text = plain(value / scale.divisor, signed)
    if spoken() is Language.CHINESE:
        return f"{text}{money_unit(scale, currency)}"
    return f"{currency} {text} {scale.unit}".rstrip()


def tonnes(value: float, signed: bool = False) -> str:
    """Return an amount in t with the unit that fits: ``1,019 kt``."""
    return _fitting(value, _MASS[spoken()]).amount(value, signed)


def quantity(value: float, unit: str) -> str:
    """Return an amount with its unit: ``1,019 kt``, ``13,400 MW``."""
    return tonnes(value) if unit == "t" else with_unit(plain(value), unit_name(unit))


def energy_scale(largest: float) -> Scale:
    """Return MWh, GWh or TWh for amounts in MWh."""
    return _shared(largest, _ENERGY)


def money(value: float, currency: str, signed: bool = False) -> str:
    """Return an amount of money with its currency first: ``CNY 0.63 bn``; zero is ``0``."""
    scale = _fitting(value, _MONEY[spoken()])
    if plain(value / scale.divisor) == "0":
        return money_on(Scale(1.0, ""), 0.0, currency)
    return money_on(scale, value, currency, signed)


def percent(share: float, signed: bool = False) -> str:
    """Return a share as a percentage: one decimal under 10 %, none above, one digit more when tiny."""
    value = share * 100
    if not math.isfinite(value):
        return _("unknown")
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
        return _("never") if share <= 0 else _("always")
    if share < 0.01 or share > 0.99:
        return _("less than 1 in 100") if share < 0.5 else _("more than 99 in 100")
    if share < 0.035 or share > 0.965:
        return _(_IN_A_HUNDRED[round(share * 100)])
    return _(min(_ODDS, key=lambda pair: abs(pair[0] - share))[1])


def interval(low: float, high: float) -> str:
    """Return a range of chances: ``34% to 42%``."""
    return between(f"{low * 100:.0f}%", f"{high * 100:.0f}%")


def between(low: str, high: str) -> str:
    """Return a range of two written numbers: ``340 kt to 1.2 Mt``."""
    return _("{low} to {high}").format(low=low, high=high)


def count(value: float) -> str:
    """Return a whole number with thousands separated."""
    return true_minus(f"{value:,.0f}")


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun in the right form: ``1 site``, ``3 sites``."""
    phrase = ngettext(f"{{number}} {one}", f"{{number}} {many or one + 's'}", number)
    return phrase.format(number=count(number))


def duration(seconds: float | None) -> str:
    """Return a duration: ``0.4 s``, ``38 s``, ``2 min 05 s``; ``unknown`` when there is none."""
    if seconds is None or not math.isfinite(seconds):
        return _("unknown")
    if seconds < 119.5:
        return _("{number} s").format(number=f"{seconds:.{1 if seconds < 9.95 else 0}f}")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 120:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=f"{rest:02d}")
    return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=f"{minutes % 60:02d}")


def shorten(text: str, longest: int) -> str:
    """Return `text` cut to `longest` characters, the last one an ellipsis when something was cut.

    Wide characters, such as Chinese ones, count for two.
    """
    text = " ".join(text.split())
    reached = list(accumulate(2 if east_asian_width(sign) in "FW" else 1 for sign in text))
    if not text or reached[-1] <= longest:
        return text
    wide = reached[-1] > len(text)  # so is its ellipsis
    kept = max(bisect_right(reached, longest - (2 if wide else 1)), 1)
    return text[:kept].rstrip(" ,.;:-") + "\u2026"


def listed(items: list[str]) -> str:
    """Return items as a phrase: ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return _("{items} and {last}").format(items=enumerated(items[:-1]), last=items[-1])


def enumerated(items: Iterable[str]) -> str:
    """Return items one after the other: ``a, b, c``."""
    return ("、" if spoken() is Language.CHINESE else ", ").join(items)


def phrases(items: Iterable[str]) -> str:
    """Return a thing and what is said of it: ``solved, gap 0``."""
    return ("，" if spoken() is Language.CHINESE else ", ").join(items)


def clauses(items: Iterable[str]) -> str:
    """Return parts of a sentence one after the other: ``a; b; c``."""
    return ("；" if spoken() is Language.CHINESE else "; ").join(items)


def sentences(items: Iterable[str]) -> str:
    """Return whole sentences one after the other, empty ones left out."""
    return sentence_gap().join(item for item in items if item)


def sentence_gap() -> str:
    """Return what stands between two sentences: nothing in Chinese."""
    return "" if spoken() is Language.CHINESE else " "
