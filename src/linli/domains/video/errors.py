"""Errors of camera information."""

from linli.kernel.errors import Conflict, LinliError, Unavailable


class CameraExists(Conflict):
    """The device has its camera information already."""

    code = "camera.known"


class CountChanged(Conflict):
    """The number of cameras has changed since the page asked to confirm clearing."""

    code = "camera.count_changed"


class BatchUndone(Conflict):
    """The import or clearing was undone already."""

    code = "camera.undone"


class GbIdTaken(Conflict):
    """Another device has this code, here or at another company."""

    code = "gb28181.taken"


class NoPicture(Unavailable):
    """There is no picture, or no recording, and the words say why; the code of the open API is that of a failed call."""

    api_code = 20004


class VideoOff(NoPicture):
    """No camera registers at this process: [gb28181] is off."""

    code = "video.off"


class NoWay(NoPicture):
    """The camera did not come by a protocol that is served here."""

    code = "video.no_way"


class CameraAway(NoPicture):
    """It is not registered now."""

    code = "video.offline"


class CameraLockedOut(NoPicture):
    """Its last registration had a wrong password."""

    code = "video.wrong_password"


class CameraSilent(NoPicture):
    """It does not answer what it is asked."""

    code = "video.silent"


class CameraRefuses(NoPicture):
    """It refuses, with a status of its own."""

    code = "video.refused"


class NoPackets(NoPicture):
    """It said yes, and nothing came to the port."""

    code = "video.no_packets"


class FromStranger(NoPicture):
    """Packets came from another address than the camera's."""

    code = "video.stranger"


class NoKeyPicture(NoPicture):
    """Packets come, and no key picture among them yet."""

    code = "video.no_key_picture"


class IsH265(NoPicture):
    """Browsers and this platform show H.264 only."""

    code = "video.h265"


class NotProgramStream(NoPicture):
    """What it sends is no program stream."""

    code = "video.not_ps"


class NoRoom(NoPicture):
    """All ports or places for players are taken."""

    code = "video.no_room"


class SchemeOff(NoPicture):
    """This kind of address is not served here."""

    code = "video.scheme_off"


class NoRecording(NoPicture):
    """The camera or recorder has none of that time."""

    code = "video.no_recording"


class PictureChanged(Conflict):
    """The camera's pictures changed their form within the span: one file cannot have both."""

    code = "video.picture_changed"


class CannotSteer(NoPicture):
    """It neither turns nor zooms."""

    code = "video.cannot_steer"


class NoSuchPreset(NoPicture):
    """The camera keeps no preset of this number."""

    code = "video.no_such_preset"


class NoFreePreset(NoPicture):
    """It keeps as many presets as it can."""

    code = "video.no_free_preset"


class SteeringRefused(NoPicture):
    """It was asked to move and refused."""

    code = "video.steering_refused"


class CameraLogInRefused(NoPicture):
    """It refuses the log-in of its box."""

    code = "video.log_in_refused"


class CameraAwayAtSite(NoPicture):
    """It, or its box, cannot be reached now."""

    code = "video.away_at_site"


class VideoForbidden(LinliError):
    """No such camera, or none of the caller's scope."""

    code = "video.forbidden"
    api_code = 403


class NoStill(NoPicture):
    """FFmpeg is not there, or made no picture of it."""

    code = "video.no_still"


class NoMasking(Unavailable):
    """Parts of this camera's picture are hidden, and FFmpeg, which fills them, is not there."""

    code = "video.no_masking"


class TrialRuns(Conflict):
    """This camera is being tested now."""

    code = "video.test_runs"


class NoCheck(NoPicture):
    """The thing model of the camera has no test."""

    code = "video.no_check"


class UpperTaken(Conflict):
    """This platform registers there with this code already."""

    code = "video.upper_taken"


class UppersFull(Conflict):
    """A community has as many upper platforms as it may have."""

    code = "video.uppers_full"


class TalkBusy(Conflict):
    """Somebody else talks to this camera now."""

    code = "video.talk_busy"


class TalkRefused(Unavailable):
    """It takes no voice; `status` is what it says."""

    code = "video.talk_refused"


class TalkNotCalled(Unavailable):
    """It was told of a voice and did not call for it in time."""

    code = "video.talk_not_called"


class TalkNoAudio(Unavailable):
    """It has no loudspeaker, or wants no sound."""

    code = "video.talk_no_audio"


class TalkCodec(Unavailable):
    """It takes none of the voices that are sent."""

    code = "video.talk_codec"


class TalkUnreachable(Unavailable):
    """Nothing can be sent where it wants the voice."""

    code = "video.talk_unreachable"
