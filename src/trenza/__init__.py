"""Trenza: braids a quantitative and a qualitative strand into one report."""

__version__ = "0.1.0"
