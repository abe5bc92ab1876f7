"""The coded projects of a study as finished tables tell them: names of codes and coders, and rows as they are shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from trenza.render.language import is_missing
from trenza.render.traced import bare, marked_words

if TYPE_CHECKING:
    import pandas as pd

    from trenza.render.context import Context

TOGETHER = ("kappa", "positive", "kappa_max", "percent", "ac1", "alpha")


def is_real(ctx: Context) -> bool:
    """Whether there is a coded project of people; what made coders found has nothing to say but how they agree."""
    return bool((ctx.table("coded_projects")["source"] != "simulated").any())


def code_names(ctx: Context) -> dict[str, str]:
    """Code -> its label in codebook.csv, else the name that the program shows."""
    nodes = ctx.table("code_nodes")
    both = zip(nodes["code"], nodes["name"], strict=True)
    return {c: ctx.code(c) if ctx.knows_code(c) else ctx.told(n) for c, n in both}


def code_name(ctx: Context, code: Any) -> str:
    """One of ``code_names``; a code of no project by its label."""
    return code_names(ctx).get(code) or ctx.code(code)


def coder_name(ctx: Context, coder: Any) -> str:
    """``coder_1`` as words; other ids as they stand."""
    found = re.fullmatch(r"coder_(\w+)", str(coder))
    return marked_words(f"{ctx.t('coder_word')} {found[1].upper()}" if found else str(coder), coder)


def roots(ctx: Context) -> dict[str, str]:
    """Code -> the root of its family."""
    nodes = ctx.table("code_nodes")
    parent = dict(zip(nodes["code"], nodes["parent"], strict=True))

    def root(code: str) -> str:
        above = parent.get(code)
        return code if is_missing(above) else root(str(above))

    return {c: root(c) for c in nodes["code"]}


def pairs(ctx: Context) -> list[tuple[str, str]]:
    """Every two coders that are compared, in order."""
    table = ctx.table("agreement")
    both = table.loc[table["coder_a"].notna(), ["coder_a", "coder_b"]].drop_duplicates()
    return sorted((str(a), str(b)) for a, b in both.itertuples(index=False, name=None))


def of_pair(ctx: Context, pair: tuple[str, str]) -> pd.DataFrame:
    """Rows of ``agreement`` of two coders."""
    table = ctx.table("agreement")
    return table.loc[(table["coder_a"] == pair[0]) & (table["coder_b"] == pair[1])]


def by_code(ctx: Context, pair: tuple[str, str]) -> pd.DataFrame:
    """One row a code of two coders: the counts, and each statistic with its limits in columns of its own."""
    import pandas as pd

    rows = of_pair(ctx, pair)
    found: dict[str, dict[str, Any]] = {}
    for row in rows.loc[rows["part"] == "code"].to_dict("records"):
        counts = {
            c: row[c] for c in ("code", "uses", "n_units", "both", "only_a", "only_b", "neither", "source")
        }
        line = found.setdefault(str(row["code"]), counts)
        for part, column in (("", "estimate"), ("_low", "ci_low"), ("_high", "ci_high")):
            line[f"{row['statistic']}{part}"] = row[column]
    names = code_names(ctx)
    table = pd.DataFrame(
        sorted(found.values(), key=lambda r: bare(names.get(r["code"], r["code"])).casefold()), dtype="object"
    )
    for name in TOGETHER:
        for part in ("", "_low", "_high"):
            if f"{name}{part}" not in table.columns:
                table[f"{name}{part}"] = None
    return table


def by_view(ctx: Context) -> pd.DataFrame:
    """Table ``prevalence`` with a row a code: its name, then passages (documents) by each coder, consensus and union."""
    import pandas as pd

    table = ctx.table("prevalence")
    rows: dict[str, dict[str, str]] = {}
    for row in table.to_dict("records"):
        line = rows.setdefault(str(row["code"]), {ctx.t("col_code"): code_name(ctx, row["code"])})
        view = coder_name(ctx, row["coder"]) if row["view"] == "coder" else ctx.t(f"view_{row['view']}")
        line[view] = (
            f"{ctx.count(row['n_segments'])} ({ctx.count(row['n_documents'])} / {ctx.count(row['n_documents_total'])})"
        )
    wide = pd.DataFrame(list(rows.values()), dtype="str")
    wide.attrs["right"] = list(wide.columns[1:])
    return wide


def matrix_by_attribute(ctx: Context) -> pd.DataFrame:
    """Rows of ``code_matrix`` of the coded project by its first attribute of cases that has several levels."""
    table = ctx.table("code_matrix")
    projects = set(ctx.table("coded_projects")["source_id"])
    own = table.loc[table["source_id"].isin(projects) & (table["by"] != "case")]
    several = own.groupby("by", sort=False)["level"].nunique() > 1
    return own.loc[own["by"].isin(list(several.index[several])[:1])]


def case_sources(ctx: Context) -> list[str]:
    """Sources with a matrix of several cases: themes that are printed as one before those of segments."""
    table = ctx.table("code_matrix")
    by_case = table.loc[table["by"] == "case"]
    several = by_case.groupby("source_id")["level"].nunique() > 1
    there = [s for s in dict.fromkeys(by_case["source_id"]) if several[s]]
    holds = {sid: (ctx.study.get("sources") or {}).get(sid, {}).get("holds") for sid in there}
    return sorted(there, key=lambda sid: (holds[sid] != "case_themes", sid))


def matrix_by_case(ctx: Context, source_id: str) -> pd.DataFrame:
    """Rows of ``code_matrix`` by case of one source."""
    table = ctx.table("code_matrix")
    return table.loc[(table["by"] == "case") & (table["source_id"] == source_id)]
