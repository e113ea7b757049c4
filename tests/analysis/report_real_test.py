"""Reports of the simulator's own results, made by the command and opened in a real browser."""

import subprocess
import sys
from pathlib import Path

import h5py
import pytest
from report_browser import complaints, requests_of, screenshot, show
from selenium.webdriver.common.by import By


@pytest.fixture(scope="session")
def real(binary, tmp_path_factory):
    """Results of the simulator and the report's own command: results and page by kind."""
    root = Path(__file__).resolve().parents[2]
    folder = tmp_path_factory.mktemp("real")
    made = {name: folder / f"{name}.h5" for name in ("neocloud-1024", "night-tide", "contract-mix")}
    for name in ("neocloud-1024", "night-tide"):
        simulate(binary, "run", root / f"scenarios/{name}/scenario.yaml", made[name])
    simulate(binary, "sweep", root / "scenarios/sweeps/contract-mix/sweep.yaml", made["contract-mix"])
    shorter = folder / "shorter.h5"
    simulate(binary, "run", root / "scenarios/neocloud-1024/scenario.yaml", shorter, "--seed", "2")
    pages = {}
    for kind, files, more in (
        ("money", [made["neocloud-1024"]], []),
        ("service", [made["night-tide"]], ["--lang", "zh"]),
        ("two", [made["neocloud-1024"], shorter], []),
        ("sweep", [made["contract-mix"]], []),
    ):
        out = folder / f"{kind}.html"
        command = [sys.executable, "-m", "tidepool.report_cli", *files, "-o", out, *more]
        subprocess.run([str(word) for word in command], check=True, capture_output=True)
        pages[kind] = (files, out)
    return pages


def simulate(binary, verb, source, out, *more):
    command = [binary, verb, source, "-o", out, "--progress", "none", "--reproducible", *more]
    subprocess.run([str(word) for word in command], check=True, capture_output=True)


DRAWN = """
    return [...document.querySelectorAll('.plot')].map((plot) => {
        const source = JSON.parse(document.getElementById(plot.dataset.source).textContent);
        const count = (selector) => plot.querySelectorAll(selector).length;
        const there = (values) => values.filter((value) => value !== null).length;
        const of = (kind) => source.data.filter((trace) => trace.type === kind);
        const bars = of('bar').map((trace) => there(trace.orientation === 'h' ? source.shared[trace.x] : trace.y));
        const marked = of('scatter').filter((trace) => (trace.mode || '').includes('markers'));
        const points = marked.map((trace) => there(trace.y));
        const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
        return {
            title: plot.closest('figure').querySelector('h3').textContent,
            traces: source.data.length,
            wanted: [of('scatter').length, of('heatmap').length, sum(bars), sum(points)],
            found: [count('.scatterlayer .trace.scatter'), count('.heatmaplayer .hm'), count('.barlayer .point'),
                count('.scatterlayer .trace .points .point')],
            ticks: ['.xtick', '.ytick'].map((axis) =>
                [...plot.querySelectorAll(axis + ' text')].map((text) => text.textContent)),
        };
    });
"""


@pytest.mark.parametrize("kind", ["money", "service", "two", "sweep"])
def test_reports_of_the_simulator_show_all_their_data(browser, real, kind):
    _, path = real[kind]
    show(browser, path)
    assert complaints(browser) == []
    assert [address for address in requests_of(browser) if not address.startswith("data:")] == [path.as_uri()]
    drawn = browser.execute_script(DRAWN)
    assert len(drawn) >= {"money": 10, "service": 8, "two": 10, "sweep": 3}[kind]
    for chart in drawn:
        assert chart["traces"] > 0, chart
        assert chart["found"] == chart["wanted"], chart
        assert all(len({*ticks}) == len(ticks) for ticks in chart["ticks"]), chart
    sections = browser.find_elements(By.CSS_SELECTOR, "main section")
    assert all(
        section.find_elements(By.CSS_SELECTOR, ".card, table, .plot svg, .diagram li, pre")
        for section in sections
    )
    screenshot(browser, f"real-{kind}", 1280)


def test_cards_equal_the_file_that_the_simulator_wrote(browser, real):
    files, path = real["two"]
    show(browser, path)
    values = []
    for file in files:
        with h5py.File(file) as opened:
            values.append({name: float(item[()]) for name, item in opened["summary"].items()})
    cards = browser.find_elements(By.CLASS_NAME, "card")
    assert len(cards) >= 8
    for card in cards:
        kpi = card.get_attribute("data-kpi")
        for element, of_file in zip(card.find_elements(By.CLASS_NAME, "number"), values, strict=True):
            amount, unit = element.text.split(" ", 1)
            scale = {"%": 0.01, "d": 86400.0, "h": 3600.0, "min": 60.0}.get(unit, 1.0)
            shown = float(amount.replace(",", "")) * scale
            places = len(amount.partition(".")[2])
            assert abs(shown - of_file[kpi]) <= 0.500001 * scale / 10**places, (
                kpi,
                element.text,
                of_file[kpi],
            )
