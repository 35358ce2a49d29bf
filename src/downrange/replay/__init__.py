"""Replay: one launch through the whole chain, and its report.

In: a scenario by name or TOML file.
Out: a `Replay` record, its JSON document, a folder with the report and files for other programs.
Start here: `replay_scenario`, `load_scenario`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from downrange.replay._json import json_text
from downrange.replay.scenario import Scenario, load_scenario, scenario_names
from downrange.replay.tables import Column, Table, columns

if TYPE_CHECKING:
    from downrange.replay.chain import run
    from downrange.replay.job import replay_scenario
    from downrange.replay.model import Done, Replay

__all__ = [
    "Column",
    "Done",
    "Replay",
    "Scenario",
    "Table",
    "columns",
    "json_text",
    "load_scenario",
    "replay_scenario",
    "run",
    "scenario_names",
]

_LAZY = {"Done": "model", "Replay": "model", "replay_scenario": "job", "run": "chain"}


def __getattr__(name: str) -> object:
    """Import the rooms of the chain only when somebody asks for it: loading them takes a second."""
    if name not in _LAZY:
        raise AttributeError(f"module 'downrange.replay' has no attribute {name!r}")
    return getattr(import_module(f"downrange.replay.{_LAZY[name]}"), name)
