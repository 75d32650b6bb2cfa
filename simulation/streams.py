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

from simulation.compiled import NUMBA
from simulation.raw_streams import (
    DOUBLE_UNIT,
    FLIPPED,
    NONE,
    POOL,
    STATE,
    Words,
    draw_uniforms,
    root_words,
    start,
)

Floats = NDArray[np.float64]
SMALLEST = np.finfo(float).tiny
LARGEST = 1 - DOUBLE_UNIT  # uniform below one


@lru_cache(maxsize=65536)
def _words(text: str) -> tuple[int, int]:
    """Return 64 bits of a name as two 32-bit words; the same in every process and version."""
    value = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")
    return value & 0xFFFFFFFF, value >> 32


@lru_cache(maxsize=256)
def _keys(entities: tuple[str, ...], purpose: str) -> Words:
    """Return the words of many entities and a purpose, (n, 4)."""
    keys = [(*_words(entity), *_words(purpose)) for entity in entities]
    return np.array(keys, dtype=np.uint64).reshape(len(entities), 4)


class Streams:
    """All random numbers of one trial.

    Parameters
    ----------
    seed : root seed, not negative.
    trial : index of the trial, not negative.
    mirrored : every uniform u is 1 - u instead (less the last bit): what was luck is misfortune.
    """

    def __init__(self, seed: int, trial: int, mirrored: bool = False) -> None:
        self._seed = seed
        self._trial = trial
        self._mirrored = mirrored

    def started(self, entities: tuple[str, ...], purpose: str) -> Words:
        """Return the streams of many entities at their start, (n, 5), for compiled functions to read."""
        streams = np.empty((len(entities), STATE + 1), dtype=np.uint64)
        streams[:, STATE] = FLIPPED if self._mirrored else NONE
        root = root_words(self._seed, self._trial)
        start(root, _keys(entities, purpose), np.zeros(POOL, dtype=np.uint64), streams)
        return streams

    def uniforms_of(self, entities: tuple[str, ...], purpose: str, count: int) -> Floats:
        """Return what :meth:`uniforms` returns for each of many entities, (count, n), in one call."""
        if NUMBA.DISABLE_JIT or len(entities) == 0:  # numpy's own generators, to the bit the same
            drawn = [self.uniforms(entity, purpose, count) for entity in entities]
            return np.array(drawn).reshape(len(entities), count).T
        drawn_at_once = np.empty((count, len(entities)))
        draw_uniforms(self.started(entities, purpose), drawn_at_once)
        return drawn_at_once

    def normals_of(self, entities: tuple[str, ...], purpose: str, count: int) -> Floats:
        """Return what :meth:`normals` returns for each of many entities, (count, n)."""
        drawn = self.uniforms_of(entities, purpose, count)
        return ndtri(np.maximum(drawn, SMALLEST, out=drawn), out=drawn)

    def _generator(self, entity: str, purpose: str) -> np.random.Generator:
        """Return numpy's generator of one entity and purpose, at its start; it knows no mirror."""
        key = (self._trial, *_words(entity), *_words(purpose))
        return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence(self._seed, spawn_key=key)))

    def uniforms(self, entity: str, purpose: str, count: int) -> Floats:
        """Return the first `count` uniforms on [0, 1) of a stream, (count,)."""
        drawn = self._generator(entity, purpose).random(count)
        return LARGEST - drawn if self._mirrored else drawn

    def normals(self, entity: str, purpose: str, count: int) -> Floats:
        """Return `count` standard normals by inversion, (count,)."""
        return ndtri(np.maximum(self.uniforms(entity, purpose, count), SMALLEST))

    def exponentials(self, entity: str, purpose: str) -> Iterator[float]:
        """Yield exponentials of mean one without end."""
        uniform = self._generator(entity, purpose).random
        while True:
            yield -math.log1p(-(LARGEST - uniform() if self._mirrored else uniform()))


def streams_of(seed: int, trial: int, antithetic: bool) -> Streams:
    """Return the streams of a trial; of an antithetic pair, trials 2k and 2k + 1, the second is mirrored.

    Both share the streams of number k, so that the mean of a pair has less spread than that of two
    trials wherever a result rises or falls with the luck (Hammersley and Morton 1956; Law 2015, 11.3).
    """
    if not antithetic:
        return Streams(seed, trial)
    return Streams(seed, trial // 2, mirrored=trial % 2 == 1)


def mean_one_lognormal(normals: Floats, cv: float | Floats) -> Floats:
    """Return lognormal factors of mean one and coefficient of variation `cv`; ones where `cv` is zero."""
    variance = np.log1p(cv * cv)
    factors = np.sqrt(variance) * normals
    factors -= variance / 2
    return np.exp(factors, out=factors)


def persistent(normals: Floats, correlation: float | Floats) -> Floats:
    """Return stationary standard normal AR(1) paths along the first axis, driven by `normals`, (n, ...)."""
    path = np.array(normals, dtype=float)
    innovation = np.sqrt(1 - correlation * correlation)
    for i in range(1, len(path)):
        path[i] = correlation * path[i - 1] + innovation * normals[i]
    return path
