"""From a user's picture to being found by another one and forgotten again, on the whole platform with its face child."""

from pathlib import Path

import pytest

from linli.vision.fake import fake_models, marked
from tests.domains.faces.test_open_api import BY_IMAGE, jpeg
from tests.domains.visitors.conftest import Estate, estate, until  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def models(tmp_path: Path) -> None:
    """Before the platform starts: its data folder has models of the stand-in."""
    fake_models(tmp_path / "models")


async def upload(estate: Estate, name: str, content: bytes) -> str:  # noqa: F811
    ticket = await estate.ok("/solution/community/oss/ticket/get", "1.0.2", {"type": "picture"})
    key = f"{ticket['dir']}/{name}.jpg"
    form = {
        "key": key, "policy": ticket["policy"], "OSSAccessKeyId": ticket["accessId"],
        "signature": ticket["signature"], "success_action_status": "200",
    }  # fmt: skip
    answer = await estate.client.post("/oss", data=form, files={"file": ("face.jpg", content, "image/jpeg")})
    assert answer.status_code == 200, answer.text
    return key


@pytest.mark.covers("B032", "B035")
async def test_a_user_is_found_by_another_picture_until_their_face_is_deleted(estate):  # noqa: F811
    key = await upload(estate, "alice", marked(jpeg(), "alice"))
    saved = await estate.ok(
        "/solution/community/oss/file/save", "1.0.0", {"tmpOssKey": key, "bizCode": "HOUSEHOLD_FACE"}
    )
    [group, *_] = await estate.ok(
        "/solution/community/paas/user/group/query", "1.0.1", {"pageNo": 1, "pageSize": 9}
    )
    user = await estate.ok(
        "/solution/community/paas/user/add",
        "1.0.2",
        {
            "userGroupId": group["userGroupId"],
            "userName": "爱丽丝",
            "mobile": "13900000001",
            "faceImgUploadId": saved["uploadId"],
        },
    )
    other = await upload(estate, "seen", marked(jpeg(), "alice"))

    async def found() -> list[str]:
        users = await estate.ok(BY_IMAGE, "1.0.1", {"ossFileKey": other})
        return [one["identityId"] for one in users]

    async def is_found() -> bool:
        return await found() == [user["identityId"]]

    async def is_forgotten() -> bool:
        return await found() == []

    await until(is_found)
    await estate.ok("/solution/community/paas/user/face/delete", "1.0.0", {"identityId": user["identityId"]})
    await until(is_forgotten)
