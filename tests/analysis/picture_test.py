"""`tidepool picture`: valid SVG that says what it shows, and knows when it is stale."""

from dataclasses import replace
from xml.etree import ElementTree

import h5py
import numpy as np
import pytest
import small

from tidepool import picture
from tidepool.chart import (
    XY,
    Axis,
    Box,
    Chart,
    Diagram,
    Heatmap,
    Mark,
    Series,
    Span,
    Step,
    Tornado,
    Waterfall,
)
from tidepool.words import Words

HOSTILE = "<script>alert('$x_1$')</script> & \"q\" \u202e\x00"
X = np.arange(3000.0)
NAMES = np.array(["a", HOSTILE, "c"], dtype=object)
BODIES = {
    "lines": XY(
        Axis("time", "s", "time"),
        Axis("share", "1", percent=True),
        (
            Series(HOSTILE, X, np.sin(X / 9), low=np.sin(X / 9) - 1, high=np.sin(X / 9) + 1),
            Series("b", X, X, "step", "lost"),
            Series("c", X, np.full(3000, np.nan), "points"),
        ),
        marks=(Mark("x", 10.0, HOSTILE), Mark("y", 0.5, "promise")),
    ),
    "stack": XY(
        Axis("time", "s", "time"),
        Axis("GPUs"),
        (Series("a", X, X, "area"), Series("b", X, X, "area")),
        stacked=True,
    ),
    "bars": XY(
        Axis("kind", scale="category"), Axis("n"), (Series("a", NAMES, np.array([1.0, 2.0, np.nan]), "bar"),)
    ),
    "log": XY(
        Axis("wait", "s", "log"), Axis("share", "1", percent=True), (Series("a", X + 1, X / 3000, "step"),)
    ),
    "waterfall": Waterfall(
        Axis("GPU-hours", "h"), (Step("all", 9.0, True), Step(HOSTILE, -4.0), Step("left", 5.0, True))
    ),
    "heat": Heatmap(
        Axis("x", scale="category"), Axis("y"), Axis("z"), ("1", HOSTILE), ("r",), np.array([[1.0, np.nan]])
    ),
    "tornado": Tornado(Axis("profit", "USD"), 0.0, (Span(HOSTILE, -1.0, 2.0, "low", HOSTILE),)),
    "diagram": Diagram((Box(HOSTILE, "cluster", parts=(Box("", "node", 4, parts=(Box("", "GPU", 8),)),)),)),
}


def chart(name, body):
    return Chart(name, "capacity", HOSTILE, "summary of " + HOSTILE, body)


@pytest.mark.parametrize("name", BODIES)
def test_every_kind_is_drawn_as_valid_svg_that_runs_nothing(name):
    made = chart(name, BODIES[name])
    for dark in (False, True):
        text = picture.svg(made, Words(), dark)
        root = ElementTree.fromstring(text)
        tags = [element.tag.rsplit("}", 1)[-1] for element in root.iter()]
        assert "script" not in tags and "a" not in tags and tags[1:4] == ["title", "desc", "metadata"]
        assert "alert" in root[0].text and "summary" in root[1].text
        assert len(text) < 100_000
        assert picture.is_current(text, made) and picture.chart_id(text) == name
    assert picture.svg(made, Words()) == picture.svg(made, Words())


def test_a_picture_is_stale_when_a_number_moves_and_not_for_its_last_bit():
    body = BODIES["waterfall"]
    text = picture.svg(chart("w", body), Words())
    for factor, current in ((1 + 1e-12, True), (1 + 1e-6, False)):
        steps = (replace(body.steps[0], value=body.steps[0].value * factor), *body.steps[1:])
        assert picture.is_current(text, chart("w", replace(body, steps=steps))) is current
    assert not picture.is_current("<svg></svg>", chart("w", body))


def ran(folder, *arguments):
    return small.called("picture", folder, *arguments)


@pytest.fixture(scope="module")
def folder(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("picture")
    small.write(folder)
    small.simulate(binary, folder, "run", "small.yaml", "a.h5")
    return folder


def test_through_the_program(folder):
    listed = ran(folder, "a.h5", "--list")
    assert listed.returncode == 0 and listed.stdout.splitlines()[0].startswith("capacity ")
    assert ran(folder, "a.h5", "--chart", "goodput", "-o", "g.svg").returncode == 0
    assert ran(folder, "a.h5", "--check", "g.svg").returncode == 0
    assert ran(folder, "a.h5", "--chart", "goodput", "-o", "g.svg").returncode == 2
    moved = folder / "moved.h5"
    moved.write_bytes((folder / "a.h5").read_bytes())
    with h5py.File(moved, "r+") as file:
        file["summary/gpu_hours_idle"][()] *= 2
    done = ran(folder, "moved.h5", "--check", "g.svg")
    assert done.returncode == 1 and "is stale" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("a.h5",), 2, "needs one of"),
        (("a.h5", "-o", "x.svg"), 2, "needs --chart"),
        (("a.h5", "--chart", "goodputt", "-o", "x.svg"), 2, "did you mean 'goodput'?"),
        (("a.h5", "--chart", "goodput", "-o", "absent/x.svg"), 3, "cannot write"),
        (("a.h5", "--check", "a.h5"), 2, "cannot be read"),
        (("absent.h5", "--list"), 2, "no such file"),
    ],
)
def test_mistakes_say_what_is_wrong_and_write_nothing(folder, arguments, code, sentence):
    done = ran(folder, *arguments)
    assert (done.returncode, sentence in done.stderr) == (code, True), done.stderr
    assert not (folder / "x.svg").exists()
