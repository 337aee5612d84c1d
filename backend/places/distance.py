"""Distance on the WGS 84 ellipsoid, by geopy's geodesic (Karney 2013).

Importing ``geopy`` itself loads its thirty geocoding services with requests and aiohttp: 15 MB and a quarter of a
second in every web process, and clients for a network we never call. Its ``distance`` module needs none of them,
so it is loaded beneath an empty package of the same name.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any


def _load_geodesic() -> Callable[..., Any]:
    if "geopy" in sys.modules:
        module: Any = import_module("geopy.distance")
    else:
        spec = find_spec("geopy")
        if spec is None or spec.submodule_search_locations is None:
            raise ModuleNotFoundError("geopy is not installed")
        bare = ModuleType("geopy")
        bare.__path__ = list(spec.submodule_search_locations)
        sys.modules["geopy"] = bare
        try:
            module = import_module("geopy.distance")
        finally:
            del sys.modules["geopy"]  # whoever imports geopy later gets all of it
    geodesic: Callable[..., Any] = module.geodesic
    return geodesic


_geodesic = _load_geodesic()


def metres(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Metres between two positions in degrees."""
    return float(_geodesic((latitude, longitude), (other_latitude, other_longitude)).m)
