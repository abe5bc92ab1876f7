"""Seeded data with known truth: they try out a pipeline and are never findings."""
