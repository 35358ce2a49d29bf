"""Bare arithmetic of coverage: paths as polynomials, what a sensor sees, the passes of a point, windows in order."""
