"""The POI catalogue is filled from CSV files."""

import json
from collections.abc import Iterable
from itertools import batched

import msgspec

from linli.domains.communities import poi_csv
from linli.domains.communities.models import pois
from linli.kernel.db import Tx
from linli.kernel.errors import LinliError

PROBLEMS_SHOWN = 100


class BadCatalogue(LinliError):
    """Rows that cannot be used; nothing was changed. `problems` holds the first hundred."""

    code = "poi.bad_catalogue"

    def __init__(self, problems: list[poi_csv.CsvProblem]) -> None:
        super().__init__(number=len(problems))
        self.problems = problems


class CatalogueImport(msgspec.Struct, frozen=True):
    rows: int
    """POIs read; those that were there already were replaced."""


def read_catalogue(lines: Iterable[str]) -> list[poi_csv.Poi]:
    """All POIs of a CSV file. Raises BadCatalogue with every row that cannot be used."""
    rows: list[poi_csv.Poi] = []
    problems: list[poi_csv.CsvProblem] = []
    for row in poi_csv.read(lines):
        if isinstance(row, poi_csv.Poi):
            rows.append(row)
        else:
            problems.append(row)
    if problems:
        raise BadCatalogue(problems)
    return rows


async def import_catalogue(tx: Tx, rows: list[poi_csv.Poi]) -> CatalogueImport:
    """Add POIs to the catalogue, replacing those with the same poid: importing a file twice changes nothing."""
    for chunk in batched(rows, 2000, strict=False):
        values = [{**poi._asdict(), "data": json.dumps(poi.data, ensure_ascii=False)} for poi in chunk]
        await tx.upsert(
            pois, values, keys=("poid",), update=("name", "city", "search", "city_search", "data")
        )
    return CatalogueImport(len(rows))
