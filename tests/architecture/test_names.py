"""Names that have their place: vendors live in providers, and no file knows where packages are fetched from."""

import re

import pytest

from tests.architecture.source import committed, files, text

# Put together here, because this file is committed too.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("archive", "ubuntu", "com"),
        ("unpkg", "com"),
        ("jsdelivr", "net"),
    )
]
VENDORS = (
    "asterisk freepbx issabel yeastar 3cx twilio vonage plivo sinch zadarma mango exolve novofon kannel smsc infobip "
    "messagebird sendgrid mailgun mailchimp postmark gmail googleapis whatsapp viber telegram bitrix bitrix24 amocrm"
).split()
VENDOR = re.compile(rf"(?<![a-z])({'|'.join(VENDORS)})(?![a-z])", re.IGNORECASE)
TEXT = {
    ".py",
    ".js",
    ".mjs",
    ".css",
    ".html",
    ".toml",
    ".lock",
    ".json",
    ".md",
    ".sh",
    ".in",
    ".txt",
    ".po",
    ".cfg",
    "",
}


def vendors_in(source: str) -> list[str]:
    return sorted({found[0].lower() for found in VENDOR.finditer(source)})


def registries_in(source: str) -> list[str]:
    return [host for host in REGISTRIES if host in source]


def may_name_vendors(path: str) -> bool:
    return "/providers/" in path or path.startswith("plugins/") and "/tests/" in path


def test_vendors_are_named_only_in_providers():
    written = files("core", "plugins", "app.py", suffixes=(".py", ".js", ".html", ".css"))
    named = {path: vendors_in(text(path)) for path in written if not may_name_vendors(path)}
    assert {path: names for path, names in named.items() if names} == {}


def test_no_file_names_a_registry():
    written = [path for path in committed() if "." not in path or f".{path.rpartition('.')[2]}" in TEXT]
    named = {path: registries_in(text(path)) for path in written}
    assert {path: hosts for path, hosts in named.items() if hosts} == {}


def test_lock_files_hold_no_address():
    assert "http" not in text("requirements.lock")
    assert '"resolved"' not in text("package-lock.json")


@pytest.mark.parametrize("sample", ["# as Twilio does", "TWILIO_KEY = 1", "from x import asterisk_ami"])
def test_vendor_would_be_found(sample):
    assert vendors_in(sample)


def test_vendor_inside_a_word_is_no_vendor():
    assert vendors_in("mangold") == []


@pytest.mark.parametrize("host", REGISTRIES)
def test_registry_would_be_found(host):
    assert registries_in(f'"resolved": "https://x.{host}/a.tgz"')
