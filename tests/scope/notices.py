"""How the routes of notices are called; see `routes`."""

from collections.abc import Callable
from typing import Any

from tests.scope.desk import Ask


def recipes() -> dict[str, list[Callable[[Any], Ask]]]:
    here = "/communities/{community_id}/notices"

    def at(x: Any, notice: int) -> dict[str, Any]:
        return {"community_id": x.community, "notice_id": notice}

    def form(x: Any) -> dict[str, Any]:
        return {"title": f"新{x.name}", "groups": [{"text": "一"}], "spaceIds": [x.building]}

    return {
        f"GET {here}": [lambda x: Ask({"community_id": x.community}, {"spaceId": x.house})],
        f"POST {here}": [lambda x: Ask({"community_id": x.community}, body=form(x))],
        f"POST {here}/reach": [lambda x: Ask({"community_id": x.community}, body={"spaceIds": [x.building]})],
        f"POST {here}/pictures": [lambda x: Ask({"community_id": x.community}, file=JPG)],
        f"GET {here}/{{notice_id}}": [lambda x: Ask(at(x, x.notice))],
        f"GET {here}/{{notice_id}}/reads": [lambda x: Ask(at(x, x.notice))],
        f"PUT {here}/{{notice_id}}": [lambda x: Ask(at(x, x.draft_notice), body=form(x))],
        f"POST {here}/{{notice_id}}/publish": [lambda x: Ask(at(x, x.ripe_notice), body={})],
        f"POST {here}/{{notice_id}}/withdraw": [lambda x: Ask(at(x, x.planned_notice))],
        f"PUT {here}/{{notice_id}}/top": [lambda x: Ask(at(x, x.notice), body={"isTop": True})],
        f"DELETE {here}/{{notice_id}}": [lambda x: Ask(at(x, x.dropped_notice))],
        f"POST {here}/{{notice_id}}/restore": [lambda x: Ask(at(x, x.removed_notice))],
    }


JPG = bytes.fromhex("ffd8ffc0001108000a000a03012200021101031101ffd9")
"""Ten by ten pixels as far as a header tells."""
