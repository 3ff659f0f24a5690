"""Open API: the quality of a face picture in numbers. Spec E 3.3 C7."""

from itertools import chain
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.domains.faces.errors import FacesBusy, FacesOff
from linli.domains.faces.service.inspection import look
from linli.domains.faces.service.pictures import Fetcher
from linli.domains.faces.service.search import FaceSearch
from linli.kernel.errors import BadInput
from linli.openapi.registry import Call, Contract, method

PROVIDERS: Final = ("Alipay", "IoT", "Damo")
"""Names of closed algorithms; one open engine stands behind all three (spec E 10)."""
LANDMARKS: Final = 5


class QualityQuery(msgspec.Struct, rename="camel"):
    face_url: Annotated[str, Meta(description="人脸图片的 HTTP 地址 / HTTP address of the picture")]
    provider: Annotated[str, Meta(description="算法提供方：Alipay, IoT, Damo / algorithm provider")]


class Quality(msgspec.Struct, rename="camel"):
    request_id: Annotated[str, Meta(description="请求 id / request id")]
    face_num: Annotated[int, Meta(description="人脸数 / number of faces")]
    face_rect: Annotated[list[int], Meta(description="每张人脸 left, top, width, height / per face")]
    face_prob: Annotated[list[float], Meta(description="人脸概率 0-1 / face probability")]
    pose: Annotated[
        list[float], Meta(description="每张人脸 yaw, pitch, roll，度，右、上、顺时针为正 / degrees")
    ]
    landmark_num: Annotated[int, Meta(description="每张人脸的关键点数，固定为 5 / landmarks per face")]
    landmark: Annotated[
        list[float], Meta(description="每张人脸 x0, y0, x1, y1 …：双眼、鼻尖、嘴角 / eyes, nose, mouth")
    ]
    gender: Annotated[list[int], Meta(description="性别；不评估，恒为空 / not assessed: always empty")]
    age: Annotated[list[int], Meta(description="年龄；不评估，恒为空 / not assessed: always empty")]
    expression: Annotated[list[int], Meta(description="表情；不评估，恒为空 / not assessed: always empty")]
    glass: Annotated[list[int], Meta(description="眼镜；不评估，恒为空 / not assessed: always empty")]
    iris: None = None


@method(
    "/face/quality/query",
    "1.0.0",
    service="face",
    token="optional",
    raises=(BadInput, FacesOff, FacesBusy),
    title="人脸质量评估",
    title_en="Assess a face picture",
    contract=Contract(source="spec E 3.3 C7", message="damo face quality success"),
)
async def assess_quality(data: QualityQuery, call: Call, fetcher: Fetcher, search: FaceSearch) -> Quality:
    """Every face of the picture, largest first, with box, probability, pose and five points. Nothing is judged or kept;
    `/solution/community/faceimage/check` says whether a picture does.

    Gender, age, expression and glasses are not assessed: these four lists are empty, never guessed, also where faces
    are found. A client that reads them by face must look at their length first. One engine stands behind all providers.
    """
    if not data.face_url.strip():
        raise BadInput(field="faceUrl", rule="blank")
    if data.provider.casefold() not in {name.casefold() for name in PROVIDERS}:
        raise BadInput(field="provider", rule="one_of", allowed=", ".join(PROVIDERS))
    picture = await fetcher.content(data.face_url, field="faceUrl")
    seen = await look(search.engine, picture, field="faceUrl", use="search", embed=False)
    return Quality(
        request_id=call.request_id.upper(),
        face_num=len(seen.faces),
        face_rect=[
            round(side)
            for face in seen.faces
            for side in (max(0.0, face.left), max(0.0, face.top), face.width, face.height)
        ],
        face_prob=[round(face.score, 4) for face in seen.faces],
        pose=[round(angle, 1) for face in seen.faces for angle in (face.yaw, face.pitch, face.roll)],
        landmark_num=LANDMARKS,
        landmark=[round(part, 2) for face in seen.faces for part in chain.from_iterable(face.points)],
        gender=[],
        age=[],
        expression=[],
        glass=[],
    )
