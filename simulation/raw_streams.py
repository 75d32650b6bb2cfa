"""numpy's PCG64DXSM streams, started and read for many keys in one compiled call.

A generator object of numpy takes tens of microseconds to make, and a trial needs thousands. The
functions here give the same bits as ``np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence(
entropy, spawn_key=key))).random()``; a test compares them. Sources: O'Neill, PCG (2014) and its output
function DXSM; ``SeedSequence`` and ``pcg64.c`` of numpy.

A started stream is a row of five 64-bit words: state and increment, the high half first, and a mask that
flips all bits of a uniform, or none. A flipped uniform u is 1 - u less the last bit, still on [0, 1).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulation.compiled import compiled, inlined

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]
Word = np.uint64

POOL = 4  # words of numpy's seed pool
LOW = np.uint64(0xFFFFFFFF)
NONE, ONE, TOP = np.uint64(0), np.uint64(1), np.uint64(63)
HALF, QUARTER = np.uint64(32), np.uint64(16)  # of 64 bits
ENTROPY_START, ENTROPY_STEP = np.uint64(0x43B0D7E5), np.uint64(0x931E8875)
STATE_START, STATE_STEP = np.uint64(0x8B51F9DD), np.uint64(0x58F38DED)
MIX_LEFT, MIX_RIGHT = np.uint64(0xCA01F9DD), np.uint64(0x4973F715)
SEED_MULTIPLIER_HIGH = np.uint64(2549297995355413924)
SEED_MULTIPLIER = np.uint64(4865540595714422341)
MULTIPLIER = np.uint64(0xDA942042E4DD58B5)
DOUBLE_BITS, DOUBLE_UNIT = np.uint64(11), 1.0 / 9007199254740992.0  # 53 bits
FLIPPED = np.uint64((1 << 53) - 1)
STATE = POOL  # words of a started stream before its mask
FOLD = np.uint64(48)


def root_words(seed: int, trial: int) -> Words:
    """Return the 32-bit words with which the entropy of all streams of a trial begins, (words,)."""
    words = _words_of(seed)
    words += [0] * (POOL - len(words))  # numpy fills up the pool before a spawn key
    return np.array(words + _words_of(trial), dtype=np.uint64)


def _words_of(number: int) -> list[int]:
    words = [number & 0xFFFFFFFF]
    while number := number >> 32:
        words.append(number & 0xFFFFFFFF)
    return words


@inlined
def hashed(value: Word, constant: Word, step: Word) -> Word:
    """Return a word of entropy hashed, as numpy's ``hashmix`` does."""
    value = ((value ^ constant) * ((constant * step) & LOW)) & LOW
    return value ^ (value >> QUARTER)


@inlined
def mixed(left: Word, right: Word) -> Word:
    """Return two words mixed, as numpy's ``mix`` does."""
    value = (MIX_LEFT * left - MIX_RIGHT * right) & LOW
    return value ^ (value >> QUARTER)


@inlined
def high_product(left: Word, right: Word) -> Word:
    """Return the upper 64 of the 128 bits of a product."""
    low_left, high_left = left & LOW, left >> HALF
    low_right, high_right = right & LOW, right >> HALF
    first, second = low_left * high_right, high_left * low_right
    carried = ((low_left * low_right) >> HALF) + (first & LOW) + (second & LOW)
    return high_left * high_right + (first >> HALF) + (second >> HALF) + (carried >> HALF)


@compiled
def start(root: Words, keys: Words, pool: Words, streams: Words) -> None:
    """Start `streams`, (n, 5), from the words of seed and trial and those of `keys`, (n, k).

    `pool`, (4,), is for what all of them share; the masks are left as they are.
    """
    constant = ENTROPY_START
    for i in range(POOL):
        pool[i] = hashed(root[i], constant, ENTROPY_STEP)
        constant = (constant * ENTROPY_STEP) & LOW
    for i in range(POOL):
        for j in range(POOL):
            if i != j:
                pool[j] = mixed(pool[j], hashed(pool[i], constant, ENTROPY_STEP))
                constant = (constant * ENTROPY_STEP) & LOW
    for i in range(POOL, len(root)):
        constant = mix_in(root[i], constant, pool)
    for n in range(len(keys)):
        own, step = streams[n], constant
        for j in range(POOL):
            own[j] = pool[j]
        for i in range(keys.shape[1]):
            step = mix_in(keys[n, i], step, own)
        to_state(own)


@inlined
def mix_in(word: Word, constant: Word, pool: Words) -> Word:
    """Mix a word into the pool and return the next constant."""
    for j in range(POOL):
        pool[j] = mixed(pool[j], hashed(word, constant, ENTROPY_STEP))
        constant = (constant * ENTROPY_STEP) & LOW
    return constant


@inlined
def to_state(pool: Words) -> None:
    """Turn a pool of entropy into state and increment of a generator."""
    step = STATE_START
    seed_high, step = state_word(pool[0], pool[1], step)
    seed_low, step = state_word(pool[2], pool[3], step)
    high, step = state_word(pool[0], pool[1], step)
    low, step = state_word(pool[2], pool[3], step)
    step_high, step_low = (high << ONE) | (low >> TOP), (low << ONE) | ONE
    low = step_low + seed_low  # the first step leaves the increment, to which the seed is added
    high = step_high + seed_high + (ONE if low < seed_low else NONE)
    product = low * SEED_MULTIPLIER
    high = high_product(low, SEED_MULTIPLIER) + high * SEED_MULTIPLIER + low * SEED_MULTIPLIER_HIGH
    low = product + step_low
    pool[0], pool[1] = high + step_high + (ONE if low < step_low else NONE), low
    pool[2], pool[3] = step_high, step_low


@inlined
def state_word(low: Word, high: Word, step: Word) -> tuple[Word, Word]:
    """Return 64 bits of the state from two words of the pool, and the next constant."""
    after = (step * STATE_STEP) & LOW
    return hashed(low, step, STATE_STEP) | (hashed(high, after, STATE_STEP) << HALF), (
        after * STATE_STEP
    ) & LOW


@inlined
def next_uniform(streams: Words, n: int) -> float:
    """Return the next uniform on [0, 1) of stream `n` and move it on."""
    high, low = streams[n, 0], streams[n, 1]
    out = high ^ (high >> HALF)
    out = out * MULTIPLIER
    out = (out ^ (out >> FOLD)) * (low | ONE)
    product = low * MULTIPLIER
    moved = product + streams[n, 3]
    carry = ONE if moved < product else NONE
    streams[n, 0] = high_product(low, MULTIPLIER) + high * MULTIPLIER + streams[n, 2] + carry
    streams[n, 1] = moved
    return np.int64((out >> DOUBLE_BITS) ^ streams[n, STATE]) * DOUBLE_UNIT


@compiled
def draw_uniforms(streams: Words, drawn: Floats) -> None:
    """Fill `drawn`, (count, n), with the next uniforms of each stream."""
    for i in range(len(drawn)):
        for n in range(len(streams)):
            drawn[i, n] = next_uniform(streams, n)
