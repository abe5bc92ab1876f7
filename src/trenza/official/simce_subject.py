"""Columns of a SIMCE file that hold for one subject: pupils, score, change, peer group and standards, with their marks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trenza.contracts.faults import Fault
from trenza.contracts.school_tables import CHANGE_STATUSES, SCORE_STATUSES
from trenza.official.ledger import as_text
from trenza.official.simce_dialect import STANDARDS, Dialect, meanings
from trenza.official.simce_reading import REASON, SimceReading, filled, is_often, looked_up

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCORE_RANGE = (0.0, 450.0)
LOWEST_SCORE = 90.0  # official school means lie between about 120 and 430
STANDARDS_SLACK = 1.0  # per cent; in official files the three add to 100 within 0.2
WITHHELD_PEERS = 5  # to this many pupils the difference from the peer group is withheld in every year
_SCORE = {s: i for i, s in enumerate(SCORE_STATUSES)}
_CHANGE = {s: i for i, s in enumerate(CHANGE_STATUSES)}


def subject_columns(
    reading: SimceReading,
    dialect: Dialect,
    subject: str,
    there: NDArray[np.bool_],
    sat: NDArray[np.bool_],
    reason: NDArray[np.int8],
) -> dict[str, NDArray[Any]]:
    """All fields of one subject, one entry a row of the file; statuses and reasons as places in their lists.

    ``there``: rows with an RBD; ``sat``: the school sat the test; ``reason``: why not, see ``school_columns``.
    """
    place = subject if dialect.web_layout else f"{subject}{dialect.grade}_rbd"
    of = _Subject(reading, dialect, subject, place, there, sat, reason)
    pupils, has_score = of.pupils_and_score()
    of.change(has_score)
    of.peers(pupils, has_score)
    of.standards()
    return of.out


@dataclass
class _Subject:
    """One subject on its way to the frame. Kinds are the first parts of the columns' names (``prom``, ``dif``, ...)."""

    reading: SimceReading
    dialect: Dialect
    subject: str
    place: str
    there: NDArray[np.bool_]
    sat: NDArray[np.bool_]
    reason: NDArray[np.int8]
    out: dict[str, NDArray[Any]] = field(default_factory=dict)

    def has(self, kind: str) -> bool:
        return self.reading.has(f"{kind}_{self.place}")

    def own(self, kind: str) -> str:
        """The file's own name of a column."""
        return self.reading.names[f"{kind}_{self.place}"]

    def number(self, kind: str, low: float, high: float, whole: bool = False) -> NDArray[np.float64]:
        import numpy as np

        if not self.has(kind):
            return np.full(self.reading.grid.rows, np.nan)
        return self.reading.number(f"{kind}_{self.place}", low, high, whole, self.dialect.web_layout).copy()

    def flag(self, kind: str, where: NDArray[np.bool_], rule: str) -> None:
        """A row in the ledger for each cell with an RBD, where the file has the column."""
        if self.has(kind):
            self.reading.flag(f"{kind}_{self.place}", where & self.there, rule)

    def drop(self, kind: str, values: NDArray[np.float64], where: NDArray[np.bool_], rule: str) -> None:
        """Set values to missing in place; each that was there goes to the ledger."""
        import numpy as np

        self.flag(kind, where & ~np.isnan(values), rule)
        values[where] = np.nan

    def keep(self, kind: str, name: str, values: NDArray[np.float64]) -> None:
        """Carry a column to the field ``name``."""
        self.out[name] = values
        if self.has(kind):
            cells = filled(values, self.there)
            self.reading.carried(f"{kind}_{self.place}", name, self.subject, cells)

    def pupils_and_score(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Pupils tested, and whether there is a score."""
        import numpy as np

        starred = self._without_asterisk("prom")
        pupils = self.number("nalu", 0, 5000, whole=True)
        self.drop("nalu", pupils, ~self.sat & (pupils == 0), "value_beside_absence")
        self.keep("nalu", "n_pupils", pupils)

        score = self.number("prom", *SCORE_RANGE)
        self.drop("prom", score, score == 0, "zero_score")
        low = score < LOWEST_SCORE
        if low.any():
            allowed = f"a mean from {LOWEST_SCORE:g} to {SCORE_RANGE[1]:g}, 0 or blank"
            self.reading.fault(f"prom_{self.place}", low, "the mean", allowed)
        mark, cause = self._marks("marca", self.dialect.score_list, _SCORE)
        here = ~np.isnan(score)
        status = self._status(mark, here, _SCORE)
        status = np.where(starred & here, _SCORE["undocumented"], status)
        if self.has("marca"):
            self.flag("prom", here & (status != _SCORE["ok"]), "marked_score")
        if not self.dialect.web_layout:
            raw = self.reading.cells(f"prom_{self.place}")
            empty = raw == None if raw.dtype == object else np.isnan(raw)  # noqa: E711
            self.flag("prom", empty & (status == _SCORE["no_value"]), "unmarked_blank")
        self.keep("prom", "score_points", score)
        self.out["score_status"] = status
        self.out["status_reason"] = np.where(self.sat, cause, self.reason)
        return pupils, here

    def change(self, has_score: NDArray[np.bool_]) -> None:
        """Change since the test before, its status and its significance."""
        import numpy as np

        change = self.number("dif", -300, 300)
        mark, _ = self._marks("marcadif", self.dialect.change_list, _CHANGE)
        self.drop("dif", change, ~self.sat & (change == 0), "value_beside_absence")
        self.drop("dif", change, (change == 0) & ((mark >= 0) | ~has_score), "zero_change")
        here = ~np.isnan(change)
        status = self._status(mark, here, _CHANGE)
        status = np.where(here & ~has_score & self.sat, _CHANGE["undocumented"], status)
        self.flag("dif", here & (status != _CHANGE["ok"]), "marked_change")
        self.keep("dif", "change_points", change)
        self.out["change_status"] = status
        self._significance("sigdif", "change_significance", change, "significance_without_change")

    def peers(self, pupils: NDArray[np.float64], has_score: NDArray[np.bool_]) -> None:
        """Difference from schools of the same group, and its significance."""
        peers = self.number("difgru", -300, 300)
        self.drop("difgru", peers, ~has_score, "peer_difference_without_score")
        self.drop("difgru", peers, (peers == 0) & (pupils <= WITHHELD_PEERS), "zero_peer_difference")
        self.keep("difgru", "peer_diff_points", peers)
        self._significance("siggru", "peer_significance", peers, "significance_without_peer_difference")

    def standards(self) -> None:
        """Shares of pupils at each standard; three zeros are no result."""
        import numpy as np

        shares = {short: self.number(f"palu_eda_{short}", 0, 100) for short in STANDARDS}
        zero = np.logical_and.reduce([v == 0 for v in shares.values()])
        total = np.sum(list(shares.values()), axis=0)
        off = ~zero & ~np.isnan(total) & (np.abs(total - 100) > STANDARDS_SLACK) & self.there
        self.flag("palu_eda_ins", off, "standards_off")
        if is_often(off):
            grid = self.reading.grid
            found = f"three standards that add to {total[off][0]:g}, in {off.sum()} rows"
            row = str(int(np.flatnonzero(off)[0]) + grid.first_row)
            self.reading.faults.append(Fault(grid.file, row, self.own("palu_eda_ins"), found, "a sum of 100"))
        for short, name in STANDARDS.items():
            kind = f"palu_eda_{short}"
            self.drop(kind, shares[short], zero, "zero_standards")
            if self.has(kind):
                cells = filled(shares[short], self.there)
                self.reading.recoded(f"{kind}_{self.place}", cells, "percent_to_share")
            self.keep(kind, name, shares[short] / 100)

    def _status(
        self, mark: NDArray[np.int8], here: NDArray[np.bool_], levels: dict[str, int]
    ) -> NDArray[np.int64]:
        """Status by the mark, else by whether there is a value (``here``), and by whether the school sat the test."""
        import numpy as np

        status = np.where(mark >= 0, mark, np.where(here, levels["ok"], levels["no_value"]))
        return np.where(self.sat, status, np.where(here, levels["undocumented"], levels["did_not_sit"]))

    def _marks(
        self, kind: str, code_list: str, levels: dict[str, int]
    ) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
        """Status (place in ``levels``) and cause (place in ``REASONS``) of every mark, -1 = none."""
        import numpy as np

        if not self.has(kind):
            none: NDArray[np.int8] = np.full(self.reading.grid.rows, -1, dtype="int8")
            return none, none
        name = f"{kind}_{self.place}"
        raw = self.reading.cells(name)
        found = meanings(raw, [code_list])
        status = looked_up(raw, {k: levels[v or "undocumented"] for k, (v, _) in found.items()})
        cause = looked_up(raw, {k: REASON.get(why, -1) for k, (_, why) in found.items()})
        unknown = looked_up(raw, {k: 0 if v else 1 for k, (v, _) in found.items()}) == 1
        cells = int((status[self.there] >= 0).sum())
        self.reading.recoded(name, cells)
        self.reading.often_unknown(name, unknown)
        self.reading.carried(
            name, "change_status" if kind == "marcadif" else "score_status", self.subject, cells
        )
        self.flag(kind, unknown, "undocumented_code")
        return status, cause

    def _without_asterisk(self, kind: str) -> NDArray[np.bool_]:
        """Take the asterisk off scores such as 225* of the web layout; returns where there was one."""
        import numpy as np

        if not self.dialect.web_layout:
            return np.zeros(self.reading.grid.rows, dtype=bool)
        text = as_text(self.reading.cells(f"{kind}_{self.place}"))
        starred = np.array([c is not None and c.strip().endswith("*") for c in text])
        if starred.any():
            bare = np.array(
                [c.strip().rstrip("* ") if s else c for c, s in zip(text, starred, strict=True)], dtype=object
            )
            self.reading.ledger.cells(self.own(kind), starred, "typographic_mark", bare)
            self.reading.grid.columns[self.own(kind)] = bare
        return starred

    def _significance(self, kind: str, name: str, values: NDArray[np.float64], rule: str) -> None:
        """-1, 0 or 1 beside a difference; blank where there is no difference."""
        import numpy as np

        result = np.full(self.reading.grid.rows, np.nan)
        if self.has(kind):
            column = f"{kind}_{self.place}"
            raw = self.reading.cells(column)
            if raw.dtype == object:
                found = {k: v for k, (v, _) in meanings(raw, ["significance"]).items()}
                bad = looked_up(raw, {k: int(not v) for k, v in found.items()}) == 1
                if bad.any() and self.dialect.web_layout:
                    self.flag(kind, bad, "sign_for_missing")
                    found = {k: v for k, v in found.items() if v}
                elif bad.any():
                    self.reading.fault(column, bad, "the code", "-1, 0, 1 or the words of the glosa")
                places = looked_up(raw, {k: int(v or 0) + 1 for k, v in found.items()})
                result = np.where(places >= 0, places - 1.0, np.nan)
                self.reading.recoded(column, filled(result, self.there))
            else:
                result = self.reading.number(column, -1, 1, whole=True).copy()
            surplus = np.isnan(values) & ~np.isnan(result)
            self.flag(kind, surplus, rule)
            result[surplus] = np.nan
        self.keep(kind, name, result)
