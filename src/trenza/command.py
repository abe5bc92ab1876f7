"""``trenza audit table.csv``: holds a published table against itself, prints what it finds, writes a page."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from trenza.contracts.faults import Fault, InputFaults, TrenzaError

ABOUT = (
    "Holds the printed numbers of a table of two groups, or of counts, against each other. See docs/audit.md."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when the table was audited, 1 when it could not be read, whatever was found in it."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] != ["audit"]:
        print("usage: trenza audit TABLE.csv (see trenza audit --help)", file=sys.stderr)
        return 0 if words in (["-h"], ["--help"]) else 2
    for stream in (sys.stdout, sys.stderr):
        # A console that cannot show a sign shows a question mark, not a traceback.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        return _audit(_options(words[1:]))
    except TrenzaError as error:
        print(error, file=sys.stderr)
        return 1


def _options(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="trenza audit", description=ABOUT)
    parser.add_argument(
        "table",
        type=Path,
        help="CSV: outcome, n1, mean1, sd1, n2, mean2, sd2, t, df, p; or label, n, percent, part",
    )
    parser.add_argument(
        "--lang", choices=("en", "es"), default="en", help="language of what is printed and of the page"
    )
    parser.add_argument("--page", type=Path, help="where the page goes; beside the table if not told")
    parser.add_argument(
        "--truncated", action="store_true", help="the table cuts decimals instead of rounding"
    )
    parser.add_argument("--decimal-comma", action="store_true", help="numbers are written 2,15")
    parser.add_argument(
        "--t-sign",
        choices=("first_minus_second", "second_minus_first", "unsigned"),
        help="found from the table if not told",
    )
    parser.add_argument("--test", choices=("welch", "student"), help="found from the table if not told")
    parser.add_argument("--alpha", type=_share, default=0.05, help="level of the decisions, 0.05")
    parser.add_argument(
        "--radius", type=_positive, default=15, help="how far other group sizes are tried, 15"
    )
    return parser.parse_args(words)


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("a number between 0 and 1")
    return value


def _positive(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 100:
        raise argparse.ArgumentTypeError("a whole number from 1 to 100")
    return value


def _audit(options: argparse.Namespace) -> int:
    from trenza.compare.audit_counts import is_count_table
    from trenza.io.files import write_text
    from trenza.io.raw import read_csv_rows

    table: Path = options.table
    try:
        header, *body = read_csv_rows(table, table.name)
    except OSError as error:
        found = "no such file" if not table.exists() else "a file that cannot be read"
        raise InputFaults([Fault(str(table), "", "", found, "a CSV file that you may read")]) from error
    lines, page = (_counts if is_count_table(header) else _groups)(options, header, body)
    target = options.page or table.with_name(f"{table.stem}.audit.{options.lang}.html")
    try:
        write_text(target, page)
    except OSError as error:
        raise InputFaults(
            [Fault(str(target), "", "", "a place that cannot be written", "--page with another")]
        ) from error
    from trenza.render.audit_words import words

    print("\n".join([*lines, "", words(options.lang, "written", path=target)]))
    return 0


def _groups(
    options: argparse.Namespace, header: Sequence[str], body: Sequence[Sequence[str]]
) -> tuple[list[str], str]:
    from trenza.compare.audit_input import parse_table
    from trenza.compare.audit_table import audit_table
    from trenza.render.audit_page import table_page
    from trenza.render.audit_words import apart, lines, single_items, tally, whole_table, words

    lang, name = options.lang, options.table.name
    frame, unused = parse_table(header, body, name, decimal_comma=options.decimal_comma)
    rule = "truncated" if options.truncated else "rounded"
    audit = audit_table(
        frame, rule=rule, sign=options.t_sign, test=options.test, alpha=options.alpha, radius=options.radius
    )
    printed = audit.findings[audit.findings["sizes"] == "printed"]
    off = apart(audit.findings)
    said = [words(lang, "title", file=name), "", words(lang, "h_whole")]
    said += [f"  {topic}: {text}" for topic, text in whole_table(audit.conclusions, audit.decisions, lang)]
    said += ["", words(lang, "h_rows"), f"  {tally(printed, lang)}"]
    for (n_1, n_2), block in off.groupby(["n1", "n2"], sort=False):
        said += [f"  n1 {n_1}, n2 {n_2}", *(f"    {line}" for line in lines(block, "outcome", lang))]
    said += [
        f"  {text}"
        for text in (words(lang, "all_agree") if not len(off) else "", single_items(audit.findings, lang))
        if text
    ]
    if unused:
        said += ["", words(lang, "unused", listed=", ".join(unused))]
    tables = {f"audit_{key}": value for key, value in asdict(audit).items()}
    return said, table_page(tables, name, lang, rule, unused)


def _counts(
    options: argparse.Namespace, header: Sequence[str], body: Sequence[Sequence[str]]
) -> tuple[list[str], str]:
    from trenza.compare.audit_counts import audit_counts
    from trenza.render.audit_page import counts_page
    from trenza.render.audit_words import apart, lines, tally, words

    lang, name = options.lang, options.table.name
    rule = "truncated" if options.truncated else "rounded"
    findings = audit_counts(header, body, name, rule=rule, decimal_comma=options.decimal_comma)
    said = [
        words(lang, "title", file=name),
        "",
        words(lang, "h_counts"),
        f"  {tally(findings, lang, 'tally_counts')}",
    ]
    said += [f"  {line}" for line in lines(findings, "label", lang)]
    said += [] if len(apart(findings)) else [f"  {words(lang, 'all_agree')}"]
    return said, counts_page(findings, name, lang)


if __name__ == "__main__":
    sys.exit(main())
