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
    from downrange.replay.alert_files import area_file, event_file, falls_file
    from downrange.replay.alert_hands import (
        Freed,
        Wanted,
        advise_by_hand,
        authorise,
        draft_by_hand,
        find_places,
        lift_by_hand,
        look_at_falls,
        read_again,
        refuse_standing_clock,
        retract_by_hand,
        tick_told,
    )
    from downrange.replay.alert_score import ScoreAsked, score_asked, score_files
    from downrange.replay.alert_seat import (
        Seat,
        event_at,
        locked,
        new_keys,
        open_new,
        phrase_in,
        seated,
        signer_of,
        status_of,
    )
    from downrange.replay.catalogue_asked import CheckAsked, Checked, check_asked, launch_of, track_answer
    from downrange.replay.chain import run
    from downrange.replay.coverage_answers import (
        RevisitAsked,
        Revisited,
        SeeAsked,
        SeenAnswer,
        Windows,
        accesses_asked,
        revisit_asked,
        see_asked,
    )
    from downrange.replay.coverage_asked import LookAsked, Looking, SensorAsked
    from downrange.replay.coverage_design import DesignAsked, Designed, design_asked
    from downrange.replay.coverage_folder import (
        check_design_folder,
        check_file,
        check_report_folder,
        write_design,
        write_revisit_report,
        write_see,
    )
    from downrange.replay.doctor import examine
    from downrange.replay.doors import drop_fragments
    from downrange.replay.ensemble import fly_ensemble, hands_of
    from downrange.replay.ensemble_model import Asked
    from downrange.replay.ensemble_tables import ensemble_shown
    from downrange.replay.folder import check_folder, write_folder
    from downrange.replay.inferred import (
        areas_asked,
        case_asked,
        infer_case,
        inferred_shown,
        rehearsal_shown,
        write_inferred,
    )
    from downrange.replay.inferred_model import Inferred
    from downrange.replay.job import replay_scenario
    from downrange.replay.model import Done, Replay
    from downrange.replay.notices import launch_files, launches_shown, notice_files, notices_shown
    from downrange.replay.orbit_asked import (
        converted,
        decays_asked,
        one_set,
        passes_asked,
        path_text,
        propagated_asked,
        sets_about,
        sets_of,
    )
    from downrange.replay.plan import Planned, plan_launch, plan_shown, write_plan
    from downrange.replay.refit import refit_record, refit_shown
    from downrange.replay.risk import LaunchRisk, launch_risk, risk_files, risk_shown
    from downrange.replay.sensing import calibrate_file, check_form, convert, sense, write_as
    from downrange.replay.show import corridor_shown, flight_shown, impacts_shown
    from downrange.replay.show_alert import heading, list_shown, places_shown, proposed_shown
    from downrange.replay.show_check import check_shown
    from downrange.replay.show_coverage import accesses_shown, revisit_shown
    from downrange.replay.show_coverage_design import design_shown
    from downrange.replay.show_coverage_see import see_shown
    from downrange.replay.show_dispatch import about_to, dispatch_shown, xml_of
    from downrange.replay.show_journal import (
        authority_shown,
        journal_read,
        journal_shown,
        made_shown,
        tick_shown,
        verified_shown,
        verify_files,
    )
    from downrange.replay.show_orbit import decays_shown, elements_shown, passes_shown, path_shown, sets_converted_shown
    from downrange.replay.show_sensing import calibration_shown, converted_shown, sensed_shown
    from downrange.replay.show_track import track_shown
    from downrange.replay.single import Single, drop_bodies, fly_single, write_single
    from downrange.replay.tracking import TrackAsked, Tracked, tracked
    from downrange.replay.tracking_files import track_files
    from downrange.replay.traffic import Traffic, traffic_inside, traffic_shown

__all__ = [
    "Asked",
    "CheckAsked",
    "Checked",
    "Column",
    "DesignAsked",
    "Designed",
    "Done",
    "Freed",
    "Inferred",
    "LaunchRisk",
    "LookAsked",
    "Looking",
    "Planned",
    "Replay",
    "RevisitAsked",
    "Revisited",
    "Scenario",
    "ScoreAsked",
    "Seat",
    "SeeAsked",
    "SeenAnswer",
    "SensorAsked",
    "Single",
    "Table",
    "TrackAsked",
    "Tracked",
    "Traffic",
    "Wanted",
    "Windows",
    "about_to",
    "accesses_asked",
    "accesses_shown",
    "advise_by_hand",
    "area_file",
    "areas_asked",
    "authorise",
    "authority_shown",
    "calibrate_file",
    "calibration_shown",
    "case_asked",
    "check_asked",
    "check_design_folder",
    "check_file",
    "check_folder",
    "check_form",
    "check_report_folder",
    "check_shown",
    "columns",
    "convert",
    "converted",
    "converted_shown",
    "corridor_shown",
    "decays_asked",
    "decays_shown",
    "design_asked",
    "design_shown",
    "dispatch_shown",
    "draft_by_hand",
    "drop_bodies",
    "drop_fragments",
    "elements_shown",
    "ensemble_shown",
    "event_at",
    "event_file",
    "examine",
    "falls_file",
    "find_places",
    "flight_shown",
    "fly_ensemble",
    "fly_single",
    "hands_of",
    "heading",
    "impacts_shown",
    "infer_case",
    "inferred_shown",
    "journal_read",
    "journal_shown",
    "json_text",
    "launch_files",
    "launch_of",
    "launch_risk",
    "launches_shown",
    "lift_by_hand",
    "list_shown",
    "load_scenario",
    "locked",
    "look_at_falls",
    "made_shown",
    "new_keys",
    "notice_files",
    "notices_shown",
    "one_set",
    "open_new",
    "passes_asked",
    "passes_shown",
    "path_shown",
    "path_text",
    "phrase_in",
    "places_shown",
    "plan_launch",
    "plan_shown",
    "propagated_asked",
    "proposed_shown",
    "read_again",
    "refit_record",
    "refit_shown",
    "refuse_standing_clock",
    "rehearsal_shown",
    "replay_scenario",
    "retract_by_hand",
    "revisit_asked",
    "revisit_shown",
    "risk_files",
    "risk_shown",
    "run",
    "scenario_names",
    "score_asked",
    "score_files",
    "seated",
    "see_asked",
    "see_shown",
    "sense",
    "sensed_shown",
    "sets_about",
    "sets_converted_shown",
    "sets_of",
    "signer_of",
    "status_of",
    "tick_shown",
    "tick_told",
    "track_answer",
    "track_files",
    "track_shown",
    "tracked",
    "traffic_inside",
    "traffic_shown",
    "verified_shown",
    "verify_files",
    "write_as",
    "write_design",
    "write_folder",
    "write_inferred",
    "write_plan",
    "write_revisit_report",
    "write_see",
    "write_single",
    "xml_of",
]

_LAZY = {
    "Done": "model",
    "Replay": "model",
    "examine": "doctor",
    "replay_scenario": "job",
    "run": "chain",
    **dict.fromkeys(("check_folder", "write_folder"), "folder"),
    "drop_fragments": "doors",
    **dict.fromkeys([name for name in __all__ if name.endswith("_shown")], "show"),
    **dict.fromkeys(("calibration_shown", "converted_shown", "sensed_shown"), "show_sensing"),
    **dict.fromkeys(
        (
            "CheckAsked",
            "Checked",
            "check_asked",
            "launch_of",
            "track_answer",
        ),
        "catalogue_asked",
    ),
    **dict.fromkeys(
        (
            "converted",
            "decays_asked",
            "one_set",
            "passes_asked",
            "path_text",
            "propagated_asked",
            "sets_about",
            "sets_of",
        ),
        "orbit_asked",
    ),
    **dict.fromkeys(("check_shown",), "show_check"),
    **dict.fromkeys(
        (
            "decays_shown",
            "elements_shown",
            "passes_shown",
            "path_shown",
            "sets_converted_shown",
        ),
        "show_orbit",
    ),
    "track_shown": "show_track",
    **dict.fromkeys(("calibrate_file", "check_form", "convert", "sense", "write_as"), "sensing"),
    **dict.fromkeys(("TrackAsked", "Tracked", "tracked"), "tracking"),
    "track_files": "tracking_files",
    **dict.fromkeys(("Traffic", "traffic_inside", "traffic_shown"), "traffic"),
    **dict.fromkeys(("launch_files", "launches_shown", "notice_files", "notices_shown"), "notices"),
    "Asked": "ensemble_model",
    **dict.fromkeys(("fly_ensemble", "hands_of"), "ensemble"),
    "ensemble_shown": "ensemble_tables",
    **dict.fromkeys(("Single", "drop_bodies", "fly_single", "write_single"), "single"),
    **dict.fromkeys(("Planned", "plan_launch", "plan_shown", "write_plan"), "plan"),
    **dict.fromkeys(
        ("areas_asked", "case_asked", "infer_case", "inferred_shown", "rehearsal_shown", "write_inferred"), "inferred"
    ),
    "Inferred": "inferred_model",
    **dict.fromkeys(("refit_record", "refit_shown"), "refit"),
    **dict.fromkeys(("LaunchRisk", "launch_risk", "risk_files", "risk_shown"), "risk"),
    **dict.fromkeys(
        ("Seat", "event_at", "locked", "new_keys", "open_new", "phrase_in", "seated", "signer_of", "status_of"),
        "alert_seat",
    ),
    **dict.fromkeys(("area_file", "event_file", "falls_file"), "alert_files"),
    **dict.fromkeys(
        (
            "Freed",
            "Wanted",
            "advise_by_hand",
            "authorise",
            "draft_by_hand",
            "find_places",
            "lift_by_hand",
            "look_at_falls",
            "read_again",
            "refuse_standing_clock",
            "retract_by_hand",
            "tick_told",
        ),
        "alert_hands",
    ),
    **dict.fromkeys(("ScoreAsked", "score_asked", "score_files"), "alert_score"),
    **dict.fromkeys(("heading", "list_shown", "places_shown", "proposed_shown"), "show_alert"),
    **dict.fromkeys(("about_to", "dispatch_shown", "xml_of"), "show_dispatch"),
    **dict.fromkeys(
        (
            "authority_shown",
            "journal_read",
            "journal_shown",
            "made_shown",
            "tick_shown",
            "verified_shown",
            "verify_files",
        ),
        "show_journal",
    ),
    **dict.fromkeys(
        (
            "RevisitAsked",
            "Revisited",
            "SeeAsked",
            "SeenAnswer",
            "Windows",
            "accesses_asked",
            "revisit_asked",
            "see_asked",
        ),
        "coverage_answers",
    ),
    **dict.fromkeys(
        (
            "LookAsked",
            "Looking",
            "SensorAsked",
        ),
        "coverage_asked",
    ),
    **dict.fromkeys(
        (
            "DesignAsked",
            "Designed",
            "design_asked",
        ),
        "coverage_design",
    ),
    **dict.fromkeys(
        (
            "check_design_folder",
            "check_file",
            "check_report_folder",
            "write_design",
            "write_revisit_report",
            "write_see",
        ),
        "coverage_folder",
    ),
    **dict.fromkeys(
        (
            "accesses_shown",
            "revisit_shown",
        ),
        "show_coverage",
    ),
    "design_shown": "show_coverage_design",
    "see_shown": "show_coverage_see",
}


def __getattr__(name: str) -> object:
    """Import the rooms of the chain only when somebody asks for it: loading them takes a second."""
    if name not in _LAZY:
        raise AttributeError(f"module 'downrange.replay' has no attribute {name!r}")
    return getattr(import_module(f"downrange.replay.{_LAZY[name]}"), name)
