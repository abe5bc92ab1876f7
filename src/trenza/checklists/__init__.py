"""Reporting checklists as data, filled from what a run made: a place in the report, the analyst's words, or not done."""
