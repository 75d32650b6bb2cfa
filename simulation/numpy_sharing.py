"""How the numpy twin shares an amount among many, in all trials at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from simulation.layout import Floats

ROUNDS = 3  # in which what one cannot take is handed to the others
Take = Callable[[int, Floats], None]


def hand_out(
    amount: Floats,
    members: Sequence[int],
    weights: Sequence[Floats],
    worth: Floats,
    room: Callable[[int], Floats],
    take: Take,
) -> None:
    """Share `amount`, (K,), where it is positive, tier by tier, by weight among `members` that have room.

    Parameters
    ----------
    weights : of the members, one array for each tier.
    worth : of one unit of a member, in units of `amount`.
    room : how much more a member can take now, (K,).
    take : lets a member take so much more, (K,).
    """
    going, enough = amount > 0, 1e-12 * amount
    for weight in weights:
        tier = going
        for _ in range(ROUNDS):
            total = np.zeros(len(amount))
            for i, w, value in zip(members, weight, worth, strict=True):
                total = total + np.where(room(i) > 0, w * value, 0.0)
            tier = tier & (total > 0)
            asked = np.where(tier, amount / np.where(tier, total, 1.0), 0.0)
            for i, w, value in zip(members, weight, worth, strict=True):
                more = np.maximum(np.minimum(asked * w, room(i)), 0.0)
                take(i, more)
                amount = amount - more * value
            tier = tier & (amount > enough)
            going = going & ~((amount <= enough) & (total > 0))
