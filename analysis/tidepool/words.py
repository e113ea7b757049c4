"""Languages of the report. Texts are written in English where they are used; `Words` finds their translation."""

from __future__ import annotations

from importlib import import_module

LANGUAGES = ("en", "zh")


class Words:
    """Translates: `_ = Words("zh"); _("Queue wait")`, `_("{n} jobs", n=3)`.

    The text itself is the key, so it must be a literal in the call: a test collects them all and demands a translation.
    Names that come from files (tenants, KPI long names of unknown KPIs) are never translated.
    """

    def __init__(self, language: str = "en") -> None:
        """Take one of LANGUAGES."""
        self.language = language
        self._texts: dict[str, str] = {}
        self._kpis: dict[str, str] = {}
        if language != "en":
            module = import_module(f"tidepool.words_{language}")
            self._texts, self._kpis = module.TEXTS, module.KPIS

    def __call__(self, text: str, **values: object) -> str:
        """Translate `text` and put `values` in its braces."""
        text = self._texts.get(text, text)
        return text.format(**values) if values else text

    def kpi(self, name: str, long_name: str) -> str:
        """What the KPI `name` is called; `long_name` as the file has it."""
        return self._kpis.get(name, long_name)
