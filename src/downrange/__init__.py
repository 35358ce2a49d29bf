"""Downrange: space-launch watch, from the notice that announces a launch to the all-clear that ends it."""

__version__ = "0.1.0"
