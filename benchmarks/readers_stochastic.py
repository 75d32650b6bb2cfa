"""A reader of two-stage stochastic server location: one file of AMPL tables a scenario."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.readers_location import Floats

OVERFLOW = 1000.0  # currency per unit beyond the capacity, as the published model has it


@dataclass(frozen=True)
class Servers:
    """Servers (m,) and clients (n,), scenarios (k,) of equal chance.

    Attributes
    ----------
    capacity : of each server.
    revenue, use : of a client served by a server: what it pays, what it takes of the capacity, (n, m).
    present : which clients there are, (k, n).
    """

    capacity: float
    fixed: Floats
    revenue: Floats
    use: Floats
    present: NDArray[np.bool_]


def read_server_location(folder: Path) -> Servers:
    """Read the files ``Scenario*.dat`` below `folder`; raises ValueError if more than clients differ."""
    files = sorted(folder.glob("**/Scenario[0-9]*.dat"), key=lambda file: int(re.sub(r"\D", "", file.stem)))
    if not files:
        message = f"{folder} holds no Scenario*.dat"
        raise ValueError(message)
    scenarios = [_parameters(file.read_text(encoding="latin-1")) for file in files]
    first = scenarios[0]
    for name in ("Capacity", "FixedCost", "Revenue", "Demand"):
        if any(not np.array_equal(first[name], other[name]) for other in scenarios):
            message = f"{folder}: {name} differs between scenarios"
            raise ValueError(message)
    return Servers(
        capacity=float(first["Capacity"][0, 0]),
        fixed=first["FixedCost"][:, 1],
        revenue=first["Revenue"][:, 1:],
        use=first["Demand"][:, 1:],
        present=np.array([scenario["ClientPresent"][:, 1] > 0 for scenario in scenarios]),
    )


def _parameters(text: str) -> dict[str, Floats]:
    """Return each ``param`` as the rows after its ``:=``, the row's own number first."""
    found = {}
    for name, body in re.findall(r"param\s+(\w+)\s*:[^=]*=(.*?);", text, re.DOTALL):
        rows = [[float(cell) for cell in line.split()] for line in body.splitlines() if line.split()]
        found[name] = np.array(rows)
    return found
