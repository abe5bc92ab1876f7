"""Plasmode benchmark: placebo programmes with a known effect on real panels; bias, coverage and power of every estimator.

    TRENZA_DATA=<folder> .venv/bin/python benchmarks/plasmode.py [draws] [seed] [growth]

Panels: the official 4th-grade files (rule years 2014 and 2016, outcome 2018; mean of reading and mathematics; all but fee-paying
schools with 20 or more pupils tested) and the public file of P-900 without its participants (rule year 1988, outcome 1990). Scenarios:
  lot            a fifth of the schools, by lot
  rule           PAC's: below the national mean in every year of the rule; half of these, by lot, against all others
  rule_eligible  the same, against eligible schools that did not take part
  rule_subject   the same rule on the mean of both subjects, the outcome mathematics alone, against all others
Each draw takes 400 schools of the panel, so that draws differ although there is one real panel. Effects of 0, 2, 5 and 10 points.
Writes plasmode.csv (with draws, seed, SHA-256 of the files and versions) and plasmode.png. 100 draws take some five
minutes of one core; the growth model, which takes as long as all others together, comes along where the word is given.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from trenza.contracts.effect_tables import ESTIMATORS
from trenza.effects.panel_design import PanelDesign
from trenza.effects.plasmode import EFFECTS, Chooser, by_lot, by_rule, chosen_by, summary, trials
from trenza.effects.rule_panel import rule_panel
from trenza.official.panel import harmonised, read_files

HERE = Path(__file__).parent
SCHOOLS = 400
OFFICIAL = ("4b2014", "4b2016", "4b2018", "directorio_oficial")
RULE = {
    "id": "plasmode",
    "grade": "4b",
    "outcome": "mate",
    "subjects": ["lect", "mate"],
    "years": [2014, 2016],
    "outcome_year": 2018,
    "min_pupils": 20,
    "dependencies": ["municipal", "subsidised", "delegated", "slep"],
}


def official(root: Path) -> tuple[pd.DataFrame, list[float], list[Path]]:
    """Rows of the pool with commune, the national means by year of the rule, the files."""
    files = [
        p
        for folder in ("simce", "mineduc")
        for p in sorted((root / folder).rglob("*"))
        if p.is_file() and any(name in p.name for name in OFFICIAL) and "glosa" not in p.as_posix().lower()
    ]
    frames = harmonised(read_files({p.name: p for p in files}))
    schools = pd.concat([f for f in frames if f["grade"].iloc[0] == "4b"], ignore_index=True)
    panel = rule_panel(schools, RULE, study="plasmode", min_cell=10)
    commune = schools.drop_duplicates("rbd").set_index("rbd")["commune_code"]
    rows = panel.rows.assign(commune=commune.reindex(panel.rows["unit"]).to_numpy())
    rows = rows[rows["commune"].notna().to_numpy(dtype=bool)].astype({"commune": "int64", "year": "int64"})
    return rows, list(panel.bounds + panel.score.mean(axis=0)), files


def p900(root: Path) -> tuple[pd.DataFrame, list[float], list[Path]]:
    """Schools that never took part in P-900, mean of both tests in 1988 and 1990."""
    path = root / "p900" / "chile_full.dta"
    wide = pd.read_stata(path, convert_categoricals=False).drop_duplicates("rbd")
    national = float(((wide["cas88"] + wide["mat88"]) / 2).mul(wide["ncas88"]).sum() / wide["ncas88"].sum())
    rows = pd.concat(
        pd.DataFrame(
            {
                "unit": wide["rbd"].astype("int64"),
                "year": 1900 + year,
                "score": (wide[f"cas{year}"] + wide[f"mat{year}"]) / 2,
                "pupils": wide[f"ncas{year}"],
                "kept": (wide["p90"] == 0) & (wide["ncas88"] >= 20),
            }
        )
        for year in (88, 90)
    )
    rows = rows[rows["kept"] & rows["score"].notna() & (rows["pupils"] > 0)]
    whole = rows.groupby("unit")["year"].transform("size") == 2
    rows = rows[whole].reset_index(drop=True)
    return rows.assign(commune=rows["unit"]), [national], [path]


def design(outcome: str, before: tuple[int, ...], after: tuple[int, ...]) -> PanelDesign:
    return PanelDesign(
        id="plasmode",
        unit="unit",
        year="year",
        outcome=outcome,
        treated_in="treated_in",
        assignment="commune",
        baseline_years=before,
        outcome_years=after,
        estimand="the effect that was put in",
    )


def eligible(rows: pd.DataFrame, bounds: list[float], years: tuple[int, ...]) -> pd.DataFrame:
    wide = rows.pivot(index="unit", columns="year", values="score")[list(years)]
    low = wide.index[(wide.to_numpy() < np.array(bounds)).all(axis=1)]
    return rows[rows["unit"].isin(low)]


def looking_at(rows: pd.DataFrame, bounds: list[float], years: tuple[int, ...]) -> Chooser:
    """The rule on ``score`` where the outcome is another column."""
    wide = rows.pivot(index="unit", columns="year", values="score")[list(years)]
    rule = by_rule(bounds, 0.5)
    return lambda baseline, random: rule(wide.loc[baseline.index], random)


def run(draws: int, seed: int, root: Path, names: tuple[str, ...]) -> tuple[pd.DataFrame, list[Path]]:
    parts, used = [], []
    for panel, read, before, after in (
        ("simce", official, (2014, 2016), (2018,)),
        ("p900", p900, (1988,), (1990,)),
    ):
        rows, bounds, files = read(root)
        used += files
        made = design("score", before, after)
        low = eligible(rows, bounds, before)
        print(f"{panel}: {rows['unit'].nunique()} schools, {low['unit'].nunique()} eligible", flush=True)
        settings = [
            ("lot", rows, made, by_lot(0.2), "lot"),
            ("rule", rows, made, by_rule(bounds, 0.5), "score"),
            ("rule_eligible", low, made, by_lot(0.5), "lot"),
        ]
        if panel == "simce":
            own = design("own", before, after)
            settings.append(("rule_subject", rows, own, looking_at(rows, bounds, before), "score"))
        for scenario, pool, plan, choose, how in settings:
            begun = time.perf_counter()
            found = trials(
                pool,
                chosen_by(plan, how),
                choose,
                draws=draws,
                schools=SCHOOLS,
                seed=seed,
                slow_every=4,
                estimators=names,
            )
            table = summary(found)
            print(f"{panel} {scenario}: {time.perf_counter() - begun:.0f} s", flush=True)
            print(table[table["effect"].isin([0.0, 5.0])].round(3).to_string(index=False), flush=True)
            parts.append(
                table.assign(panel=panel, scenario=scenario, schools=min(SCHOOLS, pool["unit"].nunique()))
            )
    return pd.concat(parts, ignore_index=True), used


def picture(table: pd.DataFrame, path: Path) -> None:
    """Bias, coverage with its Monte Carlo interval, and power, one row of panels a scenario."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    cases = list(dict.fromkeys(zip(table["panel"], table["scenario"], strict=True)))
    names = list(dict.fromkeys(table["estimator"]))[::-1]
    fig, axes = plt.subplots(
        len(cases),
        3,
        figsize=(9.5, 1.55 * len(cases) + 0.9),
        layout="constrained",
        sharey=True,
        sharex="col",
        squeeze=False,
    )
    for row, (panel, scenario) in zip(axes, cases, strict=True):
        part = table[(table["panel"] == panel) & (table["scenario"] == scenario)]
        for name in part["estimator"].unique():
            y = names.index(name)
            one = part[part["estimator"] == name]
            called = one["role"].iloc[0] == "called_for"
            look = {"color": "#0b4f6c" if called else "#8a8f98", "marker": "o" if called else "s"}
            r = one[one["effect"] == 0.0].iloc[0]
            row[0].errorbar(r["bias"], y, xerr=1.96 * r["bias_se"], linestyle="none", **look)
            row[1].errorbar(100 * r["coverage"], y, xerr=196 * r["coverage_se"], linestyle="none", **look)
            for effect, alpha in zip(EFFECTS, (0.25, 0.5, 0.75, 1.0), strict=True):
                power = one.loc[one["effect"] == effect, "power"].iloc[0]
                row[2].plot(100 * power, y, alpha=alpha, linestyle="none", **look)
        row[0].axvline(0.0, color="#1c2733", linewidth=0.8)
        row[1].axvline(95.0, color="#1c2733", linewidth=0.8)
        row[1].set_xlim(0, 101)
        row[2].set_xlim(-3, 103)
        for ax in row:
            ax.tick_params(labelsize=8)
        row[0].set_yticks(range(len(names)), names, fontsize=8)
        row[0].set_title(f"{panel}, {scenario}", fontsize=9, loc="left", fontweight="bold")
    axes[-1][0].set_xlabel("bias, points")
    axes[-1][1].set_xlabel("coverage of 95 % intervals, %")
    axes[-1][2].set_xlabel("intervals without 0, %\n(effect 0, 2, 5, 10: faint to full)")
    fig.suptitle("Placebo programmes on real panels; filled circle: what the design calls for", fontsize=10)
    fig.savefig(path, dpi=120, metadata={"Software": None})


def main() -> None:
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 20_260
    root = Path(os.environ.get("TRENZA_DATA", HERE.parent / "data" / "raw"))
    names = tuple(e for e in ESTIMATORS if e != "growth" or "growth" in sys.argv)
    table, files = run(draws, seed, root, names)
    first = ["panel", "scenario", "estimator", "role", "effect"]
    table = table[[*first, *(c for c in table.columns if c not in first)]].assign(seed=seed)
    digests = [f"{p.name}: {hashlib.sha256(p.read_bytes()).hexdigest()}" for p in files]
    about = f"Python {platform.python_version()}, numpy {version('numpy')}, pandas {version('pandas')}"
    (HERE / "plasmode.csv").write_text(table.to_csv(index=False, lineterminator="\n"), encoding="utf-8")
    (HERE / "plasmode_inputs.txt").write_text("\n".join([about, *digests]) + "\n", encoding="utf-8")
    picture(table, HERE / "plasmode.png")


if __name__ == "__main__":
    main()
