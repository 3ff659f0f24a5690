"""The registrar over real sockets."""

import asyncio

from linli.domains.intercom.service import numbers
from linli.domains.intercom.sip import phones
from linli.kernel import tenancy
from linli.kernel.scope import Scope
from linli.kernel.sip.guard import MOST_WRONG
from linli.protocols import sip
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.phone import Phone


async def place(exchange: Exchange, phone: Phone) -> int | None:
    binding = await phones.find_binding(exchange.db, phone.number, exchange.front._clock.now_ms())
    return None if binding is None else binding.port


async def test_a_phone_logs_in_as_the_seeds_clients_do(exchange: Exchange) -> None:
    phone = await exchange.phone(registered=False)
    request = phone.make("REGISTER", "sip:127.0.0.1")
    request.set("to", f"<sip:{phone.number}@127.0.0.1>")
    phone.send(request)
    refusal = await phone.response()
    assert refusal.status == 401
    assert "qop" not in (refusal.get("www-authenticate") or "")
    phone.send(phone.prove(request, refusal))
    done = await phone.response()
    assert done.status == 200
    assert done.contacts[0].uri.port == phone.port
    assert done.contacts[0].params["expires"] in ("600", "599")
    assert await place(exchange, phone) == phone.port


async def test_a_restart_forgets_no_phone(exchange: Exchange) -> None:
    phone, caller = await exchange.phone(), await exchange.phone()
    await exchange.restart()
    await caller.call(phone.number)
    assert (await phone.request("INVITE")).body.startswith(b"v=0")


async def test_the_newest_log_in_wins_and_an_older_one_cannot_log_it_out(exchange: Exchange) -> None:
    old = await exchange.phone()
    new = await Phone.open(exchange.front.port, old.number, old.password)
    exchange.phones.append(new)
    assert (await new.register()).status == 200
    assert await place(exchange, old) == new.port
    assert (await old.register(expires="0")).status == 200
    assert await place(exchange, old) == new.port
    assert (await new.register(expires="0")).status == 200
    assert await place(exchange, new) is None


async def test_a_renewed_password_ends_the_old_log_in(exchange: Exchange) -> None:
    phone = await exchange.phone()
    async with exchange.db.begin() as tx:
        fresh = await numbers.renew_password(
            exchange.scope, tx, number=phone.number, ids=exchange.ids, secrets=exchange.secrets, now_ms=0
        )
    assert await place(exchange, phone) is None
    assert (await phone.register()).status == 401
    phone.password = fresh
    assert (await phone.register()).status == 200


async def test_star_logs_out_and_odd_wishes_are_refused(exchange: Exchange) -> None:
    phone = await exchange.phone()
    assert (await phone.register(contact="*")).status == 400
    assert (await phone.register(expires="5")).status == 423
    assert await place(exchange, phone) == phone.port
    assert (await phone.register(contact="*", expires="0")).status == 200
    assert await place(exchange, phone) is None


async def test_a_replayed_proof_is_refused(exchange: Exchange) -> None:
    phone = await exchange.phone(registered=False)
    request = phone.make("REGISTER", "sip:127.0.0.1")
    request.set("to", f"<sip:{phone.number}@127.0.0.1>")
    phone.send(request)
    proved = phone.prove(request, await phone.response())
    phone.send(proved)
    assert (await phone.response()).status == 200
    replayed = sip.read_datagram(bytes(proved))
    replayed.set("via", f"SIP/2.0/UDP 127.0.0.1:{phone.port};branch=z9hG4bKreplayed;rport")
    phone.send(replayed)
    again = await phone.response()
    assert again.status == 401
    assert "stale=true" in (again.get("www-authenticate") or "")


async def test_the_same_message_twice_is_answered_twice_alike(exchange: Exchange) -> None:
    phone = await exchange.phone(registered=False)
    request = phone.make("REGISTER", "sip:127.0.0.1")
    request.set("to", f"<sip:{phone.number}@127.0.0.1>")
    phone.send(request)
    asked = await phone.response()
    phone.send(request)
    assert (await phone.response()).to == asked.to
    proved = phone.prove(request, asked)
    phone.send(proved)
    first = await phone.response()
    assert first.status == 200
    phone.send(proved)
    assert bytes(await phone.response()) == bytes(first)


async def test_strangers_are_answered_and_nothing_of_them_is_kept(exchange: Exchange) -> None:
    phone = await exchange.phone(registered=False)
    here = "sip:127.0.0.1"
    for method, status in (
        ("REGISTER", 401),
        ("INVITE", 407),
        ("OPTIONS", 200),
        ("BYE", 481),
        ("CANCEL", 481),
        ("INFO", 481),
    ):
        request = phone.make(method, here if method == "OPTIONS" else f"sip:{phone.number}@127.0.0.1")
        phone.send(request)
        assert (await phone.response()).status == status, method
    invite = phone.make("INVITE", here, body=b"v" * 20_000)
    phone.send(invite)
    assert (await phone.response()).status == 513
    # A challenge that went to another address serves nobody here.
    elsewhere = exchange.front.logins._nonces.issue(exchange.front._clock.now_ms(), b"12345678", "192.0.2.1")
    request = phone.make("REGISTER", f"sip:{phone.number}@127.0.0.1")
    refusal = sip.respond(request, 401, fields=[("www-authenticate", str(sip.Challenge("linli", elsewhere)))])
    phone.send(phone.prove(request, refusal))
    assert (await phone.response()).status == 401
    assert exchange.front.exchange.count == 0


async def test_a_log_in_that_was_overtaken_by_a_new_password_is_none(exchange: Exchange) -> None:
    phone = await exchange.phone()
    account = await phones.find_account(exchange.db, phone.number)
    binding = await phones.find_binding(exchange.db, phone.number, exchange.front._clock.now_ms())
    assert account is not None
    assert binding is not None
    async with exchange.db.begin() as tx:
        await numbers.renew_password(
            exchange.scope, tx, number=phone.number, ids=exchange.ids, secrets=exchange.secrets, now_ms=0
        )
        assert not await phones.log_in(tx, binding, account)
    assert await place(exchange, phone) is None


async def test_phones_rest_while_the_service_of_their_communities_does(exchange: Exchange) -> None:
    phone, callee = await exchange.phone(), await exchange.phone()
    owner = Scope.system(exchange.scope.tenant)
    project = exchange.scope.project_id or ""
    async with exchange.db.begin() as tx:
        for community in (1, 2):
            await tenancy.grant_community(owner, tx, project_id=project, community_id=community)
        await tenancy.close_community(owner, tx, community_id=1)
    assert (await phone.register()).status == 200
    async with exchange.db.begin() as tx:
        await tenancy.close_community(owner, tx, community_id=2)
    assert (await phone.register()).status == 401
    await phone.call(callee.number)
    assert (await phone.response()).status == 407


async def test_log_ins_that_are_over_are_forgotten(exchange: Exchange) -> None:
    short, long = await exchange.phone(registered=False), await exchange.phone(registered=False)
    assert (await short.register(expires="60")).status == 200
    assert (await long.register(expires="3600")).status == 200
    now_ms = exchange.front._clock.now_ms()
    assert await phones.forget_expired(exchange.db, now_ms=now_ms) == 0
    assert await phones.forget_expired(exchange.db, now_ms=now_ms + 120_000) == 1
    assert await place(exchange, short) is None
    assert await place(exchange, long) == long.port


async def test_scanners_learn_no_number(exchange: Exchange) -> None:
    phone = await exchange.phone(registered=False)
    nobody = await Phone.open(exchange.front.port, "nobody1234", "x")
    exchange.phones.append(nobody)
    answers = []
    for each, password in ((phone, "wrong"), (nobody, "wrong")):
        refused = await each.register(password=password)
        answers.append((refused.status, refused.reason, sorted(refused.fields)))
    assert answers[0] == answers[1]


async def test_guessing_ends_in_silence_and_is_named(exchange: Exchange) -> None:
    phone = await exchange.phone(registered=False)
    for _ in range(MOST_WRONG):
        assert (await phone.register(password="wrong")).status == 401
    request = phone.make("REGISTER", "sip:127.0.0.1")
    request.set("to", f"<sip:{phone.number}@127.0.0.1>")
    phone.send(request)
    phone.send(phone.prove(request, await phone.response()))
    await phone.silence()
    assert "127.0.0.1" in exchange.front.notice()


async def test_known_scanners_get_no_answer(exchange: Exchange) -> None:
    phone = await exchange.phone(registered=False)
    phone.agent = "friendly-scanner"
    phone.send(phone.make("OPTIONS", "sip:127.0.0.1"))
    phone.agent = ""
    await phone.silence()
    assert "127.0.0.1" in exchange.front.notice()


async def test_another_number_cannot_be_taken(exchange: Exchange) -> None:
    phone, victim = await exchange.phone(registered=False), await exchange.phone()
    request = phone.make("REGISTER", "sip:127.0.0.1")
    request.set("to", f"<sip:{victim.number}@127.0.0.1>")
    phone.send(request)
    phone.send(phone.prove(request, await phone.response()))
    assert (await phone.response()).status == 403
    request.set("from", f"<sip:{victim.number}@127.0.0.1>;tag=x")
    phone.send(phone.prove(request, await phone_refusal(phone, request)))
    assert (await phone.response()).status == 401
    assert await place(exchange, victim) == victim.port


async def phone_refusal(phone: Phone, request: sip.Request) -> sip.Response:
    request.set("via", f"SIP/2.0/UDP 127.0.0.1:{phone.port};branch=z9hG4bKagain{phone.cseq};rport")
    phone.send(request)
    return await phone.response()


async def test_tcp_and_its_keep_alive(exchange: Exchange) -> None:
    phone = await exchange.phone(registered=False)
    reader, writer = await asyncio.open_connection("127.0.0.1", exchange.front.port)
    request = phone.make("OPTIONS", "sip:127.0.0.1")
    request.set("via", "SIP/2.0/TCP 127.0.0.1:5070;branch=z9hG4bKtcp")
    writer.write(sip.PING + bytes(request) + sip.PING)
    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
    assert answer.startswith(b"SIP/2.0 200 OK")
    assert await asyncio.wait_for(reader.readexactly(4), 60) == sip.PONG * 2
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert await asyncio.wait_for(reader.read(), 60) == b""
    writer.close()
