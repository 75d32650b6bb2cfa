"""The formulation, one file a concern; ``build.py`` is the table of contents."""
