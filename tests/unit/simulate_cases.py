"""Tables, instruments and made questionnaires that the tests of simulated answers share."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from trenza.contracts.survey_file import SurveyFile
from trenza.contracts.tables import CONTRACTS
from trenza.questionnaire.instrument import instrument_of
from trenza.questionnaire.scoring import keyed, score
from trenza.simulate.answers import simulate_answers

Figures = tuple[int, float, float, int, float, float]
Spec = tuple[str, int, int, int, tuple[int, ...]]  # score, items, lowest, highest, which are reversed

PRINTED: dict[str, Figures] = {  # Table 2 of the CIC study
    "collaboration": (48, 3.13, 0.61, 49, 3.02, 0.61),
    "comfort": (48, 91.17, 10.38, 49, 88.70, 14.28),
    "commitment": (48, 2.48, 0.77, 49, 2.15, 0.73),
    "leadership": (48, 3.18, 0.78, 49, 3.24, 0.66),
    "community": (48, 2.74, 0.60, 49, 2.74, 0.77),
}
CIC: dict[str, Spec] = {
    name: ("mean", 5, 0, 100, ()) if name == "comfort" else ("mean", 6, 1, 5, (1, 4)) for name in PRINTED
}
TABLE_2 = Path(__file__).parents[2] / "data" / "published" / "cic2019" / "table2_comparison.csv"
LEVELS = {"participants": "participant", "control": "control"}


def table(printed: dict[str, Figures], decimals: int = 2) -> pd.DataFrame:
    names = [f"{f}_{who}" for who in LEVELS for f in ("n", "mean", "sd")]
    frame = pd.DataFrame([dict(zip(names, figures, strict=True)) for figures in printed.values()])
    frame = frame.assign(study="cic2019", source_id="table2", source="published", outcome=list(printed))
    frame = frame.assign(decimals_mean=decimals, decimals_sd=decimals)
    return CONTRACTS["summaries"].check(frame.reindex(columns=CONTRACTS["summaries"].names))


def instrument(spec: dict[str, Spec], **scale_cells: str) -> pd.DataFrame:
    rows = []
    for name, (how, k, low, high, turned) in spec.items():
        both = {"scale": name, "missing_codes": "", "unit": "points", "stand_in": "yes", "label_en": name, "label_es": name}  # fmt: skip
        ends = {"mean": (low, high), "sum": (k * low, k * high), "percent": (0, 100)}[how]
        ranges = {"min": str(ends[0]), "max": str(ends[1]), "reverse": "no", "score": how}
        rows.append({"item": name, **both, **ranges, **scale_cells})
        for i in range(1, k + 1):
            ranges = {"min": str(low), "max": str(high), "reverse": "yes" if i in turned else "no"}
            rows.append({"item": f"{name}_{i}", **both, **ranges, "score": ""})
    return pd.DataFrame(rows).fillna("")


def make(printed: dict[str, Figures] = PRINTED, spec: dict[str, Spec] = CIC, decimals: int = 2, **changes: object) -> SurveyFile:  # fmt: skip
    given = {"instrument_items": instrument(spec), "file": "made", "clusters_by_stratum": {"central": 11, "southern": 11},
             "participants": "participant", "control": "control", "icc": 0.10, "reliability": 0.8, "nonresponse": 0.02,
             "min_answered": 0.5, "seed": 20190801}  # fmt: skip
    return simulate_answers(table(printed, decimals), **{**given, **changes})


def rows(file: SurveyFile) -> pd.DataFrame:
    return pd.DataFrame(file.rows[1:], columns=list(file.rows[0]))


def scored(
    file: SurveyFile, spec: dict[str, Spec], min_answered: float = 0.5
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Scores and the keyed answers of each scale, by the room that scores real questionnaires."""
    frame = rows(file)
    out, answers = frame[["school", "group"]].copy(), {}
    for scale in instrument_of(instrument(spec), answer_words={}).scales:
        given = frame[[item.id for item in scale.items]].astype("float64")
        filled = given.stack().dropna()
        assert filled.between(scale.items[0].low, scale.items[0].high).all() and (filled % 1 == 0).all()
        out[scale.id] = score(given, scale, min_answered=min_answered)
        answers[scale.id] = keyed(given, scale)
    return out, answers


def assert_printed(scores: pd.DataFrame, printed: dict[str, Figures], decimals: int = 2) -> None:
    half = 0.5 * 10**-decimals + 1e-9
    for name, figures in printed.items():
        for level, (n, mean, sd) in zip(LEVELS.values(), (figures[:3], figures[3:]), strict=True):
            values = scores.loc[scores["group"] == level, name].dropna()
            assert len(values) == n
            assert abs(values.mean() - mean) <= half and abs(values.std(ddof=1) - sd) <= half
