"""The languages: every marked text is translated, and the marks are written so that tools find them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import yaml
from babel.messages import Catalog

from reporting import catalog as keeping
from reporting.language import gettext, ngettext, speaking
from reporting.settings import Language

SOURCES = sorted(keeping.PACKAGE.rglob("*.py"))


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    return keeping.read(keeping.LANGUAGES / "zh.po")


def calls(tree: ast.AST) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call) and mark(node) in keeping.MARKS]


def mark(call: ast.Call) -> str:
    return getattr(call.func, "id", "")


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_marked_texts_are_whole(file: Path) -> None:
    """A text put together before it is looked up is never found."""
    for call in calls(ast.parse(file.read_text(encoding="utf-8"))):
        for word in call.args[1:] if mark(call) == "counted" else call.args:
            assert not isinstance(word, ast.BinOp), f"line {call.lineno}: texts are added inside a mark"
            if mark(call) in ("_", "N_"):
                assert not isinstance(word, ast.JoinedStr), f"line {call.lineno}: f-string inside a mark"


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.name)
def test_nothing_hides_the_mark(file: Path) -> None:
    """Where a function binds ``_`` itself, the translation is gone from all of it."""
    for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(function, ast.FunctionDef) or not any(mark(c) == "_" for c in calls(function)):
            continue
        inside = {
            name
            for part in ast.walk(function)
            if isinstance(part, ast.comprehension)
            for name in ast.walk(part.target)
        }
        bound = [
            name.lineno
            for name in ast.walk(function)
            if isinstance(name, ast.Name) and name.id == "_" and isinstance(name.ctx, ast.Store)
            if name not in inside
        ]
        assert not bound, f"{function.name} binds _ in line {bound[0]}"


def test_the_catalogue_is_what_the_code_says(chinese: Catalog) -> None:
    said = {text if isinstance(text, str) else text[0] for text in keeping.messages()}
    kept = {keeping.forms(message.id)[0] for message in chinese if message.id}
    assert sorted(said - kept) == [], "python -m reporting.catalog adds them"
    assert sorted(kept - said) == [], "python -m reporting.catalog takes them out"
    assert not chinese.obsolete


def test_every_text_is_translated_with_its_placeholders(chinese: Catalog) -> None:
    assert keeping.faults(chinese) == []


def test_a_catalogue_keeps_its_translations_and_says_what_is_wrong() -> None:
    before, other = Catalog(locale="zh"), Catalog(locale="zh")
    before.add("kept", "留")
    before.add("gone", "去")
    other.add("taken {over}", "取{over}")
    other.add("wrong {name}", "错{nome}")
    texts = {text: ["reporting/any.py"] for text in ("kept", "taken {over}", "wrong {name}", "missing")}
    texts["one {n}", "many {n}"] = ["reporting/any.py"]
    after = keeping.updated(before, texts, [other])
    assert {str(m.id): str(m.string) for m in after if m.id and isinstance(m.id, str)} == {
        "kept": "留",
        "taken {over}": "取{over}",
        "wrong {name}": "错{nome}",
        "missing": "",
    }
    assert keeping.faults(after) == [
        "placeholders ['name'] became ['nome']: 'wrong {name}'",
        "no translation: 'missing'",
        "no translation: 'one {n}'",
    ]


def test_marks_in_code_and_templates(tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text(
        'a = _("one") + gettext(computed)\n'
        "b = f\"{counted(len('x'), 'site')}, {N_('two ' 'parts')}\"\n"
        'c = ngettext("{n} lane", "{n} lanes", n)\n'
    )
    assert list(keeping.marked(code)) == ["one", "{number} site", "two parts", ("{n} lane", "{n} lanes")]
    page = tmp_path / "page.j2"
    page.write_text('<p>{{ _("Lanes") }} {{ ngettext("{n} site", "{n} sites", n) }}</p>')
    assert list(keeping.marked(page)) == ["Lanes", ("{n} site", "{n} sites")]


def test_what_has_no_translation_stays_english() -> None:
    with speaking(Language.CHINESE):
        assert gettext("Reference") == "参考情景"
        assert gettext("Baotou mill") == "Baotou mill"
        assert ngettext("no such {n}", "no such {n}s", 2) == "no such {n}s"
    assert gettext("Reference") == "Reference"


def test_the_bundled_pathways_have_their_own_words() -> None:
    files = sorted((keeping.PACKAGE.parent / "conf" / "pathway").glob("*.yaml"))
    said = [yaml.safe_load(file.read_text(encoding="utf-8"))["pathway"] for file in files]
    with speaking(Language.CHINESE):
        for pathway in said:
            for key in ("title", "description"):
                assert gettext(pathway[key]) != pathway[key], f"{pathway['name']}: {key}"
