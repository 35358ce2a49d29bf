"""An inference as files: document, draws, falls on a map, the vehicle and its fits."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely

from downrange.base import Array
from downrange.corridor import Inference, vehicle_toml
from downrange.replay._json import json_text
from downrange.replay.draw_inferred import inferred_picture, ring_lonlat
from downrange.replay.inferred_model import Inferred
from downrange.replay.pictures import picture_files

FITS: Final = 128  # vehicles drawn by weight for other commands
_DECIMALS: Final = 5


def inferred_files(made: Inferred) -> dict[str, bytes]:
    """Return the files of a folder by name."""
    best = made.attribution.best
    fits = best.fits(FITS)
    name = best.record.name
    return {
        "inferred.json": json_text(inferred_document(made)).encode(),
        "draws.csv": _draws_csv(best).encode(),
        "falls.geojson": json_text(_falls_geojson(made)).encode(),
        f"{name}.toml": vehicle_toml(best.record, fits).encode(),
        f"{name}.fits.csv": _rows_csv(best.record.names, fits).encode(),
        **picture_files([inferred_picture(made)]),
    }


def inferred_document(made: Inferred) -> dict[str, Any]:
    """Return the inference as a document."""
    found, case, best = made.attribution, made.case, made.attribution.best
    return {
        "outline": case.outline.file.name,
        "site": case.site.name,
        "sentence": found.sentence,
        "explained": best.explained,
        "chi2": best.chi2,
        "p": best.p,
        "other_modes_chi2": list(best.other_chi2),
        "flights": best.flights,
        "seed": made.seed,
        "draws": len(best.weight),
        "effective_draws": best.effective,
        "unsolved_share": best.unsolved,
        "outside_bounds_share": best.outside,
        "areas": [area.label for area in case.areas],
        "assignments": [{"bodies": list(a.bodies), "p": a.p, "chi2": a.chi2} for a in found.assignments],
        "checks": [{"fact": c.fact, "misfit_sigma": c.misfit_sigma, "p": c.p} for c in best.checks],
        "quantities": [
            {
                "name": q.name,
                "unit": q.unit,
                "prior_90": list(q.prior),
                "posterior_90": list(q.posterior),
                "told": q.told,
            }
            for q in best.quantities()
        ],
        "left_out": [
            {
                "area": one.label,
                "body": one.body,
                "lat_deg": one.lat_deg,
                "lon_deg": one.lon_deg,
                "distance_m": one.distance_m,
                "sigma_along_m": one.along_m,
                "sigma_across_m": one.across_m,
                "credible_level": one.level,
                "effective_draws": one.effective,
            }
            for one in made.left_out
        ],
        "source": "inferred from announced areas and an outlined vehicle; nothing measured",
    }


def _draws_csv(best: Inference) -> str:
    """Return the weighted draws: weight, parameters, where and when each body falls."""
    names, rows = ["weight", *best.record.names], [best.weight, *best.x.T]
    for body, (lat, lon, t_s) in best.after.place.items():
        word = body.replace(" ", "_")
        names += [f"{word}_lat_deg", f"{word}_lon_deg", f"{word}_t_s"]
        rows += [lat, lon, t_s]
    return _rows_csv(names, np.stack(rows, axis=1))


def _rows_csv(names: Sequence[str], rows: Array) -> str:
    text = io.StringIO()
    np.savetxt(text, rows, fmt="%.9g", delimiter=",", header=",".join(names), comments="")
    return text.getvalue()


def _falls_geojson(made: Inferred) -> dict[str, Any]:
    """Return the sector that holds 90 % of each body's falls and the likeliest ground track."""
    best, path = made.attribution.best, made.tracks
    flown = np.isfinite(path.lat_deg[0])
    features = [
        _feature(ring_lonlat(*best.sector_of(body)), {"body": body, "share": 0.9, "source": "inferred"})
        for body in best.after.place
    ]
    track = _line_lonlat(path.lat_deg[0, flown], path.lon_deg[0, flown])
    features.append(_feature(track, {"what": "likeliest ground track", "source": "inferred"}))
    return {"type": "FeatureCollection", "features": features}


def _feature(shape: shapely.Geometry, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a feature, outer rings counter-clockwise."""
    flat = shapely.set_precision(shapely.orient_polygons(shape), 10.0**-_DECIMALS)
    return {"type": "Feature", "geometry": json.loads(shapely.to_geojson(flat)), "properties": properties}


def _line_lonlat(lat_deg: Array, lon_deg: Array) -> shapely.Geometry:
    """Return a track, parted where it crosses the 180th meridian."""
    cuts = np.flatnonzero(np.abs(np.diff(lon_deg)) > 180.0) + 1
    parts = [np.column_stack(part) for part in zip(np.split(lon_deg, cuts), np.split(lat_deg, cuts), strict=True)]
    lines = [shapely.LineString(part) for part in parts if len(part) > 1]
    return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
