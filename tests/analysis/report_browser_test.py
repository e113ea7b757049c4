"""A real browser opens reports: what it shows, what it asks for, and what it does not do.

Screenshots and a printed page are left in build/report-screenshots.
"""

import base64
import time
from itertools import pairwise

import pytest
import report_sample as sample
from report_browser import SCREENSHOTS, complaints, requests_of, screenshot, show, wait_for_charts
from report_files import write_run, write_sweep
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tidepool import numbers, report_palette, results
from tidepool.report_page import Request, page
from tidepool.words import Words

VALUES = {"allocation_rate": 0.735, "goodput_rate": 0.5, "gpu_hours_lost": 1703.0, "revenue": 1599178.24}
LATER = {"allocation_rate": 0.70, "goodput_rate": 0.55, "gpu_hours_lost": 1703.0, "revenue": 1600000.0}
GOODPUT = [[0.5, 0.5], [0.8, 0.8], [0.72, 0.72]]
SETTINGS = [("en", "light"), ("zh", "dark")]

# What the charts of `report_sample` draw: (id, selector of the elements, how many), counted by hand.
LINES, BARS, POINTS = ".scatterlayer .trace.scatter", ".barlayer .point", ".scatterlayer .point"
DRAWN_OF_RUN = [
    *(
        ("capacity", LINES, 4),
        ("tide", LINES, 2),
        ("goodput", BARS, 5),
        ("money", BARS, 4),
        ("pareto", BARS, 3),
    ),
    *(
        ("pareto", LINES, 1),
        ("timeline", POINTS, 4),
        ("waits", LINES, 1),
        ("tenants", ".heatmaplayer .hm", 1),
    ),
    *(("names", BARS, 27), ("axis", BARS, 9), ("tide", ".shapelayer path", 2)),
]
DRAWN_OF_SWEEP = [
    *(("fan", LINES, 3), ("front", POINTS, 4), ("front", ".errorbar", 4), ("grid", ".heatmaplayer .hm", 1)),
    *(("grid", ".heatmap-label", 3), ("tornado", BARS, 4)),
]


@pytest.fixture(scope="session")
def reports(tmp_path_factory):
    """Pages by kind and language: of one run, of two runs, of a sweep."""
    folder = tmp_path_factory.mktemp("reports")
    first = results.open(write_run(folder / "a.h5", VALUES, title=sample.HOSTILE[0]))
    other = results.open(
        write_run(folder / "b.h5", LATER, title=sample.HOSTILE[5], resolved="a: 1\nb: <b>3</b>\n")
    )
    params = {"nodes.spare": ["1", "2", sample.HOSTILE[1]]}
    sweep = results.sweep(write_sweep(folder / "s.h5", params, {"goodput_rate": GOODPUT}, title="sweep"))
    command = Request(["tidepool", "report", sample.HOSTILE[0]])
    paths = {}
    for language in ("en", "zh"):
        words = Words(language)
        charts = sample.of_runs([first], words)
        for kind, html in (
            ("run", page([first], charts, words, command)),
            ("comparison", page([first, other], charts, words, command)),
            ("sweep", page([sweep], sample.of_sweep(sweep, words), words, command)),
        ):
            paths[kind, language] = folder / f"{kind}-{language}.html"
            paths[kind, language].write_text(html, encoding="utf-8")
    return paths


def plots(browser):
    """The elements that charts are drawn in, by the id of the chart in `report_sample`."""
    titles = {"Capacity of the run": "capacity", "Demand": "tide", "Causes": "pareto", "When": "timeline"}
    titles |= {"From capacity to useful work": "goodput", "Profit and loss": "money", "First waits": "waits"}
    titles |= {"Tenants": "tenants", sample.HOSTILE[0]: "names", "By tenant": "axis"}
    titles |= {"Goodput by spares": "fan", "Cost and goodput": "front", "Goodput": "grid"}
    titles |= {"What moves goodput": "tornado"}
    figures = browser.find_elements(By.CSS_SELECTOR, "figure.chart:has(.plot)")
    return {
        titles[figure.find_element(By.TAG_NAME, "h3").text]: figure.find_element(By.CLASS_NAME, "plot")
        for figure in figures
    }


@pytest.mark.parametrize(("language", "theme"), SETTINGS)
@pytest.mark.parametrize("kind", ["run", "comparison", "sweep"])
def test_a_report_is_whole_quiet_and_safe(browser, reports, kind, language, theme):
    path = reports[kind, language]
    show(browser, path, theme)
    assert complaints(browser) == []
    asked = [address for address in requests_of(browser) if not address.startswith("data:")]
    assert asked == [path.as_uri()]
    assert browser.execute_script("return window.canary") is None
    charts = plots(browser)
    drawn = DRAWN_OF_SWEEP if kind == "sweep" else DRAWN_OF_RUN
    assert charts.keys() == {name for name, _, _ in drawn}
    for name, selector, count in drawn:
        found = charts[name].find_elements(By.CSS_SELECTOR, selector)
        assert len(found) == count, (name, selector)
    for section in browser.find_elements(By.CSS_SELECTOR, "main section"):
        assert section.find_elements(By.CSS_SELECTOR, ".card, table, .plot svg, .diagram li, pre"), (
            section.text
        )
    background = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    palette = report_palette.DARK if theme == "dark" else report_palette.LIGHT
    assert background == rgb(palette["page"])
    screenshot(browser, f"{kind}-{language}-{theme}", 1280)


def rgb(colour):
    return f"rgb({', '.join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))})"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_cards_show_the_numbers_of_the_files(browser, reports, language):
    show(browser, reports["comparison", language])
    cards = {
        card.get_attribute("data-kpi"): [
            number.text for number in card.find_elements(By.CLASS_NAME, "number")
        ]
        for card in browser.find_elements(By.CLASS_NAME, "card")
    }
    assert cards == {
        "allocation_rate": ["73.50 %", "70 %"],
        "goodput_rate": ["50 %", "55 %"],
        "gpu_hours_lost": ["1,703 GPU-h", "1,703 GPU-h"],
        "revenue": ["1,599,178 USD", "1,600,000 USD"],
    }
    changes = [element.text for element in browser.find_elements(By.CSS_SELECTOR, ".card .change")]
    better, worse, same = {"en": ("better", "worse", "unchanged"), "zh": ("更优", "更差", "无变化")}[language]
    assert [better in changes[1], worse in changes[0], same in changes[2], better in changes[3]] == [True] * 4
    assert changes[0].startswith("✗") and changes[1].startswith("✓") and changes[2].startswith("=")


def test_names_are_shown_as_they_are_and_do_nothing(browser, reports):
    show(browser, reports["run", "en"])
    shown = browser.find_element(By.TAG_NAME, "body").get_attribute("textContent")
    for name in sample.HOSTILE:
        assert numbers.visible(name, 80) in shown, name
    assert browser.find_element(By.TAG_NAME, "h1").text == sample.HOSTILE[0]
    chart = plots(browser)["axis"]
    ticks = [
        tick.get_attribute("textContent") for tick in chart.find_elements(By.CSS_SELECTOR, ".xtick text")
    ]
    assert [tick.strip("\u2068\u2069") for tick in ticks] == [
        numbers.visible(name, 32) for name in sample.HOSTILE
    ]
    hover = "Plotly.Fx.hover(arguments[0], [{curveNumber: arguments[1], pointNumber: 1}])"
    names = plots(browser)["names"]
    for number, name in enumerate(sample.HOSTILE[:5]):
        time.sleep(0.15)  # plotly.js waits between two
        browser.execute_script(hover, names, number)
        said = [
            text.get_attribute("textContent")
            for text in names.find_elements(By.CSS_SELECTOR, ".hoverlayer text")
        ]
        assert numbers.visible(name, 40) in said, said  # its name
        assert any(numbers.visible(name, 60) in text for text in said if "(1, " in text)  # and its label
    assert browser.execute_script("return window.canary") is None
    assert browser.find_elements(By.CSS_SELECTOR, "img, [onerror], a[href^=javascript], .plot a") == []
    assert complaints(browser) == []


def test_the_button_changes_the_theme_and_remembers_nothing(browser, reports):
    path = reports["sweep", "en"]
    show(browser, path, "light")
    read = "return [...arguments[0].querySelectorAll('path.js-line')].map((path) => getComputedStyle(path).stroke)"
    assert rgb(report_palette.LIGHT["free-0"]) in browser.execute_script(read, plots(browser)["fan"])
    browser.find_element(By.ID, "theme").click()
    wait_for_charts(browser)
    assert rgb(report_palette.DARK["free-0"]) in browser.execute_script(read, plots(browser)["fan"])
    kept = browser.execute_script("try { return localStorage.length } catch (error) { return 0 }")
    assert kept == 0 and browser.execute_script("return document.cookie") == ""
    show(browser, path, "light")
    assert browser.execute_script("return getComputedStyle(document.body).backgroundColor") == rgb(
        report_palette.LIGHT["page"]
    )


@pytest.mark.parametrize("kind", ["run", "comparison", "sweep"])
def test_nothing_is_wider_than_a_telephone(browser, reports, kind):
    show(browser, reports[kind, "en"], width=360)
    assert browser.execute_script("return document.documentElement.scrollWidth") == 360
    wide = """return [...document.querySelectorAll('.plot .main-svg, .card, figure, details')]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1).length"""
    assert browser.execute_script(wide) == 0
    screenshot(browser, f"{kind}-360", 360)


def test_the_keyboard_reaches_everything(browser, reports):
    show(browser, reports["run", "en"])
    summaries = browser.execute_script(
        "return [...document.querySelectorAll('summary')].map((item, index) => item.dataset.number = index).length"
    )
    assert summaries >= 10
    look = """
        const now = document.activeElement, style = getComputedStyle(now);
        return [now.tagName, now.dataset.number || now.className || now.id, style.outlineStyle];
    """
    seen, first = [], None
    for _ in range(400):
        ActionChains(browser, duration=0).send_keys(Keys.TAB).perform()
        tag, name, outline = browser.execute_script(look)
        if tag == "BODY" or (tag, name) == first:
            break
        first = first or (tag, name)
        seen.append((tag, name))
        assert outline != "none", (tag, name)
    assert seen[0] == ("A", "skip")
    assert ("BUTTON", "theme") in seen
    assert [name for tag, name in seen if tag == "SUMMARY"] == [str(number) for number in range(summaries)]
    details = browser.find_element(By.CSS_SELECTOR, "details.data")
    details.find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
    assert details.get_attribute("open") is not None
    assert details.find_element(By.CSS_SELECTOR, "tbody th").is_displayed()


@pytest.mark.parametrize("kind", ["run", "comparison", "sweep"])
def test_a_screen_reader_finds_its_way(browser, reports, kind):
    show(browser, reports[kind, "zh"])
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "zh-Hans"
    levels = browser.execute_script(
        "return [...document.querySelectorAll('h1, h2, h3')].map((heading) => Number(heading.tagName[1]))"
    )
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    for plot in browser.find_elements(By.CLASS_NAME, "plot"):
        assert plot.get_attribute("role") == "img" and len(plot.get_attribute("aria-label")) > 10
    for figure in browser.find_elements(By.TAG_NAME, "figure"):
        assert figure.find_element(By.TAG_NAME, "figcaption").text
    unscoped = "return document.querySelectorAll('th:not([scope]), table:not(:has(thead))').length"
    assert browser.execute_script(unscoped) == 0
    inside = "return document.querySelectorAll('.plot :is(a, button, input, [tabindex])').length"
    assert browser.execute_script(inside) == 0  # of an image nothing can be focused


def test_a_printed_report_is_light_and_whole(browser, reports):
    show(browser, reports["comparison", "en"], "dark")
    watch = """
        addEventListener("beforeprint", () => {
            const open = [...document.querySelectorAll("details.kpis")].every((item) => item.open);
            window.printed = [getComputedStyle(document.documentElement).colorScheme, open,
                Math.max(...[...document.querySelectorAll(".main-svg")].map((svg) => svg.clientWidth))];
        });
    """
    browser.execute_script(watch)
    paper = {"printBackground": True, "paperWidth": 8.27, "paperHeight": 11.69, "preferCSSPageSize": True}
    pdf = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", paper)["data"])
    assert pdf.startswith(b"%PDF-")
    assert len(pdf) > 50_000
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    (SCREENSHOTS / "comparison.pdf").write_bytes(pdf)
    assert browser.execute_script("return window.printed") == ["light", True, 690]
    wait_for_charts(browser)
    background = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert background == rgb(report_palette.DARK["page"])
    assert complaints(browser) == []
