"""A platform on a real socket with the rooms of people and communities, and partners who sign their calls."""

from dataclasses import dataclass
from typing import Any

from linli.app.files import Files
from linli.domains.communities import openapi as communities_api
from linli.domains.communities.service import applications, pois
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.communities.service.token_targets import CommunityTargets
from linli.domains.communities.service.uploads import SavedFaces, UploadPlace
from linli.domains.communities.uploads_http import UploadForm
from linli.domains.faces.openapi import quality as face_quality_api
from linli.domains.faces.openapi import search as face_search_api
from linli.domains.faces.service.pictures import Fetcher
from linli.domains.faces.service.search import FaceSearch
from linli.domains.notices import openapi as notices_api
from linli.domains.people import openapi as people_api
from linli.domains.people.ports import FaceUploads, Houses
from linli.kernel.http import HttpServer
from linli.kernel.objects import ObjectStore, Shelf
from linli.kernel.scope import Caller, Scope
from linli.openapi import token_methods
from linli.openapi.assembly import OpenApi
from linli.openapi.registry import Registry
from linli.openapi.tokens import TokenTargets
from linli.vision.engine import Engine
from linli.vision.engine.local import LocalEngine
from linli.vision.fake import FakePipeline
from tests.domains.communities.builders import POI_CSV, add_upload, application
from tests.openapi.house import Partner, Platform

OPERATOR = Scope(None, Caller("operator", "root"))


@dataclass(kw_only=True)
class DomainPlatform(Platform):
    shelf: Shelf

    @property
    def engine(self) -> Engine:
        """What looks at faces: the stand-in, unless a test puts another in its place."""
        return self.face_search.engine

    async def start(self) -> None:
        registry = Registry()
        registry.add(
            token_methods, communities_api, people_api, notices_api, face_search_api, face_quality_api
        )
        self.store = ObjectStore(self.shelf, b"s" * 32, "http://127.0.0.1:1", self.clock)
        place = UploadPlace(self.store, b"p" * 32)
        self.face_search = FaceSearch(self.db, LocalEngine(FakePipeline()))
        services: dict[Any, Any] = {
            TokenTargets: CommunityTargets(),
            UploadPlace: place,
            ObjectStore: self.store,
            Houses: SpaceHouses(),
            FaceSearch: self.face_search,
            Fetcher: Fetcher(self.store, allow_private=True),
            FaceUploads: SavedFaces(self.store),
        }
        self.api = OpenApi(
            registry, db=self.db, clock=self.clock, ids=self.ids, secrets=self.secrets, settings=self.settings,
            services=services,
        )  # fmt: skip
        await self.api.start()
        form, files = UploadForm(place, self.clock), Files(self.store, self.db)

        async def route(scope: Any, receive: Any, send: Any) -> None:
            path = scope["path"]
            app = (
                form if path.startswith("/oss") else files if path.startswith("/files/") else self.api.gateway
            )
            await app(scope, receive, send)

        self.server = HttpServer(route)
        await self.server.start()
        self.store.base_url = self.url

    async def import_pois(self) -> None:
        async with self.db.begin() as tx:
            await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))

    async def approve(self, community_id: int) -> None:
        async with self.db.begin() as tx:
            await applications.approve(
                OPERATOR,
                tx,
                community_id=community_id,
                reviewer="root",
                ids=self.ids,
                now_ms=self.clock.now_ms(),
            )

    async def reject(self, community_id: int, reason: str) -> None:
        async with self.db.begin() as tx:
            await applications.reject(
                OPERATOR,
                tx,
                community_id=community_id,
                reviewer="root",
                reason=reason,
                now_ms=self.clock.now_ms(),
            )

    async def new_community(self, partner: Partner, name: str = "九龙站宾馆") -> int:
        """An approved community of the partner, set up without calls."""
        app = Scope(partner.tenant_id, Caller("app", partner.app_key), frozenset(), partner.project_id)
        upload = self.ids.upload_id()
        async with self.db.begin() as tx:
            await add_upload(app, tx, upload)
            community_id = await applications.apply(
                app,
                tx,
                application=application(name=name, certificates=[("certificateUploadId", upload)]),
                now_ms=self.clock.now_ms(),
            )
        await self.approve(community_id)
        return community_id
