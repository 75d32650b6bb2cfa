"""The browser of the page tests."""

from tests.reporting.conftest import browser

__all__ = ["browser"]
