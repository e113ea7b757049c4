"""One number for everything in a result file: equal files have equal digests, whatever made them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import h5py
import numpy as np

OF_PARTS = ("network", "inference", "money", "tenants")  # groups of KPIs that not every run has
LEFT_OUT = ("provenance", "scenario", "sweep/stats")  # who, how and why; and what follows from the rest


def says_nothing(item: h5py.Dataset) -> bool:
    """Whether this is an undefined KPI of a part that not every run has: network, services, money, tenants."""
    return item.attrs.get("group") in OF_PARTS and bool(np.isnan(item[()]).all())


def digest(path: Path) -> str:
    """SHA-256 over name and content of every dataset outside LEFT_OUT, in hexadecimal digits.

    KPIs that say nothing are left out, so that a new part of the simulator does not change the digests of runs
    without it.
    """
    content = hashlib.sha256()

    def add(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and not name.startswith(LEFT_OUT) and not says_nothing(item):
            content.update(name.encode())
            data = item[()]
            text = isinstance(data, np.ndarray) and data.dtype.kind == "O"
            content.update(b"\0".join(data) if text else np.ascontiguousarray(data).tobytes())

    with h5py.File(path, "r", locking=False) as file:
        file.visititems(add)
    return content.hexdigest()
