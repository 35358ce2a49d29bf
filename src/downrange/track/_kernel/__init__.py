"""Bare arithmetic of the tracker. SI and radians, Earth-fixed axes.

motion: how a state and its covariance move; measure: what a sensor would say of a state; bank: the models side by side;
coasting: the hand-over to a filter that knows there is no thrust; spread: what a covariance means on the ground and in
orbit. Constants: NIMA TR8350.2, EGM96.
"""
