"""One future as it is written in settings or in a file."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from scenarios.custom_rule_settings import STRICT


@dataclass(config=STRICT)
class FutureSettings:
    """One future: how likely it is, and what is otherwise in it than the scenario says.

    Attributes
    ----------
    name : how it is called in results.
    weight : chance relative to the other futures; they are scaled to a sum of one.
    changes : amounts by key, e.g. ``{demand: 1.2, extra_carbon_price: 80, carbon.cap_2035: 0.5}`` or
        ``{"data.offers[price,product=ore].scale": 1.3}``, see :func:`scenarios.altered.altered`; none: the
        scenario as it stands.
    """

    name: str
    weight: Annotated[float, Field(gt=0)] = 1.0
    changes: dict[str, float] = field(default_factory=dict)
