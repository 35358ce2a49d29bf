"""Notice: launch notices as they are really written.

In: the text of a NOTAM, a navigational warning or a press copy.
Out: areas, windows in UTC, what it cancels, and flags for all that is wrong with it.
Start here: `read`, `read_file`, `Notice`, `require_areas`, `to_geojson`.
"""

from downrange.notice._io_geojson import to_geojson
from downrange.notice._io_json import to_json
from downrange.notice._io_kml import to_kml
from downrange.notice._io_launches import launches_geojson, launches_json
from downrange.notice._io_text import as_navarea, as_notam, to_navarea, to_notam
from downrange.notice.life import Change, Standing, State, life, normal_name
from downrange.notice.merge import SAME_AREA, Disagreement, Launch, MergedArea, launches
from downrange.notice.model import (
    About,
    Activity,
    Area,
    Flag,
    FlagCode,
    Notice,
    NoticeError,
    NoticeKind,
    NoticeWindow,
    Reason,
    Role,
    Shape,
)
from downrange.notice.proposals import Proposal, proposals
from downrange.notice.read import MOST_BYTES, read, read_bytes, read_file, require_areas
from downrange.notice.summary import SummaryRow, summary_rows, told_activity, told_windows

__all__ = [
    "MOST_BYTES",
    "SAME_AREA",
    "About",
    "Activity",
    "Area",
    "Change",
    "Disagreement",
    "Flag",
    "FlagCode",
    "Launch",
    "MergedArea",
    "Notice",
    "NoticeError",
    "NoticeKind",
    "NoticeWindow",
    "Proposal",
    "Reason",
    "Role",
    "Shape",
    "Standing",
    "State",
    "SummaryRow",
    "as_navarea",
    "as_notam",
    "launches",
    "launches_geojson",
    "launches_json",
    "life",
    "normal_name",
    "proposals",
    "read",
    "read_bytes",
    "read_file",
    "require_areas",
    "summary_rows",
    "to_geojson",
    "to_json",
    "to_kml",
    "to_navarea",
    "to_notam",
    "told_activity",
    "told_windows",
]
