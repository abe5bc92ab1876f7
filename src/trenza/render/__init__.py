"""Finished tables become figures, tables, sentences and a report, in English and Spanish.

The room computes no statistic. Rounding happens here and nowhere else.
"""
