"""Measuring zerolane against what others published; not part of the installed tool."""
