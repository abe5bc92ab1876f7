"""Readers and writers of coded projects: REFI-QDA, Taguette, QualCoder, tables of segments, CSV folders."""
