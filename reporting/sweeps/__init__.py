"""Sweeps: the figures of one point, and what many points say together."""
