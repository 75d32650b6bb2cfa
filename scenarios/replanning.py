"""What is told to whoever makes the rest of a plan again, once some of its horizon has been lived through.

The simulation asks and the optimiser answers; neither imports the other, both take the words from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from scenarios.plans import ACTIVITY_DIMS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class PlanState:
    """Where things stand when a period opens, against the plan that is to be made again from there on.

    Attributes
    ----------
    period : the first period that is planned again; what lies before it stands as it is in the plan.
    demand : expected demand over the demand of the scenario, (D, T); 1 before `period`.
    surplus : product units at hand beyond the plan at each node of the scenario, (N,); below zero: less.
    late : interventions that the plan has in effect and that will not work in a period, (I, T).
    emitted : beyond the plan so far, in the unit of each cap of the plan, (C,); zero for caps that do not
        sum over the years.
    drift : points that the scores of suppliers are off the plan's, (V, T); none: no grade that counts
        differs.
    """

    period: int
    demand: Floats
    surplus: Floats
    late: Flags
    emitted: Floats
    drift: Floats | None = None

    @property
    def is_as_planned(self) -> bool:
        """Whether all stands as the plan has it, so that the rest of the plan is still the best one."""
        differs = (self.demand != 1).any() or self.surplus.any() or self.late.any() or self.emitted.any()
        return not differs and self.drift is None

    @property
    def key(self) -> bytes:
        """The same for the same state, in any process."""
        digest = blake2b(np.int64(self.period).tobytes(), digest_size=16)
        drift = np.zeros(0) if self.drift is None else self.drift
        for values in (self.demand, self.surplus, self.late, self.emitted, drift):
            digest.update(np.ascontiguousarray(values + 0).tobytes())  # + 0: no -0
        return digest.digest()


class Replanner(Protocol):
    """Makes the rest of a plan again; one that is sent to other processes answers the same in all of them."""

    @property
    def free(self) -> bool:
        """Whether decisions that lie ahead may change too, not quantities alone."""
        ...

    def replan(self, plan: xr.Dataset, state: PlanState) -> xr.Dataset | None:
        """Return the plan with its rest made again, None where no plan meets all rules.

        Parameters
        ----------
        plan : of the scenario; its activities before the state's period are held.
        """
        ...


def continued(plan: xr.Dataset, activities: Mapping[str, Floats], period: int) -> xr.Dataset:
    """Return the plan up to a period, and `activities` of another, arrays (n, T), from there on.

    What is priced in the plan (cost, emissions) stays the plan's.
    """
    changed = {}
    for name, dim in ACTIVITY_DIMS.items():
        if name in plan and name in activities:
            values = plan[name].transpose(dim, "period").to_numpy().astype(float).copy()
            values[:, period:] = activities[name][:, period:]
            changed[name] = ((dim, "period"), values)
    return plan.assign(changed)
