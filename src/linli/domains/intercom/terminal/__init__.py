"""Routes of indoor terminals that are pages of ours."""

from linli.domains.intercom.terminal.calls import ROUTES as calls
from linli.domains.intercom.terminal.doors import ROUTES as doors
from linli.domains.intercom.terminal.session import ROUTES as session

ROUTES = (*session, *doors, *calls)
