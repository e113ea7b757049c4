"""Reads what the tidepool simulator writes; see `tidepool.results`."""

from importlib.metadata import version as _version

__version__ = _version("tidepool")
__all__ = ["__version__"]
