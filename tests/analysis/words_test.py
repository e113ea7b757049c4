"""Every text of the page and of its charts has a translation, with the same numbers in it."""

import ast
import json
import re
import string
import subprocess
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import tidepool.words
from tidepool.words import LANGUAGES, Words

PACKAGE = Path(tidepool.words.__file__).parent
TRANSLATORS = ("_", "words")  # what `Words` are called where they translate


def python_texts():
    """Literal texts of calls of `_` and `words`: (file:line, text); None for a text that is no literal."""
    files = [*PACKAGE.glob("report*.py"), *PACKAGE.glob("charts/*.py"), *PACKAGE.glob("picture*.py")]
    for path in sorted(files):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", None)
            if name in TRANSLATORS and node.args:
                literal = node.args[0]
                value = literal.value if isinstance(literal, ast.Constant) else None
                yield f"{path.name}:{node.lineno}", value


def template_texts():
    for path in sorted(PACKAGE.glob("templates/*.j2")):
        for node in Environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            if isinstance(node.node, nodes.Name) and node.node.name == "_":
                literal = node.args[0]
                yield (
                    f"{path.name}:{node.lineno}",
                    literal.value if isinstance(literal, nodes.Const) else None,
                )


FOUND = [*python_texts(), *template_texts()]
TEXTS = {text for _, text in FOUND if text is not None}
OTHERS = [language for language in LANGUAGES if language != "en"]


def placeholders(text):
    return sorted(field for _, field, _, _ in string.Formatter().parse(text) if field is not None)


def test_texts_are_literals_where_they_are_translated():
    assert [place for place, text in FOUND if text is None] == []
    assert len(TEXTS) > 80


def test_the_collector_sees_every_way_to_translate():
    source = 'a = _("one"); words("two {n}", n=1); self.words("three"); other("four")'
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    names = [call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id for call in calls]
    assert [name in TRANSLATORS for name in names] == [True, True, True, False]


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_with_the_same_placeholders(language):
    texts = Words(language)._texts
    missing = sorted(TEXTS - texts.keys())
    assert missing == [], f"{len(missing)} texts have no translation"
    wrong = [text for text in TEXTS if placeholders(text) != placeholders(texts[text])]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_no_translation_is_left_over_or_empty(language):
    texts = Words(language)._texts
    assert sorted(texts.keys() - TEXTS) == []
    assert [text for text, translated in texts.items() if not translated.strip()] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_kpi_has_a_name_of_its_own(language, binary):
    said = subprocess.run(
        [binary, "list", "kpis", "--json"], capture_output=True, check=True, text=True
    ).stdout
    names = {kpi["name"] for kpi in json.loads(said)["kpis"]}
    translated = Words(language)._kpis
    assert sorted(names - translated.keys()) == []
    assert sorted(translated.keys() - names) == []
    assert len(set(translated.values())) == len(translated)


def test_chinese_is_chinese():
    words = Words("zh")
    texts = [*words._texts.values(), *words._kpis.values()]
    without = [text for text in texts if not re.search(r"[\u4e00-\u9fff]", text)]
    assert set(without) <= {"ETTR"}
    assert words("{n} of {all} runs", n=3, all=4) == "3 / 4 次运行"
    assert words.kpi("revenue", "what customers pay in the end") == "营业收入\uff08客户最终支付\uff09"
    assert words.kpi("unknown", "as the file says") == "as the file says"
