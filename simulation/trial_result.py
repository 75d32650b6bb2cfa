"""What happened in a trial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scenarios.empty_arrays import no_floats
from simulation.events import Jumps
from simulation.layout import Floats, Integers
from simulation.prices import Prices
from simulation.streams import Streams


@dataclass(frozen=True)
class TrialResult:
    """What happened in a trial.

    Attributes
    ----------
    activities : for the ledger, per year, arrays (n, T) over all elements of the scenario.
    required, delivered : product units a year, (D, T) over all demands.
    mass_error : largest imbalance of a product over its throughput.
    closing_stock, closing_transit, mean_stock, mean_transit : product units by used node, (N,); means
        over the days.
    events : outages, disruptions, departures by timetable and everything that SimPy let happen.
    jumps : what disruptions add to prices and factors; none: nothing.
    prices : what is paid over planned prices; none: all are known.
    streams : the trial's random streams, for what is drawn after the last day.
    happened : how often each disruption of the scenario did, (E,).
    gates : what each gate booked, (G, T) for each of its figures; none: the scenario has no gates.
    replans : how often the rest of the plan was to be made again, and how often it stayed for want of one.
    orders : what each reorder policy did, see :func:`order_book`; none: all follow the plan.
    stages : day on which each supplier reached each stage of its programme, (G,), infinite: never.
    verified : part of each period in which an intervention verified each offer's footprint, (O, T); none:
        there is no such intervention.
    scores : score of each scored supplier in each period, (V, T); none: they do not drift.
    """

    activities: Mapping[str, Floats]
    required: Floats
    delivered: Floats
    mass_error: float
    closing_stock: Floats
    closing_transit: Floats
    mean_stock: Floats
    mean_transit: Floats
    events: int
    jumps: Jumps | None = None
    prices: Prices | None = None
    streams: Streams | None = None
    happened: Integers | None = None
    gates: Mapping[str, Floats] | None = None
    replans: tuple[int, int] | None = None
    orders: Floats | None = None
    stages: Floats = field(default_factory=no_floats)
    verified: Floats | None = None
    scores: Floats | None = None
