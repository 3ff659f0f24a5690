"""What a resident's page hears of: its own homes, until they are no more."""

from linli.console.resident.live import Follower, _scopes, home_topic
from linli.domains.accounts.cookies import RESIDENT_COOKIE, session_token
from linli.domains.accounts.service import sessions
from linli.domains.people.queries.residence import Resident, resident
from tests.domains.access.estate import NEIGHBOUR_PHONE, OWNER_PHONE, Estate, open_estate


async def who(estate: Estate, phone: str) -> Resident:
    return await resident(estate.parts.db, account_id=1, phone=phone, name="", language="en")


async def test_a_page_hears_of_its_own_home_alone(database, clock, ids, tmp_path) -> None:
    async with open_estate(database, clock, ids, tmp_path) as estate, estate.phone() as owner:
        own, other = (home_topic(house) for house in estate.houses)
        assert _scopes(await who(estate, OWNER_PHONE)).keys() == {own}
        assert _scopes(await who(estate, NEIGHBOUR_PHONE)).keys() == {other}
        assert _scopes(await who(estate, "13800000999")) == {}
        hub = estate.parts.hub
        page = hub.subscribe(_scopes(await who(estate, OWNER_PHONE)), account_id=1)
        for topic, call_id in ((other, "1"), (own, "2")):
            place = estate.tenant.tenant, estate.community
            hub.publish(topic, {"callId": call_id}, tenant_id=place[0], community_id=place[1])
        heard = await page.next(30)
        assert heard is not None
        assert heard.body == b'{"callId":"2"}'
        token = session_token(dict(owner.cookies), RESIDENT_COOKIE, plain_too=True)
        session = await sessions.find_session(
            estate.parts.db, token, now_ms=estate.parts.clock.now_ms(), front=sessions.RESIDENT
        )
        assert session is not None
        follower = Follower(estate.parts.db, await who(estate, OWNER_PHONE), session)
        assert (await follower.look() or {}).keys() == {own}
        assert (await owner.delete("/session")).status_code == 204
        assert await follower.look() is None
