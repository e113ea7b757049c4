"""The JSON schema of plans, for editors; `optimize_plan` is what reads them."""

from __future__ import annotations

from typing import Any

from tidepool.optimize_plan import BOUND, FORMAT, METHODS, Search


def schema() -> dict[str, Any]:
    """Draft 7."""
    quantity = {"type": ["number", "string"]}
    span = {
        "type": "object",
        "properties": {name: {**quantity, "description": about} for name, about in (
            ("from", "First value, with its unit if it has one."),
            ("to", "No value lies beyond."),
            ("step", "From one value to the next, in the same unit."),
        )},
        "required": ["from", "to", "step"],
        "additionalProperties": False,
    }  # fmt: skip
    bound = {"type": "string", "pattern": rf"^\s*{BOUND.pattern}\s*$"}
    constraint = {
        "oneOf": [
            {**bound, "description": "On the mean over the runs, such as '>= 95 %'."},
            {
                "type": "object",
                "properties": {
                    "bound": bound,
                    "in": {"type": ["number", "string"], "description": "Share of the runs."},
                },
                "required": ["bound", "in"],
                "additionalProperties": False,
            },
        ]
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Tidepool plan",
        "type": "object",
        "properties": {
            "tidepool_plan": {"const": FORMAT, "description": "Version of this format."},
            "name": {"type": "string"},
            "question": {"type": "string", "description": "What the plan answers, in a sentence."},
            "base": {"type": "string", "description": "Path of the scenario, from the folder of this file."},
            "set": {"type": "object", "description": "Replaces values of the scenario, for every point."},
            "axes": {
                "type": "object",
                "minProperties": 1,
                "description": "What may be chosen: a name, and the paths of the scenario that go with it, in step.",
                "additionalProperties": {
                    "type": "object",
                    "minProperties": 1,
                    "additionalProperties": {"oneOf": [span, {"type": "array", "minItems": 1}]},
                },
            },
            "maximise": {"type": "string", "description": "KPI of which more is wanted."},
            "minimise": {"type": "string", "description": "KPI of which less is wanted."},
            "subject_to": {
                "type": "object",
                "additionalProperties": constraint,
                "description": "Bounds on KPIs.",
            },
            "search": {"type": "object", "properties": _search(), "additionalProperties": False},
        },
        "required": ["tidepool_plan", "name", "base", "axes"],
        "oneOf": [{"required": ["maximise"]}, {"required": ["minimise"]}],
        "additionalProperties": False,
    }


def _search() -> dict[str, Any]:
    default = Search()
    whole = {"type": "integer", "minimum": 1}
    return {
        "method": {
            "enum": list(METHODS),
            "default": default.method,
            "description": "All points, or Optuna's sampler.",
        },
        "replicas": {**whole, "default": default.replicas, "description": "Runs of a point while looking."},
        "points": {
            **whole,
            "default": default.points,
            "description": "Of optuna: points to look at.",
        },
        "batch": {**whole, "default": default.batch, "description": "Of optuna: points at a time."},
        "candidates": {**whole, "default": default.candidates, "description": "Points to confirm."},
        "confirm": {
            "type": "integer",
            "minimum": 2,
            "default": default.confirm,
            "description": "Runs of each.",
        },
        "confidence": {
            "type": ["number", "string"],
            "description": "Of intervals and bounds; default: 95 %.",
        },
        "seed": {"type": "integer", "minimum": 0, "default": default.seed, "description": "Of all luck."},
    }
