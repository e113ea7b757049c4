"""Fewer points for the same picture: of every bin of a series the smallest and the largest value stay."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def kept(columns: Sequence[Array], most: int) -> npt.NDArray[np.intp]:
    """Which points of columns [points] stay so that about `most` do: rising indices, first and last among them.

    In every bin those with the smallest and the largest value of each column stay, and the first gap (NaN). All
    points stay if there are not more than `most`. Bins are of equally many points.
    """
    points = len(columns[0])
    if points <= most:
        return np.arange(points)
    bins = max(1, (most - 2) // (3 * len(columns)))
    edges = np.linspace(0, points, bins + 1).astype(np.intp)
    chosen = [np.array([0, points - 1])]
    for column in columns:
        gaps = np.isnan(column)
        lowest, highest = np.where(gaps, np.inf, column), np.where(gaps, -np.inf, column)
        for start, end in pairwise(edges):
            chosen.append(
                start
                + np.array(
                    [
                        lowest[start:end].argmin(),
                        highest[start:end].argmax(),
                        gaps[start:end].argmax() if gaps[start:end].any() else 0,
                    ]
                )
            )
    return np.unique(np.concatenate(chosen))


def spread(points: int, most: int) -> npt.NDArray[np.intp]:
    """At most `most` of the indices 0 ... points - 1, evenly apart, the first and the last among them."""
    if points <= most:
        return np.arange(points)
    return np.unique(np.linspace(0, points - 1, most).round().astype(np.intp))
