"""The simulated sources of one study: rows like given summaries, answers, pupils with a declared truth, interviews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault, InputFaults
from trenza.simulate.answers import simulate_answers
from trenza.simulate.assumed import assumed_summaries
from trenza.simulate.coders import simulate_coders
from trenza.simulate.interviews import school_deviations, simulate_interviews
from trenza.simulate.microdata import microdata_like
from trenza.simulate.pupils import simulate_pupils

if TYPE_CHECKING:
    import pandas as pd

    from trenza.contracts.coded_project import Project
    from trenza.contracts.survey_file import SurveyFile


@dataclass(frozen=True)
class Simulated:
    """Simulated records by source id, and their flow."""

    data: dict[str, pd.DataFrame]
    flow: pd.DataFrame

    def with_flow(self, flow: pd.DataFrame) -> pd.DataFrame:
        """The flow of files that were read, followed by that of what was made."""
        import pandas as pd

        return pd.concat([flow, self.flow], ignore_index=True) if len(self.flow) else flow


def simulate_study(
    data: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    design: Mapping[str, Any],
    seed: int,
) -> Simulated:
    """Make every simulated source of records; ``data`` holds the cleaned summaries by source id.

    Questionnaires are made by ``simulate_questionnaires``, before they are cleaned like any other.

    Raises ``InputFaults`` where the moments cannot occur within the declared ranges.
    """
    import pandas as pd

    made: dict[str, pd.DataFrame] = {}
    steps = []
    for sid, source in sources.items():
        if source["kind"] != "simulated" or source["holds"] != "records":
            continue
        how = source["simulate"]
        names = {
            "cluster_column": design["cluster"],
            "unit_column": design["unit"],
            "group_column": design["group"],
            "participants": design["participants"],
            "control": design["control"],
        }
        if "pupils" in how:
            place = (f"study {study}", f"sources.{sid}.simulate.pupils")
            made[sid] = simulate_pupils(**how["pupils"], **names, place=place, seed=seed)
        else:
            made[sid] = _teachers(_summaries(how, data, study, sid), how, names, seed)
        counts = made[sid][design["group"]].value_counts()
        told = [("rows simulated, none read", len(made[sid]))]
        told += [(f"group: {design[k]}", int(counts[design[k]])) for k in ("participants", "control")]
        steps += _steps(study, sid, told)
    return Simulated(made, pd.DataFrame(steps))


def simulate_segments(
    data: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    design: Mapping[str, Any],
    seed: int,
) -> Simulated:
    """Make every simulated source of segments; ``data`` holds the simulated records and cleaned answers by source id."""
    import pandas as pd

    made: dict[str, pd.DataFrame] = {}
    steps = []
    for sid, source in sources.items():
        how = source.get("simulate", {}).get("interviews")
        if how is None:
            continue
        rows, cluster = data[how["beside"]], design["cluster"]
        first = rows.dropna(subset=[cluster]).drop_duplicates(cluster)
        made[sid] = simulate_interviews(
            dict(zip(first[cluster].astype("str"), first["municipality"].astype("str"), strict=True)),
            school_deviations(rows, how["outcome"], cluster=cluster, group=design["group"]),
            roles=how["roles"],
            codes=how["codes"],
            visited=how.get("visited"),
            between=how["between"],
            lean=how["lean"],
            study=study,
            source_id=sid,
            seed=seed,
        )
        told = [
            ("segments simulated, none read", len(made[sid])),
            ("schools with interviews", made[sid]["case"].nunique()),
        ]
        steps += _steps(study, sid, told)
    return Simulated(made, pd.DataFrame(steps))


def _steps(study: str, sid: str, told: list[tuple[str, int]]) -> list[dict[str, object]]:
    """Rows of the data flow of one simulated source."""
    return [
        {"study": study, "source_id": sid, "source": "simulated", "step": i, "rule": rule, "n": n}
        for i, (rule, n) in enumerate(told, 1)
    ]


def _summaries(
    how: Mapping[str, Any], data: Mapping[str, pd.DataFrame], study: str, sid: str
) -> pd.DataFrame:
    """The means and SDs that rows are made from: printed ones of another source, or those that are assumed."""
    return (
        assumed_summaries(how["means"], study=study, source_id=sid) if "means" in how else data[how["from"]]
    )


def _teachers(
    summaries: pd.DataFrame, how: Mapping[str, Any], names: Mapping[str, str], seed: int
) -> pd.DataFrame:
    """Rows with the means and SDs of printed summaries."""
    return microdata_like(
        summaries[summaries["outcome"].isin(list(how["ranges"]))],
        clusters_by_stratum=how["strata"],
        icc=how["icc"],
        ranges={outcome: (float(low), float(high)) for outcome, (low, high) in how["ranges"].items()},
        seed=seed,
        **names,
    )


def simulate_projects(
    data: Mapping[str, pd.DataFrame],
    *,
    sources: Mapping[str, Mapping[str, Any]],
    codebook: pd.DataFrame,
    seed: int,
) -> dict[str, Project]:
    """The made coded project of every simulated source of coders, by source id; ``data`` holds the segments."""
    made = {}
    for sid, source in sources.items():
        how = source.get("simulate", {}).get("coders")
        if how is not None:
            rates = {key: how[key] for key in ("missed", "other_code", "moved", "directions")}
            made[sid] = simulate_coders(data[how["from"]], codebook, **rates, seed=seed)
    return made


def simulate_questionnaires(
    data: Mapping[str, pd.DataFrame],
    *,
    study: str,
    sources: Mapping[str, Mapping[str, Any]],
    design: Mapping[str, Any],
    items: pd.DataFrame,
    seed: int,
) -> dict[str, SurveyFile]:
    """The made file of every simulated questionnaire, by source id, as if it had been read.

    ``data`` holds the cleaned summaries by source id, ``items`` items.csv as text. Raises one ``InputFaults``
    with the faults of all sources: the printed figures that the instrument cannot have.
    """
    made: dict[str, SurveyFile] = {}
    faults: list[Fault] = []
    for sid, source in sources.items():
        if source["kind"] != "simulated" or source["holds"] != "questionnaire":
            continue
        how, settings = source["simulate"], source["questionnaire"]
        try:
            made[sid] = simulate_answers(
                _summaries(how, data, study, sid),
                instrument_items=items,
                version=settings["version"],
                file=f"study {study}, {sid}",
                clusters_by_stratum=how["strata"],
                cluster=design["cluster"],
                unit=design["unit"],
                group=design["group"],
                participants=design["participants"],
                control=design["control"],
                icc=how["icc"],
                reliability=how["reliability"],
                nonresponse=how["nonresponse"],
                min_answered=settings["min_answered"],
                seed=seed,
            )
        except InputFaults as error:
            faults += error.faults
    if faults:
        raise InputFaults(faults)
    return made
