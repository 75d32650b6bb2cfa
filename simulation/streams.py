"""Random streams keyed by (root seed, trial, entity, purpose).

The same entity meets the same luck under every plan, whatever other entities were added, removed
or re-ordered, so that two plans can be compared on common random numbers. Everything is drawn as
uniforms and inverted: one uniform an event, in the order of time.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

Floats = NDArray[np.float64]


@lru_cache(maxsize=65536)
def _words(text: str) -> tuple[int, int]:
    """Return 64 bits of a name as two 32-bit words; the same in every process and version."""
    value = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
    return value & 0xFFFFFFFF, value >> 32


class Streams:
    """All random numbers of one trial.

    Parameters
    ----------
    seed : root seed, not negative.
    trial : index of the trial, not negative.
    """

    def __init__(self, seed: int, trial: int) -> None:
        self._seed = seed
        self._trial = trial

    def generator(self, entity: str, purpose: str) -> np.random.Generator:
        """Return the generator of one entity and purpose, at its start."""
        key = (self._trial, *_words(entity), *_words(purpose))
        return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence(self._seed, spawn_key=key)))

    def uniforms(self, entity: str, purpose: str, count: int) -> Floats:
        """Return the first `count` uniforms on [0, 1) of a stream, (count,)."""
        return self.generator(entity, purpose).random(count)

    def normals(self, entity: str, purpose: str, count: int) -> Floats:
        """Return `count` standard normals by inversion, (count,)."""
        return ndtri(np.maximum(self.uniforms(entity, purpose, count), np.finfo(float).tiny))

    def exponentials(self, entity: str, purpose: str) -> Iterator[float]:
        """Yield exponentials of mean one without end."""
        uniform = self.generator(entity, purpose).random
        while True:
            yield -math.log1p(-uniform())


def mean_one_lognormal(normals: Floats, cv: float) -> Floats:
    """Return lognormal factors of mean one and coefficient of variation `cv`; ones where `cv` is zero."""
    variance = np.log1p(cv * cv)
    return np.exp(np.sqrt(variance) * normals - variance / 2)


def persistent(normals: Floats, correlation: float) -> Floats:
    """Return a stationary standard normal AR(1) path driven by `normals`, (n,)."""
    path = np.array(normals, dtype=float)
    innovation = np.sqrt(1 - correlation * correlation)
    for i in range(1, len(path)):
        path[i] = correlation * path[i - 1] + innovation * normals[i]
    return path
