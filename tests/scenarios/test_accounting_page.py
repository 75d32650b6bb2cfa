"""docs/accounting.md says what the files of the rulebooks and the accounts say."""

from scenarios.accounting_page import FORMULAS, PAGE, page
from scenarios.accounts import BESIDE_ACCOUNTS, EMISSION_ACCOUNTS
from scenarios.rulebook_files import rulebooks_asked


def test_the_page_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m scenarios.accounting_page"


def test_every_account_has_its_formula_and_no_formula_is_left_over():
    assert set(FORMULAS) == {*EMISSION_ACCOUNTS, *BESIDE_ACCOUNTS}


def test_every_row_of_a_rulebook_has_a_source():
    for book in rulebooks_asked(["all"], None):
        assert (book.rows["source"] != "").all(), book.label
