"""What boxes that run their site's intercom get of this process."""

from functools import partial

from linli.app.addresses import DeviceAddresses
from linli.domains.intercom.places import sip_address_if_on
from linli.domains.intercom.site.document import Maker
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.protocols.edge_link import SipPlace


def site_maker(settings: Settings, addresses: DeviceAddresses, secrets: Secrets) -> Maker:
    return Maker(secrets, realm=settings.sip.realm, place=partial(_sip_place, settings, addresses))


def _sip_place(settings: Settings, addresses: DeviceAddresses) -> SipPlace | None:
    """Where boxes find the SIP server: by TLS where it has it and they can check it."""
    place = sip_address_if_on(settings)
    if place is None:
        return None
    host, tls = place[0], settings.sip.tls_port
    authority = addresses.authority_for(host) if tls else None
    if authority is None:
        return SipPlace(host=host, port=int(place[1]))
    return SipPlace(host=host, port=tls, tls=True, authority=authority)
