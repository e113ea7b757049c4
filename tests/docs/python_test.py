"""The snippets of docs/python.md run, one after the other."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_snippets_run(binary, tmp_path, monkeypatch, tidepool):
    monkeypatch.setenv("TIDEPOOL_BINARY", str(binary))
    monkeypatch.chdir(tmp_path)
    for name in ("scenarios", "workloads", "topology"):
        (tmp_path / name).symlink_to(ROOT / name)
    assert tidepool("run", "scenarios/h200-tco/scenario.yaml", "-o", "out.h5").returncode == 0
    snippets = re.findall(r"```python\n(.*?)```", (ROOT / "docs/python.md").read_text(), re.DOTALL)
    assert len(snippets) == 4
    exec("\n".join(snippets), {})
    assert (tmp_path / "mine.parquet").exists()
