"""Disclosure control over tables and quotations of a study together, before a report is written."""
