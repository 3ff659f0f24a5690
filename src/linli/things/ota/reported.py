"""What devices said they run, as a condition for the queries of other rooms."""

from sqlalchemy import ColumnElement, select

from linli.kernel.db import any_of
from linli.things.ota.models import device_firmware


def runs_one_of(device_no: ColumnElement[int], name: str) -> ColumnElement[bool]:
    """The device reported, for any of its modules, one of the versions in the list bound as `name`."""
    reported = device_firmware.alias("reported").c  # the query around it may read the table for itself
    return (
        select(reported.device_no)
        .where(reported.device_no == device_no, any_of(reported.version, name))
        .exists()
    )
