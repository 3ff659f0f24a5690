"""The POI catalogue and the operator's review of communities."""

import argparse
from pathlib import Path

from linli.admin.commands import OPERATOR, Answer, Command
from linli.app.platform import Platform
from linli.domains.communities.queries import communities
from linli.domains.communities.rows import Community
from linli.domains.communities.service import applications, pois
from linli.kernel.errors import BadInput
from linli.kernel.pages import PageRequest


def _poi_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", type=Path, help="CSV (UTF-8) with the columns id, name, cityname and, optionally, address, …"
    )


async def _import_poi(platform: Platform, words: argparse.Namespace) -> Answer:
    try:
        with words.file.open(encoding="utf-8-sig", newline="") as lines:
            rows = pois.read_catalogue(lines)
    except OSError as error:
        raise BadInput(field="file", rule="file", detail=error.strerror) from error
    except UnicodeDecodeError as error:
        raise BadInput(field="file", rule="utf8") from error
    done = await platform.db.run(lambda tx: pois.import_catalogue(tx, rows))
    return {"rows": done.rows}


def _community_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("community", type=int, help="communityId")


async def _approve(platform: Platform, words: argparse.Namespace) -> Answer:
    community = await platform.db.run(
        lambda tx: applications.approve(
            OPERATOR,
            tx,
            community_id=words.community,
            reviewer=OPERATOR.caller.id,
            ids=platform.ids,
            now_ms=platform.clock.now_ms(),
        )
    )
    return _line(community) | {"rootSpaceId": str(community.root_space_id)}


def _reject_words(parser: argparse.ArgumentParser) -> None:
    _community_words(parser)
    parser.add_argument("--reason", required=True, help="what the applicant reads")


async def _reject(platform: Platform, words: argparse.Namespace) -> Answer:
    await platform.db.run(
        lambda tx: applications.reject(
            OPERATOR,
            tx,
            community_id=words.community,
            reviewer=OPERATOR.caller.id,
            reason=words.reason,
            now_ms=platform.clock.now_ms(),
        )
    )
    return _line(await communities.community(OPERATOR, platform.db, words.community))


def _list_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--status", type=int, choices=(1, 2, 3), help="1 under review, 2 approved, 3 rejected"
    )


async def _list(platform: Platform, words: argparse.Namespace) -> Answer:
    page = await communities.page(OPERATOR, platform.db, PageRequest(1, 100), apply_status=words.status)
    return {"total": page.total, "communities": [_line(row) for row in page.data]}


def _line(row: Community) -> Answer:
    return {
        "communityId": row.community_id,
        "name": row.name,
        "applyStatus": row.apply_status,
        "tenantId": row.tenant_id,
        "projectId": row.scope_id,
    }


COMMANDS = {
    "import-poi": Command("fill the catalogue of places from a CSV file", _poi_words, _import_poi),
    "list-communities": Command("list communities and applications", _list_words, _list),
    "approve-community": Command("accept the application for a community", _community_words, _approve),
    "reject-community": Command("refuse the application for a community", _reject_words, _reject),
}
