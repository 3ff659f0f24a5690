"""Partners have a picture checked and ask whose face it shows. Spec B 3.6 A021, 3.7 A028."""

import io
from pathlib import Path

import httpx
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from linli.domains.faces.service import enrolment
from linli.vision.engine.local import NoEngine
from linli.vision.engine.process import ProcessEngine
from linli.vision.fake import marked
from tests.vision import shipped
from tests.vision.conftest import models_or_skip

CHECK = "/solution/community/faceimage/check"
QUALITY = "/face/quality/query"
BY_IMAGE = "/solution/community/paas/user/getbyimage"


def jpeg(side: int = 640) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((side, side), 80).save(out, "JPEG", quality=60)
    return out.getvalue()


class Home:
    """A community of a partner, as its calls see it."""

    def __init__(self, platform, partner, community: int, token: str) -> None:
        self.platform = platform
        self.partner = partner
        self.community = community
        self._token = token
        self._count = 0

    async def call(self, path: str, version: str, params):
        return await self.partner.call(path, version, params, cloudToken=self._token)

    async def upload(self, content: bytes) -> str:
        """The key of a picture handed in with a ticket."""
        self._count += 1
        ticket = (await self.call("/solution/community/oss/ticket/get", "1.0.2", {"type": "picture"}))["data"]
        key = f"{ticket['dir']}/face{self._count}.jpg"
        form = {
            "key": key, "policy": ticket["policy"], "OSSAccessKeyId": ticket["accessId"],
            "signature": ticket["signature"], "success_action_status": "200",
        }  # fmt: skip
        async with httpx.AsyncClient(trust_env=False) as client:
            url = f"{self.platform.url}/oss"
            answer = await client.post(url, data=form, files={"file": ("face.jpg", content, "image/jpeg")})
        assert answer.status_code == 200, answer.text
        return key

    async def check(self, content: bytes, **changed):
        params = {"width": 640, "height": 640, "url": await self.upload(content), **changed}
        return await self.call(CHECK, "1.0.1", params)

    async def user(self, name: str, phone: str, content: bytes) -> dict[str, str]:
        """A user of the residents' group whose picture is enrolled."""
        groups = (
            await self.call(
                "/solution/community/paas/user/group/query", "1.0.1", {"pageNo": 1, "pageSize": 9}
            )
        )["data"]
        key = await self.upload(content)
        saved = await self.call(
            "/solution/community/oss/file/save", "1.0.0", {"tmpOssKey": key, "bizCode": "HOUSEHOLD_FACE"}
        )
        wish = {
            "userGroupId": groups[0]["userGroupId"], "userName": name, "mobile": phone,
            "faceImgUploadId": saved["data"]["uploadId"],
        }  # fmt: skip
        added = await self.call("/solution/community/paas/user/add", "1.0.2", wish)
        assert added["code"] == 200, added
        user = added["data"]
        kept = self.platform.store.key_of(saved["data"]["url"])
        platform = self.platform
        look = await platform.engine.look(await platform.store.get(kept))
        async with platform.db.begin() as tx:
            await enrolment.put(
                self.partner.owner, tx, community_id=self.community, face_id=user["faceId"],
                identity_id=user["identityId"], object_key=kept, now_ms=platform.clock.now_ms(), look=look,
            )  # fmt: skip
        return {**user, "key": key}


async def home_of(platform, partner) -> Home:
    community = await platform.new_community(partner)
    return Home(platform, partner, community, await partner.token(community))


@pytest.fixture
async def home(platform, partner) -> Home:
    return await home_of(platform, partner)


@pytest.mark.covers("B026")
async def test_a_picture_is_checked_and_the_broken_rule_is_named(home):
    good = jpeg()
    assert (await home.check(marked(good, "alice")))["code"] == 200
    for shows, said in (
        (marked(good, "-"), "shows no face"),
        (marked(good, "alice", "count"), "shows more than one face"),
        (marked(good, "alice", "size"), "shows too small a face"),
        (marked(good, "alice", "pose"), "does not look into the camera"),
        (marked(good, "alice", "blur"), "is blurred"),
        (marked(good, "alice", "light"), "is too bright or unevenly lit"),
        (jpeg(900), "has more than 800 pixels on one side"),
        (jpeg(40), "must have 10 KB to 1 MB"),
        (b"\x89PNG\r\n\x1a\n" + good, "must be a JPG picture"),
        (b"words" * 9000, "must be a JPG picture"),
    ):
        answer = await home.check(shows)
        assert (answer["code"], answer.get("data")) == (460, None), said
        assert "url: " in answer["message"]
        assert said in answer["message"]
    assert (await home.check(marked(good, "alice", "cover")))["code"] == 200  # advisory, never a refusal


async def test_a_check_takes_our_addresses_and_refuses_others(platform, partner, stranger, home):
    key = await home.upload(marked(jpeg(), "alice"))
    saved = await home.call(
        "/solution/community/oss/file/save", "1.0.0", {"tmpOssKey": key, "bizCode": "HOUSEHOLD_FACE"}
    )
    url = saved["data"]["url"]

    async def code(**params):
        answer = await home.call(CHECK, "1.0.1", {"width": 640, "height": 640, **params})
        return answer["code"], answer["message"]

    assert (await code(url=url))[0] == 200
    assert (await code(url=key))[0] == 200  # the temporary key goes on naming its picture
    assert (await code(url=platform.store.key_of(url)))[0] == 200
    for wrong in (
        url[:-3] + "000",
        url.partition("?")[0],
        "https://example.com/face.jpg",
        "nothing",
        f"{key}x",
    ):
        assert await code(url=wrong) == (460, "request parameter error. url: is not known")
    assert (await code(url=" "))[1] == "request parameter error. url is blank!"
    assert "width: must be between 1 and 800" in (await code(url=url, width=801))[1]
    assert "height" in (await code(url=url, height=0))[1]
    assert (await code(url=url, width="wide"))[0] == 400
    assert (await home.call(CHECK, "1.0.1", {"width": 1, "height": 1}))["code"] == 460
    other = await home_of(platform, stranger)
    answer = await other.call(CHECK, "1.0.1", {"width": 640, "height": 640, "url": key})
    assert (answer["code"], answer["message"]) == (460, "request parameter error. url: is not known")


@pytest.mark.covers("B032")
async def test_users_are_found_by_a_picture(platform, partner, stranger, home):
    alice = await home.user("爱丽丝", "13900000001", marked(jpeg(), "alice"))
    await home.user("鲍勃", "13900000002", marked(jpeg(), "bob"))

    async def found(who: str, at: Home = home):
        answer = await at.call(BY_IMAGE, "1.0.1", {"ossFileKey": await at.upload(marked(jpeg(), who))})
        assert answer["code"] == 200, answer
        return answer["data"]

    [user] = await found("alice")
    url = user.pop("faceImageUrl")
    groups = user.pop("userGroups")
    assert user == {
        "identityId": alice["identityId"], "faceId": alice["faceId"], "userName": "爱丽丝", "idNo": None,
        "age": None, "sex": None, "mobile": "13900000001",
    }  # fmt: skip
    assert [set(group) for group in groups] == [{"userGroupId", "userGroupName", "userGroupType"}]
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(url)).content.endswith(b"face:alice")
    assert await found("carol") == []
    # the key of a saved picture does as well
    assert len((await home.call(BY_IMAGE, "1.0.1", {"ossFileKey": alice["key"]}))["data"]) == 1
    # somebody who looks the same: both are told, and a person decides
    await home.user("双胞胎", "13900000003", marked(jpeg(), "alice"))
    assert sorted(one["userName"] for one in await found("alice")) == ["双胞胎", "爱丽丝"]
    # another tenant's community knows none of them, and has no use for their pictures
    other = await home_of(platform, stranger)
    assert await found("alice", other) == []
    answer = await other.call(BY_IMAGE, "1.0.1", {"ossFileKey": alice["key"]})
    assert (answer["code"], answer["message"]) == (460, "request parameter error. ossFileKey: is not known")


async def test_wrong_pictures_and_keys_are_named(home):
    async def said(key):
        answer = await home.call(BY_IMAGE, "1.0.1", {"ossFileKey": key})
        return answer["code"], answer["message"]

    assert (await said(""))[1] == "request parameter error. ossFileKey is blank!"
    assert (await said("nothing"))[1] == "request parameter error. ossFileKey: is not known"
    assert (await said(7))[0] == 400
    nobody = await said(await home.upload(marked(jpeg(), "-")))
    assert nobody == (460, "request parameter error. ossFileKey: shows no face")


@pytest.mark.covers("EP-28")
async def test_a_picture_is_assessed_in_numbers(platform, home):
    """Spec E C7; G20 shows the shape of the answer."""

    async def assess(content: bytes, provider: str = "Damo"):
        await platform.store.put("t/seen.jpg", content)
        asked = {"faceUrl": platform.store.url("t/seen.jpg"), "provider": provider}
        return await home.call(QUALITY, "1.0.0", asked)

    answer = await assess(marked(jpeg(), "alice", "count"))
    assert (answer["code"], answer["message"]) == (200, "damo face quality success")
    assert answer["localizedMsg"] is None
    data = answer["data"]
    assert len(data.pop("requestId")) == 36
    assert data == {
        "faceNum": 2, "faceRect": [160, 160, 320, 320, 160, 160, 200, 200], "faceProb": [0.99, 0.99],
        "pose": [0.0] * 6, "landmarkNum": 5,
        "landmark": [256.0, 260.0, 384.0, 260.0, 320.0, 330.0, 272.0, 400.0, 368.0, 400.0,
                     160.0, 260.0, 240.0, 260.0, 200.0, 330.0, 170.0, 400.0, 230.0, 400.0],
        "gender": [], "age": [], "expression": [], "glass": [], "iris": None,
    }  # fmt: skip
    for provider in ("Alipay", "IoT", "damo"):
        assert (await assess(marked(jpeg(), "-"), provider))["data"]["faceNum"] == 0
    wrong = await assess(jpeg(), "Nobody")
    assert (wrong["code"], wrong["message"]) == (
        460,
        "request parameter error. provider: must be one of Alipay, IoT, Damo",
    )
    assert "faceUrl: is no picture that can be read" in (await assess(b"words"))["message"]
    for url, said in (
        ("", "faceUrl is blank!"),
        ("nowhere", "faceUrl: must look like"),
        (f"{platform.url}/files/t/seen.jpg", "faceUrl: "),
        (platform.store.url("t/none.jpg"), "faceUrl: "),
    ):
        answer = await home.call(QUALITY, "1.0.0", {"faceUrl": url, "provider": "IoT"})
        assert answer["code"] == 460
        assert said in answer["message"]
    assert (await home.call(QUALITY, "1.0.0", {"faceUrl": 5, "provider": "IoT"}))["code"] == 400


async def test_without_models_faces_are_off_and_say_so(platform, home):
    key = await home.upload(marked(jpeg(), "alice"))
    platform.face_search.engine = NoEngine("no models")
    for path, params in ((CHECK, {"width": 1, "height": 1, "url": key}), (BY_IMAGE, {"ossFileKey": key})):
        answer = await home.call(path, "1.0.1", params)
        assert answer["code"] == 20004
        assert "Faces are off" in answer["message"]
        assert "linli models" in answer["localizedMsg"]


@pytest.mark.covers("B026", "B032", "EP-28")
async def test_real_models_behind_the_open_api(platform, partner, tmp_path: Path):
    """The default models on pictures that packages ship: close-ups as residents' pictures are."""
    models = models_or_skip()
    pictures = shipped.pictures()
    if not pictures:
        pytest.skip("the pictures that packages ship are not here")
    engine = platform.face_search.engine = ProcessEngine(models, tmp_path / "libraries")
    await engine.start()
    try:
        home = await home_of(platform, partner)
        close = {name: close_up(pictures[f"{name}.jpg"]) for name in ("obama", "obama2", "obama3", "biden")}
        for name in close:
            assert (await home.check(close[name]))["code"] == 200, name
        whole = Image.open(io.BytesIO(pictures["obama.jpg"])).resize((640, 800))
        picture = Image.open(io.BytesIO(close["obama"]))
        for bad, reason in (
            (whole, "less than a quarter"),
            (picture.filter(ImageFilter.GaussianBlur(8)), "is blurred"),
            (ImageEnhance.Brightness(picture).enhance(0.15), "is too dark"),
            (picture.rotate(45), "does not look into the camera"),
        ):
            answer = await home.check(as_jpeg(bad))
            assert answer["code"] == 460
            assert reason in answer["message"]
        await platform.store.put("t/group.jpg", pictures["sample5.jpg"])
        asked = {"faceUrl": platform.store.url("t/group.jpg"), "provider": "Alipay"}
        group = (await home.call(QUALITY, "1.0.0", asked))["data"]
        assert group["faceNum"] == 5
        assert [len(group[name]) for name in ("faceRect", "faceProb", "pose", "landmark")] == [20, 5, 15, 50]
        assert min(group["faceProb"]) > 0.5
        left, top, width, height = group["faceRect"][:4]
        xs, ys = group["landmark"][0:10:2], group["landmark"][1:10:2]
        assert left < min(xs) < max(xs) < left + width
        assert top < min(ys) < max(ys) < top + height
        assert xs[0] < xs[2] < xs[1]  # the nose between the eyes, the mouth below them
        assert max(ys[:2]) < ys[2] < min(ys[3:])
        user = await home.user("奥先生", "13900000001", close["obama"])
        await home.user("拜先生", "13900000002", close["biden"])
        for name in ("obama2", "obama3"):
            answer = await home.call(BY_IMAGE, "1.0.1", {"ossFileKey": await home.upload(close[name])})
            assert [one["identityId"] for one in answer["data"]] == [user["identityId"]]
        stranger = as_jpeg(Image.open(io.BytesIO(pictures["astronaut.png"])).convert("RGB"))
        answer = await home.call(BY_IMAGE, "1.0.1", {"ossFileKey": await home.upload(stranger)})
        assert answer["data"] == []
    finally:
        await engine.stop()


def close_up(content: bytes) -> bytes:
    """The head of the only person, as large in the picture as the rule asks."""
    from linli.vision.pipeline import load

    face = load(models_or_skip()).look(content).face
    side = face.height * 1.5
    left, top = face.left + face.width / 2 - side / 2, face.top + face.height / 2 - side * 0.55
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    return as_jpeg(
        picture.crop((round(left), round(top), round(left + side), round(top + side))).resize((640, 640))
    )


def as_jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95)
    return out.getvalue()
