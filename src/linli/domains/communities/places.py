"""Where places come from: the catalogue of this installation, and a map provider where one is set up.

The provider's results are written into the catalogue, so that poids stay valid when the provider does not answer or is
no longer used.
"""

import asyncio
from typing import Any, Final, Literal
from urllib.parse import quote

import httpx
import msgspec

from linli.domains.communities import poi_csv
from linli.domains.communities.service.pois import import_catalogue
from linli.kernel import telemetry
from linli.kernel.db import Database
from linli.kernel.http.client import Client
from linli.kernel.settings import MapProvider

log = telemetry.logger(__name__)
MAX_BYTES: Final = 1 << 20
type Told = Literal["off", "answered", "silent"]
"""The map provider's state: there is none, it answered, or the catalogue answers alone."""
_COLUMNS: Final = ("parent", "address", "pname", "type", "typecode", "adname", "location", "tel")


class Places:
    """The map provider of the settings, if any."""

    def __init__(self, settings: MapProvider) -> None:
        self._settings = settings

    async def refresh(self, db: Database, *, keywords: str, city: str, only_city: bool) -> Told:
        """Bring what the provider finds into the catalogue; whether it answered.

        A silent provider is no fault: the catalogue answers, and its reader is told that it did so alone.
        """
        if not self._settings.search_url or not keywords.strip():
            return "off"
        parameters = {
            "keywords": keywords.strip()[:80],
            "city": city.strip()[:40],
            "citylimit": str(only_city).lower(),
        }
        url = self._settings.search_url
        for name, value in parameters.items():
            url = url.replace(f"{{{name}}}", quote(value))
        try:
            async with Client(timeout=self._settings.timeout_seconds, trust_env=False) as client:
                answer = await _read(client, url, self._settings.timeout_seconds)
            pois = msgspec.json.decode(answer, type=dict[str, Any]).get("pois")
        except (httpx.HTTPError, httpx.InvalidURL, msgspec.DecodeError, TimeoutError) as error:
            log.warning("the map provider did not answer: %s", type(error).__name__)
            return "silent"
        if not isinstance(pois, list):
            log.warning("the map provider answered without places")  # a wrong key, a used-up quota
            return "silent"
        rows = {poi.poid: poi for poi_wire in pois if (poi := _usable(poi_wire))}
        if rows:
            await db.run(lambda tx: import_catalogue(tx, list(rows.values())))
        return "answered"


async def _read(client: Client, url: str, seconds: float) -> bytes:
    """The answer, whole within the time: one that drips is as silent as none. Raises HTTPError, TimeoutError."""
    content = b""
    async with asyncio.timeout(seconds), client.stream("GET", url) as answer:
        answer.raise_for_status()
        async for part in answer.aiter_bytes():
            content += part
            if len(content) > MAX_BYTES:
                raise httpx.DecodingError("the answer is too large")
    return content


def _usable(record: Any) -> poi_csv.Poi | None:
    """A place as the provider tells it; None for one that the catalogue cannot hold."""
    if not isinstance(record, dict):
        return None
    values = {
        "id": record.get("id"),
        "name": record.get("name"),
        "cityname": record.get("cityname") or record.get("pname"),
        **{name: record.get(name) for name in _COLUMNS},
    }
    texts = {name: value for name, value in values.items() if isinstance(value, str) and len(value) <= 255}
    location = texts.get("location", "")
    if not all(texts.get(name) for name in poi_csv.REQUIRED) or (
        location and not poi_csv.is_location(location)
    ):
        return None
    return poi_csv.make(texts)
