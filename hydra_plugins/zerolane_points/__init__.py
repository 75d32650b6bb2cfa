"""Sweeps for Hydra: designs of points, and what runs them here or on Slurm."""
