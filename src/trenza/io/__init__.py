"""The only room that touches the disk: readers of raw files, writers that are atomic, the run's provenance."""
