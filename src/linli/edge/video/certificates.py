"""设备证书.csv: ProductKey, DeviceName, DeviceSecret in any order of columns. Spec D 2.2.3.1, VID-08, VID-16."""

import csv
import io
from typing import Final

from linli.edge.video.rows import Certificate
from linli.kernel.errors import BadInput

LINES_MOST: Final = 5000
_NAMES: Final = ("productkey", "devicename", "devicesecret")
_MOST: Final = 128


def read_certificates(text: str) -> list[Certificate]:
    """Raises BadInput naming the line."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        title = [cell.strip().replace(" ", "").lower() for cell in next(rows, [])]
        if any(name not in title for name in _NAMES):
            raise BadInput(field="csv", rule="edge.video.csv_title")
        places = [title.index(name) for name in _NAMES]
        certificates: dict[str, Certificate] = {}
        for number, row in enumerate(rows, start=2):
            if not any(cell.strip() for cell in row):
                continue
            if number > LINES_MOST + 1:
                raise BadInput(field="csv", rule="edge.video.csv_lines", limit=LINES_MOST)
            cells = [row[place].strip() if place < len(row) else "" for place in places]
            if not all(cells) or any(len(cell) > _MOST for cell in cells):
                raise BadInput(field="csv", rule="edge.video.csv_line", line=number)
            certificates[cells[1]] = Certificate(*cells)
    except csv.Error as error:
        raise BadInput(field="csv", rule="edge.video.csv_broken", why=str(error)) from None
    if not certificates:
        raise BadInput(field="csv", rule="edge.video.csv_empty")
    return list(certificates.values())
