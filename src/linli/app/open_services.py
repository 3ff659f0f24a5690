"""What the open API's operations may ask for by type."""

from typing import TYPE_CHECKING, Any

from linli.databus.sse.tickets import Tickets
from linli.domains.access.service.keys import DoorKeys
from linli.domains.boxes.queries.clusters import ProjectClusters
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.communities.service.token_targets import CommunityTargets
from linli.domains.communities.service.uploads import SavedFaces, UploadPlace
from linli.domains.faces.ports import DevicePlaces
from linli.domains.faces.service.pictures import Fetcher
from linli.domains.faces.service.search import FaceSearch
from linli.domains.overview.queries import MapPlaces
from linli.domains.people.ports import FaceUploads, Houses
from linli.domains.projects.ports import Clusters
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.live.pictures import Thumbnails
from linli.kernel.objects import ObjectStore
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi.tokens import TokenTargets
from linli.servicebus.bus import ServiceBus
from linli.things.downlink.invoker import Invoker

if TYPE_CHECKING:
    from linli.app.platform import Platform


def services_of(platform: "Platform") -> dict[type[Any], object]:
    return {
        TokenTargets: CommunityTargets(),
        Houses: SpaceHouses(),
        Clusters: ProjectClusters(),
        FaceUploads: SavedFaces(platform.objects),
        ObjectStore: platform.objects,
        UploadPlace: platform.uploads,
        DoorKeys: platform.door_keys,
        FaceSearch: platform.faces.search,
        Fetcher: Fetcher(platform.objects, allow_private=platform.settings.pictures.allow_private),
        DevicePlaces: MapPlaces(),
        Invoker: platform.things.invoker,
        ServiceBus: platform.service_bus,
        Secrets: platform.secrets,
        Settings: platform.settings,
        Tickets: platform.databus.tickets,
        VideoDesk: platform.video.desk,
        Thumbnails: platform.video.thumbnails,
    }
