"""Commands of the room `coverage`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from downrange.cli.terminal import LAST_SEED, AsJson, explained, moment_of, part, progress_bar, say, show
from downrange.cli.typed import counts_of, span_of, whole_span_of

if TYPE_CHECKING:
    from datetime import datetime

    from downrange.replay import LookAsked, SensorAsked

app = part("What satellites can see of the ground: when, how often, how late, how well.")

Orbits = Annotated[
    str,
    typer.Argument(
        metavar="ORBITS", help="File of element sets (TLE, OMM), or a scenario as malligyong-1.", show_default=False
    ),
]
PointsAt = Annotated[Path | None, typer.Option("--points", help="CSV with lat_deg,lon_deg[,alt_m,area_m2,name].")]
RegionOf = Annotated[str | None, typer.Option("--region", help="Name, as korea, or a GeoJSON file.")]
GridOf = Annotated[str | None, typer.Option("--grid", help="Of the whole Earth: fibonacci:10000 or latlon:2.")]
Spacing = Annotated[
    float | None, typer.Option("--spacing-km", help="Between points in a region; else some 200 points.", min=0.1)
]
Start = Annotated[str, typer.Option(help="ISO 8601 with its zone; the scenario's if not given.")]
Days = Annotated[
    float | None, typer.Option(help="How long; the scenario's, else 7.", min=0.001, max=366.0, show_default=False)
]
OffNadir = Annotated[float | None, typer.Option("--max-off-nadir-deg", help="Half angle of a round field.")]
Along = Annotated[float | None, typer.Option("--along-deg", help="Half angle of a rectangle along the motion.")]
Across = Annotated[float | None, typer.Option("--across-deg", help="The same across it.")]
Roll = Annotated[float, typer.Option("--roll-deg", help="Field turned to the right of the motion.", min=-89, max=89)]
Pitch = Annotated[float, typer.Option("--pitch-deg", help="Then turned ahead.", min=-89, max=89)]
AgileRoll = Annotated[float | None, typer.Option("--agile-roll-deg", help="How far the satellite turns either way.")]
AgilePitch = Annotated[float | None, typer.Option("--agile-pitch-deg", help="The same, ahead and back.")]
NadirOf = Annotated[str, typer.Option("--nadir", help="geocentric or geodetic.")]
Elevation = Annotated[
    float | None, typer.Option("--min-elevation-deg", help="Of the satellite over the point's horizon.")
]
MaxAge = Annotated[
    float, typer.Option("--max-age-days", help="Refuse a span farther from an epoch.", min=0.0, max=3660.0)
]
Layout = Annotated[str | None, typer.Option("--layout", help="same (one plane), spread (planes) or found.")]
Cloud = Annotated[str | None, typer.Option("--cloud", help="Climatology: TOML or CSV; else cloud is UNKNOWN.")]
Stations = Annotated[str | None, typer.Option("--stations", help="Ground stations: pyongyang, or a TOML file.")]
Report = Annotated[Path | None, typer.Option("--out", help="New folder for the report.", show_default=False)]


@app.command("access")
def coverage_access(
    orbits: Orbits,
    points: PointsAt = None,
    region: RegionOf = None,
    grid: GridOf = None,
    spacing_km: Spacing = None,
    start: Start = "",
    days: Days = None,
    max_off_nadir_deg: OffNadir = None,
    along_deg: Along = None,
    across_deg: Across = None,
    roll_deg: Roll = 0.0,
    pitch_deg: Pitch = 0.0,
    agile_roll_deg: AgileRoll = None,
    agile_pitch_deg: AgilePitch = None,
    nadir: NadirOf = "geocentric",
    min_elevation_deg: Elevation = None,
    min_sun_deg: Annotated[
        float | None, typer.Option(help="Windows are cut where the sun stands lower at the point.")
    ] = None,
    max_age_days: MaxAge = 30.0,
    out: Annotated[
        Path | None, typer.Option(help="File for all windows: .csv, .parquet or .nc.", show_default=False)
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="CSV also with places, names and where the span cut.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say when satellites can see points: every window, to 10 ms, horizon always masked.

    Example: downrange coverage access tle.txt --points points.csv --start 2024-06-01T00:00Z --max-off-nadir-deg 35
    """
    with explained():
        from downrange.replay import accesses_asked, accesses_shown

        if out is not None:
            from downrange.replay import check_file

            check_file(out)
        look = _look(orbits, points, region, grid, spacing_km, start, days, max_age_days)
        sensor = _sensor(
            max_off_nadir_deg,
            (along_deg, across_deg),
            (roll_deg, pitch_deg),
            (agile_roll_deg, agile_pitch_deg),
            nadir,
            min_elevation_deg,
            min_sun_deg,
        )
        windows = accesses_asked(look, sensor, say=say)
        if out is not None:
            from downrange.coverage import write_accesses

            place = windows.looking.place
            source = "; ".join((*windows.looking.sources, place.source))
            write_accesses(out, windows.found, names=place.names, source=source, full=full)
        show(accesses_shown(windows, None if out is None else str(out)), as_json=as_json)
    if out is not None:
        say(f"The windows are in {out}")


@app.command("revisit")
def coverage_revisit(
    orbits: Orbits,
    points: PointsAt = None,
    region: RegionOf = None,
    grid: GridOf = None,
    spacing_km: Spacing = None,
    start: Start = "",
    days: Days = None,
    satellites: Annotated[
        int | None, typer.Option(help="So many around the first element set instead of those that fly.")
    ] = None,
    layout: Layout = None,
    max_off_nadir_deg: OffNadir = None,
    along_deg: Along = None,
    across_deg: Across = None,
    roll_deg: Roll = 0.0,
    pitch_deg: Pitch = 0.0,
    agile_roll_deg: AgileRoll = None,
    agile_pitch_deg: AgilePitch = None,
    nadir: NadirOf = "geocentric",
    min_elevation_deg: Elevation = None,
    min_sun_deg: Annotated[float, typer.Option(help="A look is by day with the sun higher at its middle.")] = 10.0,
    gap: Annotated[str, typer.Option(help="middle-to-middle or end-to-start.")] = "middle-to-middle",
    overlap: Annotated[str, typer.Option(help="Windows that overlap: separate or merged.")] = "separate",
    cloud: Cloud = None,
    stations: Stations = None,
    processing_min: Annotated[
        float, typer.Option(help="From a picture on the ground until somebody knows.", min=0.0, max=1e6)
    ] = 0.0,
    max_age_days: MaxAge = 30.0,
    out: Report = None,
    as_json: AsJson = False,
) -> None:
    """Say how often points are seen, how long a request waits, how late it is known; by day, and under cloud.

    Example: downrange coverage revisit malligyong-1 --satellites 3 --layout spread --max-off-nadir-deg 35
    """
    with explained():
        from downrange.replay import (
            RevisitAsked,
            check_report_folder,
            revisit_asked,
            revisit_shown,
        )

        if out is not None:
            check_report_folder(out)
        asked = RevisitAsked(
            look=_look(
                orbits,
                points,
                region,
                grid,
                spacing_km,
                start,
                days,
                max_age_days,
                satellites=satellites,
                layout=layout,
            ),
            sensor=_sensor(
                max_off_nadir_deg,
                (along_deg, across_deg),
                (roll_deg, pitch_deg),
                (agile_roll_deg, agile_pitch_deg),
                nadir,
                min_elevation_deg,
            ),
            gap=gap,
            overlap=overlap,
            min_sun_deg=min_sun_deg,
            cloud=cloud,
            stations=stations,
            processing_min=processing_min,
        )
        answer = revisit_asked(asked, say=say)
        shown = revisit_shown(answer, None if out is None else str(out))
        if out is not None:
            from downrange.replay import write_revisit_report

            write_revisit_report(answer, *shown, out)
        show(shown, as_json=as_json)
    if out is not None:
        say(f"The report is {out / 'report.html'}")


@app.command("design")
def coverage_design(
    orbits: Annotated[
        str, typer.Argument(metavar="[ORBITS]", help="Whose orbit to start from; a file or a scenario.")
    ] = "malligyong-1",
    points: PointsAt = None,
    region: RegionOf = None,
    grid: GridOf = None,
    spacing_km: Spacing = None,
    start: Start = "",
    days: Days = None,
    max_off_nadir_deg: OffNadir = None,
    nadir: NadirOf = "geocentric",
    min_elevation_deg: Elevation = None,
    satellites: Annotated[str, typer.Option(help="How many: 5 or 1..6.")] = "1..6",
    planes: Annotated[str, typer.Option(help="How many planes.")] = "1..6",
    node_spacing_deg: Annotated[str, typer.Option(help="Between neighbouring planes.")] = "0..180",
    phase_deg: Annotated[str, typer.Option(help="From plane to plane.")] = "0..360",
    spacing_deg: Annotated[str, typer.Option(help="Between neighbours in a plane.")] = "0..360",
    alt_km: Annotated[str, typer.Option(help="Mean height, as 480..520; kept if not given.")] = "",
    inclination_deg: Annotated[str, typer.Option(help="As 96..98; kept if not given.")] = "",
    sun_synchronous: Annotated[
        bool, typer.Option("--sun-synchronous", help="The inclination follows from the height.")
    ] = False,
    node_local_h: Annotated[str, typer.Option(help="Mean local time of the first node, with --sun-synchronous.")] = "",
    free: Annotated[bool, typer.Option("--free", help="Half of the layouts place every satellite freely.")] = False,
    objective: Annotated[str, typer.Option(help="mean-wait, longest-gap, wait, looks or never-seen.")] = "mean-wait",
    percent: Annotated[float, typer.Option(help="Of requests, for the objective wait.")] = 90.0,
    min_sun_deg: Annotated[
        float | None, typer.Option(help="Only looks with the sun higher at their middle count.")
    ] = None,
    cloud: Cloud = None,
    candidates: Annotated[int, typer.Option(help="Layouts to try beside the naive ones.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Of all draws.", min=0, max=LAST_SEED)] = 1,
    workers: Annotated[int | None, typer.Option(help="Processes; one a core if not given. Changes no result.")] = None,
    cluster: Annotated[str | None, typer.Option(help="Address of a Dask scheduler. Changes no result.")] = None,
    max_age_days: MaxAge = 30.0,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder: results as they come, and the report.", show_default=False)
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the search in the folder.")] = False,
    as_json: AsJson = False,
) -> None:
    """Search for the layout of satellites that serves best, and say what naive layouts lose and why.

    Example: downrange coverage design malligyong-1 --satellites 3..5 --max-off-nadir-deg 20 --candidates 600
    """
    with explained():
        from downrange.base import InputError
        from downrange.replay import (
            DesignAsked,
            SensorAsked,
            check_design_folder,
            design_asked,
            design_shown,
        )

        if resume and out is None:
            raise InputError(where="--resume", seen="given without --out", cure="name the folder of the search")
        if out is not None:
            check_design_folder(out, resume=resume)
        asked = DesignAsked(
            look=_look(orbits, points, region, grid, spacing_km, start, days, max_age_days),
            sensor=SensorAsked(max_off_nadir_deg=max_off_nadir_deg, nadir=nadir, min_elevation_deg=min_elevation_deg),
            satellites=whole_span_of(satellites, "--satellites"),
            planes=whole_span_of(planes, "--planes"),
            node_spacing_deg=span_of(node_spacing_deg, "--node-spacing-deg"),
            phase_deg=span_of(phase_deg, "--phase-deg"),
            spacing_deg=span_of(spacing_deg, "--spacing-deg"),
            alt_km=span_of(alt_km, "--alt-km") if alt_km else None,
            inclination_deg=span_of(inclination_deg, "--inclination-deg") if inclination_deg else None,
            sun_synchronous=sun_synchronous,
            node_local_h=span_of(node_local_h, "--node-local-h") if node_local_h else None,
            free=free,
            objective=objective,
            percent=percent,
            min_sun_deg=min_sun_deg,
            cloud=cloud,
            candidates=candidates,
            seed=seed,
            workers=workers,
            cluster=cluster,
        )
        with progress_bar("layouts") as bar:
            designed = design_asked(
                asked, folder=out, say=say, progress=lambda done, wanted, _best: bar(done, wanted, "")
            )
        shown = design_shown(designed, None if out is None else str(out))
        if out is not None:
            from downrange.replay import write_design

            write_design(designed, *shown, out)
        show(shown, as_json=as_json)
    if out is not None:
        say(f"The report is {out / 'report.html'}")


@app.command("see")
def coverage_see(
    orbits: Annotated[
        str, typer.Argument(metavar="[ORBITS]", help="Who flies: a scenario, or a file of element sets.")
    ] = "malligyong-1",
    camera: Annotated[str | None, typer.Option(help="Name, or a TOML file; the scenario's if not given.")] = None,
    points: PointsAt = None,
    region: RegionOf = None,
    spacing_km: Spacing = None,
    satellites: Annotated[str, typer.Option(help="How many: 1..6, or 1,3,5.")] = "1..6",
    start: Start = "",
    days: Days = None,
    reach_deg: Annotated[
        str, typer.Option(help="How far off nadir it can look, as 35 or 10..45; the camera's if not given.")
    ] = "",
    subjects: Annotated[str | None, typer.Option(help="What is looked for: usual, or a TOML file.")] = None,
    stations: Stations = None,
    cloud: Cloud = None,
    near_real_time_h: Annotated[
        float, typer.Option(help="Mean wait that may be called near real time (assumed).", min=0.01, max=240.0)
    ] = 1.0,
    max_age_days: MaxAge = 30.0,
    out: Report = None,
    as_json: AsJson = False,
) -> None:
    """Say what a camera shows, how often and how late with so many satellites, and what that makes of the claims.

    Example: downrange coverage see --camera assumed-malligyong --region korea --satellites 1..6
    """
    with explained():
        from downrange.replay import SeeAsked, check_report_folder, see_asked, see_shown

        if out is not None:
            check_report_folder(out)
        asked = SeeAsked(
            look=_look(orbits, points, region, None, spacing_km, start, days, max_age_days),
            camera=camera,
            satellites=counts_of(satellites, "--satellites"),
            subjects=subjects,
            stations=stations,
            cloud=cloud,
            reach_deg=span_of(reach_deg, "--reach-deg") if reach_deg else None,
            near_real_time_h=near_real_time_h,
        )
        with progress_bar("layouts") as bar:
            answer = see_asked(asked, say=say, told=lambda done, wanted: bar(done, wanted, ""))
        shown = see_shown(answer, None if out is None else str(out))
        if out is not None:
            from downrange.replay import write_see

            write_see(answer, *shown, out, max_age_days=max_age_days)
        show(shown, as_json=as_json)
    if out is not None:
        say(f"The report is {out / 'report.html'}")


def _look(
    orbits: str,
    points: Path | None,
    region: str | None,
    grid: str | None,
    spacing_km: float | None,
    start: str,
    days: float | None,
    max_age_days: float,
    satellites: int | None = None,
    layout: str | None = None,
) -> LookAsked:
    """Return who looks where and when, as typed."""
    from downrange.replay import LookAsked

    return LookAsked(
        orbits=orbits,
        points=points,
        region=region,
        grid=grid,
        spacing_km=spacing_km,
        start=_moment(start),
        days=days,
        satellites=satellites,
        layout=layout,
        max_age_days=max_age_days,
    )


def _sensor(
    max_off_nadir_deg: float | None,
    half_deg: tuple[float | None, float | None],
    aim_deg: tuple[float, float],
    agile_deg: tuple[float | None, float | None],
    nadir: str,
    min_elevation_deg: float | None,
    min_sun_deg: float | None = None,
) -> SensorAsked:
    """Return a sensor as typed; pairs are along and across, or roll and pitch."""
    from downrange.replay import SensorAsked

    return SensorAsked(
        max_off_nadir_deg=max_off_nadir_deg,
        along_deg=half_deg[0],
        across_deg=half_deg[1],
        roll_deg=aim_deg[0],
        pitch_deg=aim_deg[1],
        agile_roll_deg=agile_deg[0],
        agile_pitch_deg=agile_deg[1],
        nadir=nadir,
        min_elevation_deg=min_elevation_deg,
        min_sun_deg=min_sun_deg,
    )


def _moment(text: str) -> datetime | None:
    """Return the start as typed, None where none was."""
    return moment_of(text, "--start") if text else None
