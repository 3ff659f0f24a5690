"""All tables of the box's file."""

from typing import Final

from linli.edge.events import tables as event_tables
from linli.edge.faces import steps as face_tables
from linli.edge.intercom import tables as intercom_tables
from linli.edge.parking import tables as parking_tables
from linli.edge.runtime import deployer, desired_rows, doorkeeper, lift_journal, pictures, queue, ways
from linli.edge.store import Step
from linli.edge.video import steps as video_tables

STEPS: Final[tuple[Step, ...]] = (
    *deployer.STEPS,
    *queue.STEPS,
    *pictures.STEPS,
    *desired_rows.STEPS,
    *doorkeeper.STEPS,
    *face_tables.STEPS,
    *ways.STEPS,
    *lift_journal.STEPS,
    *video_tables.STEPS,
    *event_tables.STEPS,
    *parking_tables.STEPS,
    *intercom_tables.STEPS,
)
"""Of the file's tables, room by room; a new one goes to the end."""
