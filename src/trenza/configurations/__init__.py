"""Fuzzy-set qualitative comparative analysis: calibration, truth table, minimal solutions, and how far they hold."""
