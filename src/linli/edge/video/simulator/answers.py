"""Bodies that a simulated camera answers with. Source: ONVIF device, media and recording WSDL."""

from collections.abc import Iterable
from datetime import UTC, datetime

from linli.protocols.onvif import DEVICE, EVENTS, MEDIA, PTZ, RECORDING, escaped


def clock(now_ms: int) -> str:
    at = datetime.fromtimestamp(now_ms / 1000, UTC)
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
        "<tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>CST-8</tt:TZ></tt:TimeZone>"
        f"<tt:UTCDateTime><tt:Time><tt:Hour>{at.hour}</tt:Hour><tt:Minute>{at.minute}</tt:Minute>"
        f"<tt:Second>{at.second}</tt:Second></tt:Time><tt:Date><tt:Year>{at.year}</tt:Year>"
        f"<tt:Month>{at.month}</tt:Month><tt:Day>{at.day}</tt:Day></tt:Date></tt:UTCDateTime>"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


def information(maker: str, model: str, serial: str) -> str:
    return (
        f"<tds:GetDeviceInformationResponse><tds:Manufacturer>{escaped(maker)}</tds:Manufacturer>"
        f"<tds:Model>{escaped(model)}</tds:Model><tds:FirmwareVersion>V5.7.3</tds:FirmwareVersion>"
        f"<tds:SerialNumber>{escaped(serial)}</tds:SerialNumber><tds:HardwareId>88</tds:HardwareId>"
        "</tds:GetDeviceInformationResponse>"
    )


def services(base: str, *, recorder: bool, steers: bool = False, tells: bool = False) -> str:
    """`base`: the address that the camera thinks it has, as `http://192.168.1.64`."""
    rows = [(DEVICE, "device_service"), (MEDIA, "media_service")]
    if recorder:
        rows.append((RECORDING, "recording_service"))
    if steers:
        rows.append((PTZ, "ptz_service"))
    if tells:
        rows.append((EVENTS, "event_service"))
    each = "".join(
        f"<tds:Service><tds:Namespace>{space}</tds:Namespace><tds:XAddr>{base}/onvif/{path}</tds:XAddr>"
        "<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
        for space, path in rows
    )
    return f"<tds:GetServicesResponse>{each}</tds:GetServicesResponse>"


def capabilities(base: str) -> str:
    return (
        "<tds:GetCapabilitiesResponse><tds:Capabilities>"
        f"<tt:Device><tt:XAddr>{base}/onvif/device_service</tt:XAddr></tt:Device>"
        f"<tt:Media><tt:XAddr>{base}/onvif/media_service</tt:XAddr><tt:StreamingCapabilities>"
        "<tt:RTPMulticast>false</tt:RTPMulticast><tt:RTP_TCP>true</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP>"
        "</tt:StreamingCapabilities></tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>"
    )


def profiles(channels: Iterable[tuple[int, str]], *, steers: bool = False) -> str:
    """Two streams of each channel, the smaller one first, as some recorders list them."""
    rows = []
    head = (
        '<tt:PTZConfiguration token="PTZ_1"><tt:Name>head</tt:Name><tt:UseCount>2</tt:UseCount>'
        "<tt:NodeToken>Node_1</tt:NodeToken></tt:PTZConfiguration>"
        if steers
        else ""
    )
    for number, name in channels:
        for stream, (width, height) in ((2, (640, 360)), (1, (1920, 1080))):
            rows.append(
                f'<trt:Profiles token="Profile_{number}0{stream}" fixed="true"><tt:Name>ch{number}_{stream}</tt:Name>'
                f'<tt:VideoSourceConfiguration token="VSC_{number}"><tt:Name>{escaped(name)}</tt:Name>'
                f"<tt:UseCount>2</tt:UseCount><tt:SourceToken>VideoSource_{number}</tt:SourceToken>"
                '<tt:Bounds x="0" y="0" width="1920" height="1080"/></tt:VideoSourceConfiguration>'
                f'<tt:VideoEncoderConfiguration token="VEC_{number}0{stream}"><tt:Name>v</tt:Name>'
                "<tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding>"
                f"<tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height></tt:Resolution>"
                f"<tt:Quality>4</tt:Quality></tt:VideoEncoderConfiguration>{head}</trt:Profiles>"
            )
    return f"<trt:GetProfilesResponse>{''.join(rows)}</trt:GetProfilesResponse>"


def video_sources(channels: Iterable[tuple[int, str]]) -> str:
    rows = "".join(
        f'<trt:VideoSources token="VideoSource_{number}"><tt:Framerate>25</tt:Framerate><tt:Resolution>'
        "<tt:Width>1920</tt:Width><tt:Height>1080</tt:Height></tt:Resolution></trt:VideoSources>"
        for number, _ in channels
    )
    return f"<trt:GetVideoSourcesResponse>{rows}</trt:GetVideoSourcesResponse>"


def media_uri(operation: str, uri: str) -> str:
    return (
        f"<trt:{operation}Response><trt:MediaUri><tt:Uri>{escaped(uri)}</tt:Uri>"
        "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>"
        f"<tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:{operation}Response>"
    )


def recordings(channels: Iterable[tuple[int, str]]) -> str:
    each = "".join(
        f"<trc:RecordingItem><tt:RecordingToken>Rec_{number}</tt:RecordingToken><tt:Configuration><tt:Source>"
        f"<tt:SourceId>VideoSource_{number}</tt:SourceId><tt:Name>{escaped(name)}</tt:Name></tt:Source>"
        "</tt:Configuration></trc:RecordingItem>"
        for number, name in channels
    )
    return f"<trc:GetRecordingsResponse>{each}</trc:GetRecordingsResponse>"
