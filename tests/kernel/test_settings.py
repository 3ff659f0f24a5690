"""Settings: file, environment, both checked, faults told by the name that the reader used."""

from pathlib import Path

import pytest

from linli.kernel.settings import Settings, SettingsError, load


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "linli.toml"


def test_nothing_given_is_a_whole_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(environment={})
    assert settings == Settings()
    assert settings.database == "sqlite:///var/linli.db"
    assert settings.public_url == "http://127.0.0.1:8080"


def test_the_environment_outranks_the_file(file: Path) -> None:
    file.write_text('log_level = "ERROR"\n[http]\nport = 81\nhost = "0.0.0.0"\n')
    environment = {"LINLI_HTTP_PORT": "82", "LINLI_WEBHOOKS_ALLOW_PRIVATE": "true", "PATH": "/bin",
        "LINLI_WEBHOOKS_TIMEOUT_SECONDS": "2.5", "LINLI_HTTP_TRUSTED_PROXIES": "10.0.0.1, 10.1.1.1,"}  # fmt: skip
    settings = load(file, environment)
    assert (settings.http.port, settings.http.host, settings.log_level) == (82, "0.0.0.0", "ERROR")
    assert settings.webhooks.allow_private is True
    assert settings.webhooks.timeout_seconds == 2.5
    assert settings.http.trusted_proxies == ["10.0.0.1", "10.1.1.1"]
    assert load(file, {"LINLI_HTTP_TRUSTED_PROXIES": ""}).http.trusted_proxies == []
    assert load(None, {"LINLI_CONFIG": str(file), "LINLI_PYTHON": "python3"}).http.port == 81


@pytest.mark.parametrize(
    "text, told",
    [
        ("[http]\nprot = 1", "linli.toml: [http] prot is no setting; did you mean port?"),
        ("[htpp]\nport = 1", "linli.toml: htpp is no setting; did you mean http?"),
        ("[http]\nport = 99999", "linli.toml: [http] port: Expected `int` <= 65535"),
        ('[http]\nport = "many"', "linli.toml: [http] port: Expected `int`"),
        ("http = 5", "linli.toml: http: Expected `object`"),
        ("[retention]\npoints_days = 0", "linli.toml: [retention] points_days: Expected `int` >= 1"),
        ("[webhooks]\ntimeout_seconds = nan", "timeout_seconds"),
        ("[webhooks]\ntimeout_seconds = 0", "timeout_seconds"),
        ("[http]\ntrusted_proxies = [1]", "[http] trusted_proxies"),
        ('log_level = "LOUD"', "log_level"),
        ('timezone = "Asia/Nowhere"', "timezone"),
        ('timezone = "../../etc/passwd"', "timezone"),
        ('database_url = "mysql://x"', "database_url must begin with"),
        ('[http]\npublic_url = "linli.example.com"', "public_url"),
        ('[mqtt]\nplain = "off"\ntls_port = 0', 'plain = "off" needs a tls_port'),
        ('[tls]\nkey = "k.pem"', "[tls] key is given without certificate"),
        ("[http\n", "linli.toml: "),
    ],
)
def test_wrong_files_are_refused_in_words(file: Path, text: str, told: str) -> None:
    file.write_text(text)
    with pytest.raises(SettingsError) as failure:
        load(file, {})
    assert told in str(failure.value)


@pytest.mark.parametrize(
    "name, value, told",
    [
        ("LINLI_HTTP_PROT", "1", "LINLI_HTTP_PROT, which is no setting; did you mean LINLI_HTTP_PORT?"),
        ("LINLI_HTTP_PORT", "x", "LINLI_HTTP_PORT: Expected `int`"),
        ("LINLI_MQTT_MAX_CONNECTIONS", "0", "LINLI_MQTT_MAX_CONNECTIONS: Expected `int` >= 1"),
        ("LINLI_WEBHOOKS_ALLOW_PRIVATE", "perhaps", "LINLI_WEBHOOKS_ALLOW_PRIVATE: "),
        ("LINLI_CONFIG", "/nowhere/linli.toml", "there is no settings file /nowhere/linli.toml"),
    ],
)
def test_wrong_environments_are_refused_in_words(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError) as failure:
        load(None, {name: value})
    assert told in str(failure.value)


def test_odd_files(file: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no settings file"):
        load(file, {})
    file.write_bytes(b"data_dir = '\xff'")
    with pytest.raises(SettingsError, match="utf-8"):
        load(file, {})
    file.write_text("http = 5")
    with pytest.raises(SettingsError, match="section"):
        load(file, {"LINLI_HTTP_PORT": "1"})


def test_public_url(file: Path) -> None:
    file.write_text('[http]\npublic_url = "https://linli.example.com/base/"')
    assert load(file, {}).public_url == "https://linli.example.com/base"
    file.write_text('[tls]\ncertificate = "c.pem"')
    assert load(file, {}).public_url == "https://127.0.0.1:8080"
