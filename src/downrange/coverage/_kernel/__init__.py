"""Bare arithmetic of coverage: paths as polynomials, what a sensor sees, passes, their order; gaps, light, cloud, latency."""
