"""What the processes of progressive hedging are given, and what they give back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.arrays import Floats
from optimizer.decided import Columns
from optimizer.extensive import Risk
from optimizer.future_settings import FuturesSettings
from optimizer.models.instance import Instance
from optimizer.settings import SolverSettings


@dataclass(frozen=True)
class Task:
    """Plain data: one instance a future.

    Attributes
    ----------
    rho : price of disagreement of the shared columns, one after the other (k,), currency per unit squared.
    least : what no future can cost less than.
    """

    names: Sequence[str]
    instances: Sequence[Instance]
    columns: Columns
    risk: Risk
    rho: Floats
    settings: FuturesSettings
    solver: SolverSettings
    least: float


@dataclass(frozen=True)
class Answer:
    """Decisions of each future (F, k), the common ones (k,), and a proven bound of the objective.

    `met` : decisions that futures came to on the way, the most frequent first, where they are whole numbers.
    """

    decisions: Floats
    common: Floats
    met: Sequence[Floats]
    bound: float
    iterations: int
    disagreement: float
