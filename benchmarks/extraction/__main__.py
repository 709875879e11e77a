"""`python -m benchmarks.extraction [--fit] [--errors]`: reads the corpus, prints tables.

The development half is what rules and weights are made on; the other half only checks them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from apps.extraction.reading import confidence, read
from benchmarks.extraction import calibration, hidden, noise, readings, scoring, truth
from benchmarks.extraction.scoring import Score
from benchmarks.extraction.truth import HALVES, Case

_WEIGHTS = Path(__file__).resolve().parents[2] / "apps/extraction/reading/weights.py"
_AIMS = {"receipts": 0.88, "invoices, page only": 0.93, "invoices with XML": 1.0, "MRZ": 0.95}
_CLASSES = {"receipts": {"receipt"}, "MRZ": {"passport", "identity-card", "visa"}}
# Spoilt copies to fit on; invoices to plant hidden text in.
_COPIES, _PLANTED = 12, 3


def main() -> int:
    """0 when everything could be measured: figures are told, not judged."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.extraction", description=__doc__)
    parser.add_argument("--fit", action="store_true", help="fit the weights on the first half")
    parser.add_argument("--errors", action="store_true", help="list errors of the first half")
    parser.add_argument("--fresh", action="store_true", help="read the files again")
    parser.add_argument("--known", action="store_true", help="use readings of older engines")
    options = parser.parse_args()
    cases = truth.cases()
    if not cases:
        print("The corpus is not beside the project (../shared/corpus).", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as directory:
        bare = [case for case in cases if case.family == "invoices, page only"]
        planted = hidden.documents(bare[:_PLANTED], Path(directory))
        paths = dict.fromkeys([*(case.path for case in cases), *planted])
        known = readings.of(paths, fresh=options.fresh, known=options.known)
    if options.fit:
        _fit([case for case in cases if case.half == HALVES[0]], known)
        print(f"Written: {_WEIGHTS}. Run again without --fit.")
        return 0
    scores, took = _scores(cases, known)
    print(_accuracy(scores))
    print(_by_field(scores))
    print(_calibration(scores))
    print(_hidden([known[path] for path in planted]))
    print(_proofs(scores))
    print(f"Reading took {1000 * took / max(1, len(scores)):.1f} ms a document (words to fields).")
    if options.errors:
        _errors([score for score in scores if score.case.half == HALVES[0]])
    return 0


def _scores(cases: Sequence[Case], known: dict[Path, dict[str, Any]]) -> tuple[list[Score], float]:
    scores, took = [], 0.0
    for case in cases:
        reading = dict(known[case.path])
        if case.extra.get("without_xml"):
            reading["attachments"] = []
        began = time.process_time()
        findings = read(reading)
        took += time.process_time() - began
        scores.append(scoring.score(case, findings))
    return scores, took


# --- tables


def _accuracy(scores: Sequence[Score]) -> str:
    lines = [
        f"{'family':22} {'half':12} {'docs':>5} {'fields':>6} {'found':>6} {'strict':>7} "
        f"{'normal.':>7} {'all right':>9} {'class':>6}  aim"
    ]
    for family, aim in _AIMS.items():
        for half in (*HALVES, "both"):
            chosen = [
                s for s in scores if s.case.family == family and half in (s.case.half, "both")
            ]
            told = scoring.shares(chosen)
            lines.append(
                f"{family:22} {half:12} {told['documents']:5} {told['fields']:6} "
                f"{told['found']:6.3f} {told['strict']:7.3f} {told['normalised']:7.3f} "
                f"{told['all_right']:9.3f} {_classified(family, chosen):6.3f}  "
                + (f"{aim:.2f}" if half == "both" else "")
            )
    zones = [s for s in scores if s.case.family == "MRZ"]
    whole = sum(bool(s.fields.get("mrz") and s.fields["mrz"][1]) for s in zones)
    lines.append(f"MRZ: whole zone right {whole} of {len(zones)}")
    return "\n".join(lines) + "\n"


def _classified(family: str, scores: Sequence[Score]) -> float:
    wanted = _CLASSES.get(family, {"invoice"})
    right = sum(score.findings.identifier in wanted for score in scores)
    return right / max(1, len(scores))


def _by_field(scores: Sequence[Score]) -> str:
    lines = [f"{'field':38} {'n':>4} {'development':>12} {'check':>7}"]
    for family in _AIMS:
        chosen = [s for s in scores if s.case.family == family]
        for name in dict.fromkeys(name for s in chosen for name in s.fields):
            shares = []
            for half in HALVES:
                rights = [
                    s.fields[name] for s in chosen if s.case.half == half and name in s.fields
                ]
                right = sum(entry is not None and entry[1] for entry in rights)
                shares.append(f"{right / len(rights):.3f}" if rights else "-")
            count = sum(name in s.fields for s in chosen)
            lines.append(f"{family + ': ' + name:38} {count:4} {shares[0]:>12} {shares[1]:>7}")
    return "\n".join(lines) + "\n"


def _calibration(scores: Sequence[Score]) -> str:
    lines = []
    for half in (*HALVES, "both"):
        chosen = [s for s in scores if half in (s.case.half, "both")]
        pairs = [(field.confidence, right) for _, _, field, right in scoring.predictions(chosen)]
        count, right = calibration.accepted(pairs, confidence.AUTO_ACCEPT)
        lines.append(
            f"{half}: {len(pairs)} values, expected calibration error "
            f"{calibration.expected_error(pairs):.3f}; at or above "
            f"{confidence.AUTO_ACCEPT}: {count} ({count / max(1, len(pairs)):.0%}), "
            f"precision {right / max(1, count):.4f}"
        )
    pairs = [(f.confidence, right) for _, _, f, right in scoring.predictions(list(scores))]
    lines.append("confidence     values  told   right")
    lines += [
        f"{entry.low:.2f} to {entry.high:.2f} {entry.count:7}  {entry.told:.3f}  {entry.right:.3f}"
        for entry in calibration.bins(pairs)
    ]
    return "\n".join(lines) + "\n"


def _proofs(scores: Sequence[Score]) -> str:
    """Whether every value has its place; embedded data may have none."""
    fields = [field for score in scores for field in score.findings.fields.values()]
    placed = sum(field.spot is not None for field in fields)
    bare = sum(field.spot is None and field.source != "xml" for field in fields)
    return (
        f"Places: {placed} of {len(fields)} values have page, polygon and text; of the others "
        f"{bare} are not embedded data."
    )


def _errors(scores: Sequence[Score]) -> None:
    for score in scores:
        for name, right in score.fields.items():
            if right is None or not right[1]:
                found = score.findings.fields.get(name)
                wanted = score.case.values.get(name, score.case.extra.get("dates", {}).get(name))
                print(f"{score.case.family} {score.case.name} {name}")
                print(f"    wanted {wanted!r}\n    found  {found.value if found else None!r}")


# --- fitting


def _fit(cases: Sequence[Case], known: dict[Path, dict[str, Any]]) -> None:
    """Writes the weights, fitted on documents as they are and spoilt."""
    samples = []
    for seed in range(_COPIES + 1):
        spoilt = {
            path: noise.spoilt(reading, seed) if seed else reading
            for path, reading in known.items()
        }
        fitting = [case for case in cases if case.family != "invoices with XML"]
        samples += [
            calibration.sample(field, right=right)
            for _, _, field, right in scoring.predictions(_scores(fitting, spoilt)[0])
            if field.source in ("text", "ocr", "mrz")
        ]
    weights = calibration.fit(samples)
    lines = "".join(f'    "{name}": {weight},\n' for name, weight in weights.items())
    _WEIGHTS.write_text(
        '"""Made by `python -m benchmarks.extraction --fit`; see `confidence`.\n\n'
        f"From {len(samples)} values of the development half, {_COPIES} of {_COPIES + 1} readings "
        f"spoilt;\n{sum(entry.right for entry in samples)} values were right.\n"
        '"""\n\nWEIGHTS: dict[str, float] = {\n' + lines + "}\n"
    )


def _hidden(spoilt: Sequence[dict[str, Any]]) -> str:
    found = [read(reading) for reading in spoilt]
    leaked = sum(bool(hidden.leaks(findings)) for findings in found)
    told = sum(any(w.code == "hidden_text" for w in findings.warnings) for findings in found)
    return (
        f"Hidden text: {leaked} leaks in {len(found)} documents with a planted total; "
        f"{told} were reported.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
