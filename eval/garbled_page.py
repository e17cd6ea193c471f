"""Write docs/garbled.md and its reliability diagram from what the calibration measured.

Usage: python -m eval.garbled_page mtaudit/data/garbled.json docs
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

NAMES = {"tagger": "With the language model and the tagger", "findings": "Names and rules only"}
_SIZE, _EDGE = 320, 44


def page(tables: Mapping[str, Any]) -> str:
    """Return the page in Markdown."""
    full = tables["tagger"]
    parts = [
        "# Garbled, and the verdict\n\n"
        "`garbled` is the probability that an editor would call the document garbled: that at "
        "least one of its sentences is one that people rate below 30 of 100 points, or names "
        "something by the words it was read as. Of each sentence it weighs the tagger's rating, "
        "the mean surprisal, the tagger's probabilities (mean error, mean edit, worst error) and "
        "the findings; of the document its worst sentence, its three worst, all of them, its "
        "length, and its surest critical finding. Without the tagger the findings alone count. "
        "Both are logistic regressions "
        "(`mtaudit/garbled.py`); a report gives the lower one's probability as the `garbled` of a "
        "segment.\n\n"
        "The documents have eight sentences each: human-written news; Wikipedia text translated "
        "from Romanian, Estonian, Russian, Nepali and Sinhala of which every sentence was rated; "
        "human news with one or two of the low sentences put in, or with one garbled name. Models "
        f"were fitted on {full['documents']['fitted']:,} of them and are measured here on "
        f"{full['documents']['held']:,} others, of other sentences, "
        f"{full['documents']['garbled']:,} of them garbled. In texts of which more or fewer are "
        "garbled than in these, the probability is off by as much; its order is not. Documents "
        "that are much longer than these were not measured.\n\n"
        "Made by `python -m eval.garbled measure`, `fit`, and `python -m eval.garbled_page`.\n"
    ]
    for key, title in NAMES.items():
        parts.append(_section(title, tables[key], f"garbled-{key}.svg"))
    return "\n".join(parts)


def _section(title: str, table: Mapping[str, Any], picture: str) -> str:
    lines = [
        f"## {title}\n",
        f"Expected calibration error {table['calibration_error']:.3f} for documents and "
        f"{table['sentence_calibration_error']:.3f} for sentences, over ten bins of nearly "
        "equal size, fewer where "
        "equal probabilities stay together; "
        f"area under the ROC curve {table['auroc']:.3f} and {table['sentence_auroc']:.3f}.\n",
        f"![Reliability: probability against share garbled]({picture})\n",
        "| mean probability | share garbled | documents |\n|---|---|---|",
        *(f"| {p:.3f} | {share:.3f} | {size} |" for p, share, size in table["reliability"]),
        "",
        "A document is above the point of a share when its probability is above the first figure "
        "or the weight of its findings above the second; half of the share of the human-written "
        "news of the fitting half lies above each. It gets `review` above the point of "
        "`--max-false-alarm`, and `block` above that of a tenth of it (of 0.001 at least). A "
        "document with a critical finding or a quality below 90 gets `review` at any share: of "
        f"human-written news {100 * table['grave']:.1f} in 100 have one. The other columns are "
        "shares of the half "
        "that no weight and no threshold was fitted on.\n",
        "| `--max-false-alarm` | probability | weight | human news above | rated translations "
        "caught | low sentence in news caught | garbled name in news caught |"
        "\n|---|---|---|---|---|---|---|",
        *(
            f"| {rate:g} | {chance:.3f} | {weight:.3f} | {human:.3f} | {qe:.2f} | {mixed:.2f} | "
            f"{name:.2f} |"
            for rate, chance, weight, human, qe, mixed, name in table["operating"]
        ),
        "",
    ]
    return "\n".join(lines)


def diagram(bins: Sequence[Sequence[float]]) -> str:
    """Return a reliability diagram as SVG: share garbled over mean probability, and the ideal."""

    def x(value: float) -> float:
        return round(_EDGE + value * (_SIZE - 2 * _EDGE), 1)

    def y(value: float) -> float:
        return round(_SIZE - _EDGE - value * (_SIZE - 2 * _EDGE), 1)

    points = " ".join(f"{x(p)},{y(share)}" for p, share, _ in bins)
    marks = "".join(f'<circle cx="{x(p)}" cy="{y(share)}" r="4"/>' for p, share, _ in bins)
    ticks = "".join(
        f'<text x="{x(v)}" y="{y(0) + 18}" text-anchor="middle">{v:g}</text>'
        f'<text x="{x(0) - 8}" y="{y(v) + 4}" text-anchor="end">{v:g}</text>'
        for v in (0, 0.25, 0.5, 0.75, 1)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" '
        f'width="{_SIZE}" font-family="sans-serif" font-size="11" fill="#57606a">'
        f'<rect width="{_SIZE}" height="{_SIZE}" fill="#ffffff"/>'
        f'<path d="M{x(0)} {y(1)}V{y(0)}H{x(1)}" fill="none" stroke="#57606a"/>'
        f'<path d="M{x(0)} {y(0)}L{x(1)} {y(1)}" stroke="#afb8c1" stroke-dasharray="4 4"/>'
        f'<polyline points="{points}" fill="none" stroke="#0969da" stroke-width="2"/>'
        f'<g fill="#0969da">{marks}</g>{ticks}'
        f'<text x="{x(0.5)}" y="{_SIZE - 8}" text-anchor="middle">mean probability</text>'
        f'<text x="{x(0)}" y="{y(1) - 12}">share garbled</text></svg>\n'
    )


def main(source: Path, folder: Path) -> int:
    """Write the page and the diagrams."""
    tables = json.loads(source.read_text(encoding="utf-8"))
    (folder / "garbled.md").write_text(page(tables), encoding="utf-8")
    for key in NAMES:
        picture = diagram(tables[key]["reliability"])
        (folder / f"garbled-{key}.svg").write_text(picture, encoding="utf-8")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
