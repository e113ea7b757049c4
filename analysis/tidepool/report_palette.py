"""Colours of the report in light and in dark, by the name of their CSS property.

Colours of data come from sets that people with the common kinds of colour blindness can tell apart (blue, orange,
teal, purple of unequal lightness; after Okabe and Ito 2008 and Tol 2021), and no chart relies on them alone.
"""

from __future__ import annotations

LIGHT = {
    "page": "#f4f6f9",
    "surface": "#ffffff",
    "raised": "#edf1f6",
    "line": "#d5dce5",
    "ink": "#16202c",
    "muted": "#52606f",
    "accent": "#0a58a8",
    "better": "#0b6b50",
    "worse": "#a53a00",
    "added": "#e3f4ec",
    "removed": "#fdebe0",
    "warning": "#fff4d6",
    "grid": "#e3e8ee",
    "heat-0": "#eef3fa",
    "heat-1": "#a9c8e8",
    "heat-2": "#4b8fcb",
    "heat-3": "#12559c",
    "heat-4": "#06264f",
    "tone-capacity": "#4a5868",
    "tone-useful": "#00846a",
    "tone-allocated": "#1f6fb8",
    "tone-idle": "#b3bdc9",
    "tone-spare": "#e3c34a",
    "tone-down": "#2b2f36",
    "tone-checkpoint": "#5aaee0",
    "tone-lost": "#cf4a00",
    "tone-restart": "#e59a1c",
    "tone-stalled": "#8e5ba6",
    "tone-reserved": "#0f4c8a",
    "tone-on-demand": "#3f9bd9",
    "tone-spot": "#e59a1c",
    "tone-service": "#c26a9c",
    "tone-demand": "#2b3440",
    "tone-served": "#00846a",
    "tone-rejected": "#cf4a00",
    "tone-revenue": "#00846a",
    "tone-cost": "#cf4a00",
    "tone-credit": "#8e5ba6",
    "free-0": "#0a63b0",
    "free-1": "#d97a00",
    "free-2": "#00846a",
    "free-3": "#b4518c",
    "free-4": "#3f9bd9",
    "free-5": "#a53a00",
    "free-6": "#6b4fa3",
    "free-7": "#6f7b00",
    "free-8": "#4a5868",
    "free-9": "#8c564b",
}
DARK = {
    "page": "#0f141b",
    "surface": "#18202a",
    "raised": "#222c38",
    "line": "#354252",
    "ink": "#e8edf3",
    "muted": "#a7b4c2",
    "accent": "#72b6ff",
    "better": "#5cd6ac",
    "worse": "#ffac70",
    "added": "#12352b",
    "removed": "#43260f",
    "warning": "#3d3110",
    "grid": "#2b3644",
    "heat-0": "#1d2733",
    "heat-1": "#12457f",
    "heat-2": "#2f7dc4",
    "heat-3": "#83bcee",
    "heat-4": "#e4f1ff",
    "tone-capacity": "#9fb0c2",
    "tone-useful": "#2fbf97",
    "tone-allocated": "#4c9be8",
    "tone-idle": "#5f6d7c",
    "tone-spare": "#e8cc62",
    "tone-down": "#c9d1da",
    "tone-checkpoint": "#8fd0f7",
    "tone-lost": "#ff7a33",
    "tone-restart": "#f2b44d",
    "tone-stalled": "#bd8fd4",
    "tone-reserved": "#4a86d0",
    "tone-on-demand": "#7cc4f5",
    "tone-spot": "#f2b44d",
    "tone-service": "#e592c1",
    "tone-demand": "#e8edf3",
    "tone-served": "#2fbf97",
    "tone-rejected": "#ff7a33",
    "tone-revenue": "#2fbf97",
    "tone-cost": "#ff7a33",
    "tone-credit": "#bd8fd4",
    "free-0": "#5aa9f5",
    "free-1": "#f5a03a",
    "free-2": "#2fbf97",
    "free-3": "#e592c1",
    "free-4": "#9ad6fb",
    "free-5": "#ff8a5c",
    "free-6": "#b39be6",
    "free-7": "#c6cf5a",
    "free-8": "#9fb0c2",
    "free-9": "#d3a399",
}
FREE = sum(name.startswith("free-") for name in LIGHT)
HEAT = sum(name.startswith("heat-") for name in LIGHT)


def tone(name: str) -> str:
    """What charts call the colour of a tone; the page looks it up in its present theme."""
    return f"--tone-{name}"


def free(index: int) -> str:
    """The colour of the `index`-th thing without a tone; they come again after FREE."""
    return f"--free-{index % FREE}"


def heat_scale() -> list[list[float | str]]:
    """The colour scale of heat maps, light to dark on paper."""
    return [[step / (HEAT - 1), f"--heat-{step}"] for step in range(HEAT)]
