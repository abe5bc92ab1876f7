"""Participants against control: describe, test, size, equivalence, multiplicity, audits."""
