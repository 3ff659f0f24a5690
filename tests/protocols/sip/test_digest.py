import dataclasses

import pytest

from linli.protocols.sip import Malformed, Nonces, proves, read_challenge, read_credentials, user_hash
from linli.protocols.sip.digest import Challenge, Credentials, answer


def credentials(**changes) -> Credentials:
    base = Credentials(
        username="TU9e8mJvLJLcSsy9dmDKuc",
        realm="asterisk",
        nonce="59320d53",
        uri="sip:47.112.101.107",
        response="",
    )
    return dataclasses.replace(base, **changes)


def test_without_qop_as_door_stations_send_it():
    hashed = user_hash("TU9e8mJvLJLcSsy9dmDKuc", "asterisk", "secret123")
    assert hashed == "1afd80812cf1e98e741c90c662fca1d1"
    assert answer(hashed, "REGISTER", credentials()) == "5832516fb21cebe2685bb6b611c35edf"
    assert proves(hashed, "REGISTER", credentials(response="5832516fb21cebe2685bb6b611c35edf"))
    assert not proves(hashed, "INVITE", credentials(response="5832516fb21cebe2685bb6b611c35edf"))
    assert not proves(hashed, "REGISTER", credentials(response=""))


def test_examples_of_the_standards():
    # RFC 2617, 3.5 and RFC 7616, 3.9.1.
    older = read_credentials(
        'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",'
        ' uri="/dir/index.html", qop=auth, nc=00000001, cnonce="0a4f113b",'
        ' response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    assert older is not None
    assert proves(user_hash("Mufasa", "testrealm@host.com", "Circle Of Life"), "GET", older)
    newer = read_credentials(
        'Digest username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=SHA-256,'
        ' nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001,'
        ' cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", qop=auth,'
        ' response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",'
        ' opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    assert newer is not None
    assert proves(user_hash("Mufasa", "http-auth@example.org", "Circle of Life", "SHA-256"), "GET", newer)


def test_what_is_written_is_read_alike():
    for one in (
        credentials(response="ab"),
        credentials(response="ab", qop="auth", nc=2, cnonce='c"x', opaque="o"),
    ):
        assert read_credentials(str(one)) == one
    challenge = Challenge("linli", "n", qop=("auth",), stale=True, opaque="x")
    assert read_challenge(str(challenge)) == challenge


@pytest.mark.parametrize(
    "text",
    [
        'Digest username="a"',
        'Digest username="a", realm="r", nonce="n", uri="u", response="x", qop=auth, nc=1, cnonce="c"',
        'Digest username="a", realm="r", nonce="n", uri="u", response="x", qop=auth, nc=zzzzzzzz, cnonce="c"',
        'Digest username="a", username="b", realm="r", nonce="n", uri="u", response="x"',
        'Digest username="a, realm="r"',
        "Digest",
    ],
)
def test_broken_credentials(text: str):
    with pytest.raises(Malformed):
        read_credentials(text)


def test_other_schemes_are_none_of_ours():
    assert read_credentials("NoOneKnowsThisScheme opaque-data=here") is None
    assert read_credentials("") is None


def test_unknown_algorithms_prove_nothing():
    hashed = user_hash("a", "r", "p")
    assert not proves(hashed, "REGISTER", credentials(algorithm="MD5-SESS", response="x"))
    assert not proves(hashed, "REGISTER", credentials(qop="auth-int", nc=1, cnonce="c", response="x"))
    for lacking in ({"nc": 1}, {"cnonce": "c"}, {}):
        assert not proves(hashed, "REGISTER", credentials(qop="auth", response="x", **lacking))


def test_nonces_carry_their_time():
    nonces = Nonces(b"secret", lifetime_ms=1000)
    nonce = nonces.issue(5_000, bytes(8), "10.0.0.1")
    assert nonces.check(nonce, 5_000, "10.0.0.1") == "fresh"
    assert nonces.check(nonce, 5_999, "10.0.0.1") == "fresh"
    assert nonces.check(nonce, 6_000, "10.0.0.1") == "stale"
    assert nonces.check(nonce, 4_000, "10.0.0.1") == "stale"
    assert nonces.check(nonce, 5_000, "10.0.0.2") == "foreign"
    assert nonces.check(nonce[:-1] + "x", 5_000, "10.0.0.1") == "foreign"
    assert nonces.check("59320d53", 5_000) == "foreign"
    assert nonces.check("小" * 52, 5_000) == "foreign"
    assert Nonces(b"secret").check(nonce, 5_000, "10.0.0.1") == "fresh", "another process knows it too"
    assert Nonces(b"other").check(nonce, 5_000, "10.0.0.1") == "foreign"


def test_a_nonce_serves_once_or_by_its_count():
    nonces = Nonces(b"secret", lifetime_ms=1000)
    plain = credentials(nonce="a")
    assert nonces.spend(plain, 0)
    assert not nonces.spend(plain, 500)
    counted = credentials(nonce="b", qop="auth", nc=1, cnonce="c")
    assert nonces.spend(counted, 0)
    assert not nonces.spend(counted, 1)
    assert nonces.spend(dataclasses.replace(counted, nc=3), 2)
    assert not nonces.spend(dataclasses.replace(counted, nc=2), 3)
    assert not nonces.spend(credentials(nonce="a", qop="auth", nc=1, cnonce="c"), 500), (
        "not by another form either"
    )


def test_memory_of_used_nonces_is_bounded():
    nonces = Nonces(b"secret", lifetime_ms=1000, most=10)
    for number in range(100):
        assert nonces.spend(credentials(nonce=str(number)), 0)
    assert len(nonces._used) <= 10
    assert nonces.spend(credentials(nonce="later"), 10_000)
    assert len(nonces._used) == 1
