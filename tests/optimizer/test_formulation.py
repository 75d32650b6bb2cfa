"""docs/formulation.md says what the code does, and no rule comes without its formula."""

import inspect

import pytest

from optimizer.formulation import PAGE, page
from optimizer.models.build import RULES
from optimizer.models.objective import GOALS


def test_page_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m optimizer.formulation"


@pytest.mark.parametrize("rule", [*RULES, *GOALS], ids=lambda rule: rule.__name__)
def test_each_rule_documents_formula_index_unit_dual_and_source(rule):
    doc = inspect.getdoc(rule)
    for part in (".. math::", "Index:", "Unit:", "Dual:", "Source:"):
        assert part in doc
