"""Replay: one launch through the whole chain, and its report.

In: a scenario by name or TOML file.
Out: a `Replay` record, its JSON document, a folder with the report and files for other programs.
Start here: `load_scenario`.
"""

from downrange.replay.scenario import Scenario, load_scenario, scenario_names

__all__ = ["Scenario", "load_scenario", "scenario_names"]
