"""Installers sign in by their phones and see the edge of their own projects alone. Spec C §3 (C124)."""

import pytest

from linli.console.parts import Parts
from tests.console.conftest import Browser, administrator, browser, parts
from tests.console.test_organisation import House
from tests.domains.boxes.conftest import MODEL

__all__ = ["administrator", "browser", "parts"]

RIGHTS = ["devices.use", "devices.manage", "projects.use"]


@pytest.mark.covers("C124")
async def test_an_installer_sees_and_sets_up_the_clusters_of_own_projects(
    administrator: Browser, parts: Parts
) -> None:
    house = House(parts, administrator)
    mine, other = await house.project("我的项目"), await house.project("别的项目")
    installer = await house.person("李娜", "13900000001")
    await house.give(installer, await house.role("实施", RIGHTS))
    await house.bind([installer], [mine])
    made = {}
    for project in (mine, other):
        body = {"name": f"集群 {project}", "model": MODEL, "projectId": project}
        made[project] = (await administrator.post("/edge/clusters", json=body)).json()["id"]
    async with Browser(parts, address="198.51.100.1") as works:
        await house.enter(works, "13900000001")
        projects = (await works.get("/app-platform/projects")).json()["data"]
        assert [row["projectId"] for row in projects] == [mine]
        seen = (await works.get("/edge/clusters")).json()["data"]
        assert [(row["id"], row["projectName"]) for row in seen] == [(made[mine], "我的项目")]
        for path in (f"/edge/clusters/{made[other]}", f"/edge/clusters/{made[other]}/components"):
            assert (await works.get(path)).status_code == 404
        node = {"name": "wangyuefu-01", "serialNumber": "SN-0001"}
        assert (await works.post(f"/edge/clusters/{made[other]}/nodes", json=node)).status_code == 404
        added = await works.post(f"/edge/clusters/{made[mine]}/nodes", json=node)
        assert added.status_code == 201, added.text
        assert (await works.get(f"/edge/nodes/{added.json()['id']}")).json()["state"] == "unactivated"
        for where, status in ((other, 404), (None, 400), (mine, 201)):
            body = {"name": "新集群", "model": MODEL, "projectId": where}
            assert (await works.post("/edge/clusters", json=body)).status_code == status
        assert (await works.get("/edge/component-requests")).status_code == 403
