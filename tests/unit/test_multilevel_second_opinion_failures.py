"""statsmodels as a second opinion when something is wrong: warnings, addresses in messages, searches that raise."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from multilevel_cases import made

from trenza.multilevel import adapters
from trenza.multilevel.second_opinion import fit_with


def test_nothing_is_printed_or_warned_and_messages_repeat_exactly(capsys: pytest.CaptureFixture[str]) -> None:
    records = made(1, [5] * 22, tau=0.0)
    before = records.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        first, second = (fit_with("statsmodels", "y ~ z + (1 | school)", records) for _ in range(2))
    assert capsys.readouterr() == ("", "")
    assert first.messages == second.messages
    assert any("boundary" in message for message in first.messages)
    assert records.equals(before)


def test_messages_lose_addresses_and_line_breaks_and_repeats_are_counted() -> None:
    said = ["bad <object at 0x7f00ab> here", "other\n  line", "bad <object at 0x7f11cd> here"]
    assert adapters._stable(said) == ("bad <object> here (2 times)", "other line")


def test_a_search_that_raises_gives_blanks_and_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    from statsmodels.regression.mixed_linear_model import MixedLM

    def refuse(*_: Any, **__: Any) -> None:
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(MixedLM, "fit", refuse)
    found = fit_with("statsmodels", "y ~ z + (1 | school)", made(2, [5] * 6, tau=0.5))
    assert found.fixed[["estimate", "se", "statistic", "ci_low", "p_z"]].isna().all().all()
    assert found.variance["estimate"].isna().all()
    assert not found.converged and found.messages == ("LinAlgError: Singular matrix",)
