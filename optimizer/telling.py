"""Progress of a search over a compiled model, told in natural units."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from optimizer.bridge import CompiledModel
from optimizer.scaling import Scaling
from optimizer.solution import SolveProgress, relative_gap

Progress = Callable[[SolveProgress], None]


class Teller:
    """Passes best plan and bound on, of solver units, with the seconds since it was made."""

    def __init__(self, compiled: CompiledModel, scaling: Scaling, progress: Progress | None) -> None:
        self.factor, self.progress = compiled.sign / scaling.objective, progress
        self.began = time.monotonic()

    def tell(self, best: float, bound: float) -> None:
        """Tell of the best plan and the bound, in solver units."""
        if self.progress is None:
            return
        plan = best * self.factor if math.isfinite(best) else None
        limit = bound * self.factor if math.isfinite(bound) else None
        gap = None if plan is None or limit is None else relative_gap(plan, limit)
        self.progress(SolveProgress(time.monotonic() - self.began, plan, limit, gap, 0))
