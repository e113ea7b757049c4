"""The page of `tidepool report`, without a browser."""

import base64
import hashlib
import json
import re

import numpy as np
import pytest
import report_sample as sample
from report_files import KPIS, Page, write_run, write_sweep

from tidepool import report_page, report_palette, results
from tidepool.chart import SECTIONS, XY, Axis, Chart, Series
from tidepool.report_page import LIMIT, PageTooLargeError, Request, embedded, letter, page
from tidepool.words import Words

VALUES = {
    "allocation_rate": 0.735,
    "goodput_rate": 0.5,
    "gpu_hours_lost": 1703.0,
    "ettr": np.nan,
    "wait_p95_s": 7200.0,
    "revenue": 1599178.24,
    "payback_years": np.inf,
}


def of_run(tmp_path, charts=None, values=None, language="en", **more):
    run = results.open(write_run(tmp_path / "run.h5", values or VALUES, **more))
    return page([run], sample.of_runs([run], Words()) if charts is None else charts, Words(language))


def test_the_page_is_one_file_that_may_load_nothing(tmp_path):
    html = of_run(tmp_path)
    assert len(html.encode()) <= LIMIT
    made = Page(html)
    (policy,) = [about["content"] for tag, about in made.elements if about.get("http-equiv")]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert (
        rules["default-src"] == "'none'"
        and rules["base-uri"] == "'none'"
        and rules["form-action"] == "'none'"
    )
    assert rules["img-src"] == "data:"
    running = [text for tag, about, text in made.scripts if tag == "script" and "type" not in about]
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in running]
    assert rules["script-src"].split() == [f"'sha256-{one}'" for one in hashes]
    assert len(running) == 2
    loading = [about[key] for _, about in made.elements for key in ("src", "href") if key in about]
    assert all(address.startswith(("#", "data:")) for address in loading)
    assert not any(name.startswith("on") for _, about in made.elements for name in about)


def test_all_figures_are_json_and_every_id_is_there_once(tmp_path):
    html = of_run(tmp_path)
    made = Page(html)
    assert len(made.figures) == 10  # of eleven charts one is a diagram
    assert all(figure["data"] and figure["layout"] for figure in made.figures)
    ids = made.ids()
    assert len(ids) == len(set(ids))
    targets = [about["href"][1:] for tag, about in made.elements if tag == "a"]
    assert set(targets) <= set(ids)


def test_hostile_names_are_text_and_nothing_else(tmp_path):
    html = of_run(
        tmp_path, title=sample.HOSTILE[0], extra=[("x<script>", 1.0, "1", "none", "<i>", sample.HOSTILE[2])]
    )
    made = Page(html)
    tags = {tag for tag, _ in made.elements}
    assert not tags & {"img", "b", "i", "script>"}
    assert sum(tag == "script" for tag, _ in made.elements) == 2 + 10
    assert sample.HOSTILE[0] in made.text and sample.HOSTILE[2] in made.text and "x<script>" in made.text
    assert "trace</b>.csv" in made.text
    assert r"line\nbreak\x1b[31m\u202e" in made.text
    assert "\x1b" not in html and "\u202e" not in html


def test_texts_of_charts_are_no_html_for_plotly(tmp_path):
    made = Page(of_run(tmp_path))
    patterns = r'"hovertemplate": "%\{y\}<br>%\{x\}<br><b>%\{z:[^"<]*\}</b><extra></extra>"'  # ours, the same for all
    texts = re.sub(patterns, "", json.dumps(made.figures)).replace("<br>", "")  # titles in two lines
    assert not set("<>") & set(texts)
    assert "&lt;script&gt;window.canary=1&lt;/script&gt;" in texts
    heat = next(figure for figure in made.figures if figure["data"][0]["type"] == "heatmap")
    assert "\u2068\u0645\u0633\u062a\u0623\u062c\u0631\u2069" in heat["data"][0]["y"]  # isolated
    assert len(heat["data"][0]["y"]) == len(set(heat["data"][0]["y"])) == len(sample.HOSTILE)


def test_embedded_json_cannot_end_its_element():
    value = {"a": "</script><!--", "b": "\u2028\u2029&"}
    text = str(embedded(value))
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == value


def test_sections_come_in_order_and_none_is_empty(tmp_path):
    made = Page(of_run(tmp_path))
    sections = [about["id"] for tag, about in made.elements if tag == "section"]
    middle = sections[2:-1]
    assert sections[:2] == ["verdict", "kpis"] and sections[-1] == "reproduce"
    assert middle == [name for name in SECTIONS if name in middle]
    assert middle == ["capacity", "tide", "goodput", "money", "failures", "waits", "tenants", "topology"]
    bare = Page(of_run(tmp_path, charts=[]))
    assert [about["id"] for tag, about in bare.elements if tag == "section"] == [
        "verdict",
        "kpis",
        "reproduce",
    ]


def test_cards_say_what_the_file_says(tmp_path):
    html = of_run(tmp_path)
    cards = dict(re.findall(r'<li class="card" data-kpi="(\w+)">.*?class="number">([^<]*)<', html, re.S))
    assert cards == {
        "allocation_rate": "73.50 %",
        "goodput_rate": "50 %",
        "gpu_hours_lost": "1,703 GPU-h",
        "wait_p95_s": "2 h",
        "revenue": "1,599,178 USD",
        "payback_years": "never",
    }  # and no ETTR: it is not defined
    assert "because no file defines them: numbers, 1 in all" in Page(html).text


def test_changes_are_judged_by_what_is_better(tmp_path):
    first = results.open(write_run(tmp_path / "a.h5", VALUES | {"ettr": 0.9}))
    values = VALUES | {"goodput_rate": 0.55, "gpu_hours_lost": 1803.0, "ettr": np.nan, "wait_p95_s": 3600.0}
    second = results.open(write_run(tmp_path / "b.h5", values))
    text = Page(page([first, second], [], Words())).text
    for said in (
        "50 % B 55 % ✓ better +5 pp (+10.0 %)",
        "1,703 GPU-h B 1,803 GPU-h ✗ worse +100 GPU-h (+5.9 %)",
        "2 h B 60 min ✓ better -60 min (-50.0 %)",
        "73.50 % B 73.50 % = unchanged",
        "A never B never = unchanged",
        "90 % B not defined",
    ):
        assert re.search(re.escape(said), text), said


def test_kpis_without_a_direction_change_without_a_verdict(tmp_path):
    files = [
        results.open(write_run(tmp_path / f"{name}.h5", {"gpu_hours_capacity": value}))
        for name, value in (("a", 100.0), ("b", 150.0))
    ]
    html = page(files, [], Words())
    assert "changed +50 GPU-h (+50.0 %)" in Page(html).text
    assert 'class="change changed"' in html and "change better" not in html and "change worse" not in html


def test_amounts_of_different_currencies_are_not_subtracted(tmp_path):
    files = [
        results.open(write_run(tmp_path / f"{name}.h5", {"revenue": 100.0, "goodput_rate": rate}, currency))
        for name, rate, currency in (("a", 0.5, "USD"), ("b", 0.6, "CNY"))
    ]
    html = page(files, [], Words())
    assert "100.00 USD" in html and "100.00 CNY" in html
    assert "unchanged" not in Page(html).text
    assert "+10 pp (+20.0 %)" in Page(html).text


def test_sums_of_different_horizons_are_not_subtracted_and_rates_are(tmp_path):
    kpis = {
        "gpu_hours_lost": 10.0,
        "goodput_rate": 0.5,
        "wait_p95_s": 10.0,
        "revenue": 5.0,
        "payback_years": 2.0,
    }
    files = [
        results.open(
            write_run(
                tmp_path / f"{days}.h5", {k: v * days for k, v in kpis.items()}, horizon_s=days * 86400.0
            )
        )
        for days in (1.0, 2.0)
    ]
    html = page(files, [], Words())
    changed = set(re.findall(r'<tr data-kpi="(\w+)">(?:(?!</tr>).)*class="change', html, re.S))
    assert changed == {"goodput_rate", "wait_p95_s", "payback_years"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_difference_of_scenarios_marks_its_lines(tmp_path, language):
    first = results.open(write_run(tmp_path / "a.h5", VALUES, resolved="a: 1\nb: <2>\nc: 3\n"))
    other = results.open(write_run(tmp_path / "b.h5", VALUES, resolved="a: 1\nb: 4\nc: 3\nd: 5\n"))
    html = page([first, other, first], [], Words(language))
    assert re.findall(r"<ins>(.*?)\n</ins>", html, re.S) == ["+b: 4", "+d: 5"]
    assert re.findall(r"<del>(.*?)\n</del>", html, re.S) == ["-b: &lt;2&gt;"]
    assert html.count('<details class="diff"') == 1
    assert 'id="difference"' not in page([first, first], [], Words(language))


def test_unfinished_files_are_said_to_be_so_at_the_top(tmp_path):
    path = write_run(tmp_path / "a.h5.partial", {}, status="running", reached_s=43200.0)
    with pytest.warns(results.PartialResultWarning):
        run = results.open(path)
    text = Page(page([run], [], Words())).text
    assert "a.h5.partial is not finished (running): it got to 12 h of 24 h." in text
    assert "There are no numbers yet" in text and "Verdict" not in text


def test_runs_tell_how_to_make_them_again(tmp_path):
    path = write_run(tmp_path / "a.h5", VALUES)
    run = results.open(path)
    assert "does not say which command made it (--reproducible)" in page([run], [], Words())
    import h5py

    with h5py.File(path, "a") as file:
        file.create_group("provenance").attrs.update(
            {"argv": "tidepool run a.yaml --seed 1", "version": "0.1.0"}
        )
    html = page([results.open(path)], [], Words(), Request(["tidepool", "report", "a b.h5", "-o", "r.html"]))
    assert "tidepool run a.yaml --seed 1" in html
    assert "tidepool report &#39;a b.h5&#39; -o r.html" in html
    assert "--set seed=1" in html and "ab" * 32 in html and "1,234,567" in html


def test_the_same_files_make_the_same_page(tmp_path):
    assert of_run(tmp_path) == of_run(tmp_path)


def test_many_large_charts_are_thinned_to_the_limit_and_keep_their_extremes(tmp_path, monkeypatch):
    bare = len(of_run(tmp_path, charts=[]).encode())
    monkeypatch.setattr(report_page, "LIMIT", bare + 200_000)
    x = np.arange(2000.0)
    y = np.random.default_rng(1).uniform(1, 2, (8, 2000)) * 1e6 / 3
    y[:, 1234] = 5e7
    charts = [
        Chart(
            f"c{i}",
            "tide",
            "t",
            "s",
            XY(Axis("x"), Axis("y"), (Series("a", x, row), Series("b", x, row * 1.1))),
        )
        for i, row in enumerate(y)
    ]
    html = of_run(tmp_path, charts=charts)
    assert bare + 50_000 < len(html.encode()) <= bare + 200_000
    assert "charts have fewer points than usual" in html
    figures = Page(html).figures
    assert len(figures) == 8
    for figure in figures:
        assert max(figure["data"][0]["y"]) == 5e7
        assert [trace["x"] for trace in figure["data"]] == [0, 0]  # both have the same x
        (x,) = figure["shared"]
        assert x[0] == 0 and x[-1] == 1999 and len(x) == len(figure["data"][0]["y"])


def test_a_page_that_cannot_be_small_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(report_page, "LIMIT", 4_800_000)  # less than plotly.js alone
    with pytest.raises(PageTooLargeError, match="1 files make a page of more than 4,800,000 bytes"):
        of_run(tmp_path)


def test_sweeps_name_the_best_cell_and_how_sure_it_is(tmp_path):
    params = {"scheduler.spare_nodes": ["1", "2", "<4>"], "a.interval": ["1 h", "2 h", "3 h"]}
    kpis = {"goodput_rate": [[0.5, 0.5], [0.8, 0.8], [0.72, 0.72]], "gpu_hours_lost": [[3.0, 3.0]] * 3}
    sweep = results.sweep(write_sweep(tmp_path / "s.h5", params, kpis))
    html = page([sweep], sample.sweep(), Words())
    text = Page(html).text
    assert "80 % best at spare_nodes = 2, interval = 2 h; 95 % interval 75 % to 85 % from 2 runs" in text
    assert "intervals of other cells that overlap it: 1" in text  # [0.67, 0.77] and [0.75, 0.85]
    assert "3 GPU-h the same in all 3 cells" in text
    assert re.findall(r'<tr data-cell="(\d)">', html) == ["0", "1", "2"]
    assert re.findall(r'<tr data-cell="1">.*?class="best">([^<]*) <', html) == ["80 % ± 5 pp"]
    assert "How many spares?" in text and "&lt;4&gt;" in html
    assert len(Page(html).figures) == 4


def test_the_best_cell_is_the_lowest_one_where_less_is_better(tmp_path):
    kpis = {"gpu_hours_lost": [[9.0, 9.0], [4.0, 6.0], [7.0, 7.0]]}
    sweep = results.sweep(write_sweep(tmp_path / "s.h5", {"x": ["1", "2", "3"]}, kpis))
    html = page([sweep], [], Words())
    assert "5 GPU-h best at x = 2; 95 % interval 4.950 GPU-h to 5.050 GPU-h from 2 runs" in Page(html).text
    (row,) = re.findall(r'<tr data-kpi="gpu_hours_lost">.*?</tr>', html, re.S)
    assert re.findall(r'class="best">([^<]*) <', row) == ["5 GPU-h"] and ">9 GPU-h<" in row


def test_sweeps_without_replicas_or_statistics_say_so(tmp_path):
    kpis = {"goodput_rate": [[0.5], [0.8]]}
    sweep = results.sweep(write_sweep(tmp_path / "s.h5", {"x": ["1", "2"]}, kpis))
    text = Page(page([sweep], [], Words())).text
    assert "best at x = 2; one run only, so no interval" in text and "±" not in text.replace("± half", "")
    path = write_sweep(
        tmp_path / "t.h5.partial", {"x": ["1", "2"]}, kpis, False, status="running", rows_complete=1
    )
    with pytest.warns(results.PartialResultWarning):
        running = results.sweep(path)
    text = Page(page([running], [], Words())).text
    assert "t.h5.partial is not finished (running): 1 of 2 runs are in it." in text
    assert "There are no statistics yet" in text


def test_letters_go_on_after_z():
    assert [letter(index) for index in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]


def contrast(one, other):
    """WCAG 2.2: (L1 + 0.05) / (L2 + 0.05), of relative luminances."""

    def luminance(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return np.dot((0.2126, 0.7152, 0.0722), linear)

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [report_palette.LIGHT, report_palette.DARK], ids=["light", "dark"])
def test_text_can_be_read_in_every_theme(palette):
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    for ink in ("ink", "muted", "accent", "better", "worse"):
        for paper in ("page", "surface", "raised"):
            assert contrast(palette[ink], palette[paper]) >= 4.5, (ink, paper)
    for paper in ("added", "removed", "warning"):
        assert contrast(palette["ink"], palette[paper]) >= 4.5
    free = [name for name in palette if name.startswith("free-")]
    assert all(contrast(palette[name], palette["surface"]) >= 2.9 for name in free)


def test_both_themes_have_the_same_colours_and_all_tones():
    from typing import get_args

    from tidepool.chart import Tone

    assert report_palette.LIGHT.keys() == report_palette.DARK.keys()
    assert {f"tone-{tone}" for tone in get_args(Tone) if tone} <= report_palette.LIGHT.keys()


def test_all_kpis_of_the_fixture_are_in_the_table(tmp_path):
    values = dict.fromkeys(KPIS, 1.0)
    html = of_run(tmp_path, values=values)
    assert set(re.findall(r'<tr data-kpi="(\w+)">', html)) == set(KPIS)
