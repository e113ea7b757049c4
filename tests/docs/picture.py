"""Draws terminal output as an SVG.

.venv/bin/python tests/docs/picture.py BINARY      rewrites docs/quickstart.svg from a real run
"""

import subprocess
import sys
import tempfile
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs/quickstart.svg"
CHAR, LINE, MARGIN = 8.4, 18, 14


def output(binary: Path) -> str:
    """What the quickstart prints, without the lines that name paths."""
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            [binary, "run", ROOT / "scenarios/quickstart/scenario.yaml", "-o", Path(scratch) / "q.h5"],
            check=True,
            capture_output=True,
            text=True,
        )
    return done.stdout.split("\nresults:")[0]


def svg(text: str) -> str:
    """The text in a monospaced font, light on dark."""
    lines = text.splitlines()
    width = round(max(map(len, lines)) * CHAR + 2 * MARGIN)
    height = len(lines) * LINE + 2 * MARGIN
    rows = "\n".join(
        f'<text x="{MARGIN}" y="{MARGIN + LINE * (i + 0.75):g}" xml:space="preserve">{escape(line)}</text>'
        for i, line in enumerate(lines)
        if line
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="monospace" font-size="14" fill="#e6e6e6">\n'
        f"<title>Output of scenarios/quickstart.sh</title>\n"
        f'<rect width="{width}" height="{height}" rx="8" fill="#16212b"/>\n{rows}\n</svg>\n'
    )


if __name__ == "__main__":
    PICTURE.write_text(svg(output(Path(sys.argv[1]).resolve())))
