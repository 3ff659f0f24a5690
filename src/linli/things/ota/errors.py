"""Errors of firmware."""

from linli.kernel.errors import Conflict


class VersionTaken(Conflict):
    """This version of the module is stored already, for the same source version."""

    code = "firmware.version_taken"


class FirmwareInUse(Conflict):
    """A campaign that is not over brings it."""

    code = "firmware.in_use"


class FirmwareNotTried(Conflict):
    """It must succeed on one device first."""

    code = "firmware.not_tried"


class CampaignOver(Conflict):
    """The act needs a campaign in another state. Facts: `state`."""

    code = "campaign.over"


class NobodyToUpgrade(Conflict):
    """The selection holds no device that could take this firmware."""

    code = "campaign.nobody"


class NoPreviousFirmware(Conflict):
    """No device of the campaign has a previous version whose full image is stored."""

    code = "campaign.no_previous"
