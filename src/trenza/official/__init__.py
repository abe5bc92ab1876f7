"""Official school data of Chile: SIMCE, IDPS, SAC, SNED, IVE, directory and SLEP files, read right year by year."""

from trenza.official.read import Official, read

__all__ = ["Official", "read"]
