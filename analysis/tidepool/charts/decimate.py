"""Fewer points that look the same: the least and the largest of every stretch stay."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from tidepool.chart import Array

MOST_POINTS = 2000
MOST_COLUMNS = 300


def kept(values: Sequence[Array], most: int = MOST_POINTS) -> Array:
    """Which points to keep of series [points] over one x: rising indices, at most `most` of them.

    Stretches of equally many points keep the point of the least and of the largest value of every series, the first
    NaN if there is one, and the first and last point of all. All points if there are few enough.
    """
    points = len(values[0])
    if points <= most:
        return np.arange(points)
    stretches = max(1, (most - 2) // (3 * len(values)))
    edges = np.linspace(0, points, stretches + 1).astype(np.int64)
    keep = {0, points - 1}
    for series in values:
        for begin, end in pairwise(edges):
            part = series[begin:end]
            gaps = np.isnan(part)
            if gaps.any():
                keep.add(int(begin + np.argmax(gaps)))
            if not gaps.all():
                keep.add(int(begin + np.nanargmin(part)))
                keep.add(int(begin + np.nanargmax(part)))
    return np.array(sorted(keep))


def columns(
    times: Array, values: Array, most: int = MOST_COLUMNS, largest: bool = False
) -> tuple[Array, Array]:
    """A heat map [rows, points] over times [points] with at most `most` columns.

    Each column is the mean of equally many points (the last one of fewer), or with `largest` the largest of them;
    its time is that of its first point. NaN counts only where there is nothing else.
    """
    points = values.shape[1]
    if points <= most:
        return times, values
    each = -(-points // most)
    starts = np.arange(0, points, each)
    known = ~np.isnan(values)
    if largest:
        filled = np.maximum.reduceat(np.where(known, values, -np.inf), starts, axis=1)
        return times[starts], np.where(np.isinf(filled), np.nan, filled)
    sums = np.add.reduceat(np.where(known, values, 0.0), starts, axis=1)
    counts = np.add.reduceat(known, starts, axis=1, dtype=np.int64)
    return times[starts], np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
