"""What the user sees while a run goes on: stage, study, n of m, time; on a fault, the stage's own message.

Snakemake finds this package by its name on the import path (workflow/launch.py puts it there) and uses it
with ``--logger trenza``. Everything else that Snakemake says goes to its own log in .snakemake/log.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

# A stage's log of this many lines or fewer is shown whole when the stage fails.
SHOWN_LINES = 60


class LogHandler(LogHandlerBase):
    """One line per finished stage, and what a failed stage wrote to its log."""

    finished = 0

    def __post_init__(self) -> None:
        self.started = time.monotonic()
        # By job id: stage, study, what the stage does, when it began.
        self.jobs: dict[int, tuple[str, str, str, float]] = {}
        self.done = 0
        self.total = 0
        self.held: list[str] = []
        self.told = False

    def emit(self, record: logging.LogRecord) -> None:
        """Turn one of Snakemake's events into a line, or into nothing."""
        event = getattr(record, "event", None)
        told = {
            LogEvent.RUN_INFO: self._run_info,
            LogEvent.JOB_INFO: self._job_info,
            LogEvent.JOB_FINISHED: self._job_finished,
            LogEvent.JOB_ERROR: self._job_error,
        }
        if event in told:
            told[event](vars(record))
        elif event in (None, LogEvent.ERROR) and record.levelno >= logging.ERROR:
            # Held back: when a stage tells its own fault, Snakemake's words about it would only bury it.
            self.held.append(record.getMessage())

    def close(self) -> None:
        """At the end, say what was held back if no stage has told its own fault."""
        for text in [] if self.told else dict.fromkeys(self.held):
            self._say(text)
        self.held = []
        super().close()

    def _run_info(self, message: dict[str, Any]) -> None:
        stats: dict[str, int] = message.get("stats") or {}
        # The rule `all` is a list of what is wanted, not work.
        self.total = stats.get("total", 0) - stats.get("all", 0)

    def _job_info(self, message: dict[str, Any]) -> None:
        stage, _, _ = message["rule_name"].partition("_")
        wildcards = dict(message.get("wildcards") or {})
        name = f"{message['rule_name'].partition('_')[2]} {wildcards.get('lang', '')}".strip()
        self.jobs[message["jobid"]] = (stage, wildcards.get("study", ""), name, time.monotonic())

    def _job_finished(self, message: dict[str, Any]) -> None:
        stage, study, name, since = self.jobs.pop(message["job_id"], ("all", "", "", self.started))
        if stage == "all":
            return
        self.done += 1
        LogHandler.finished += 1
        now = time.monotonic()
        count = f"[{self.done:>{len(str(self.total))}} of {self.total}]"
        times = f"{now - since:5.1f} s, {now - self.started:5.1f} s in all"
        self._say(f"{count} {stage:<12} {study:<12} {name:<12} {times}")

    def _job_error(self, message: dict[str, Any]) -> None:
        self.told = True
        stage, study, name, _ = self.jobs.get(message["jobid"], (message.get("rule_name", ""), "", "", 0.0))
        self._say(f"The stage {stage} ({name}) of {study} stopped:" if study else f"{stage} stopped:")
        for path in message.get("log") or []:
            lines = (
                Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
                if Path(path).exists()
                else []
            )
            if not lines:
                lines = ["It was ended from outside (out of memory, perhaps) before it could say anything."]
            # A list of faults is read from its head, a traceback from its end.
            shown = lines[-SHOWN_LINES:] if lines[0].startswith("This is a bug") else lines[:SHOWN_LINES]
            self._say("\n".join(f"  {line}" for line in shown))
            self._say(f"  (log: {path})")

    @staticmethod
    def _say(text: str) -> None:
        plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
        print(plain, file=sys.stderr, flush=True)

    @property
    def writes_to_stream(self) -> bool:
        """Takes the place of Snakemake's own lines on the screen."""
        return True

    @property
    def writes_to_file(self) -> bool:
        """Writes no file."""
        return False

    @property
    def has_filter(self) -> bool:
        """Chooses its events by itself."""
        return True

    @property
    def has_formatter(self) -> bool:
        """Makes its lines by itself."""
        return True

    @property
    def needs_rulegraph(self) -> bool:
        """Draws nothing."""
        return False
