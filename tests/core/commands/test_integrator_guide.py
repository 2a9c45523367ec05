"""docs/integrator.md is followed command by command, and its files are given to nginx and systemd."""

import json
import os
import re
import shutil
import ssl
import subprocess
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers import free_port
from tests.serving import ROOT, answers, serving
from tests.waiting import until

DEPLOY = ROOT / "docs" / "deploy"
GUIDE = (ROOT / "docs" / "integrator.md").read_text("utf-8")
PLACES = ("opt/hinka/releases", "srv/hinka/backups", "etc/hinka/tls", "etc/nginx/sites-enabled")
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
PLUGINS = {"kafe-mira": {"importers"}, "alyans": {"importers", "reports"}}


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """Returns the root of a machine on which every command of the guide was run; two releases are this repository."""
    root = tmp_path_factory.mktemp("machine")
    for place in PLACES:
        (root / place).mkdir(parents=True)
    for version in ("1.0", "1.1"):
        (root / "opt/hinka/releases" / version).mkdir()
        for name in (".venv", "docs"):
            (root / "opt/hinka/releases" / version / name).symlink_to(ROOT / name)
    for path, text in re.findall(r"^`/(\S+)`:\n\n```\w+\n(.*?)```", GUIDE, re.MULTILINE | re.DOTALL):
        (root / path).write_text(text, "utf-8")
    for block in re.findall(r"^```sh\n(.*?)```", GUIDE, re.MULTILINE | re.DOTALL):
        for command in block.splitlines():
            run(moved(command, root))
    return root


def moved(text: str, root: Path) -> str:
    return re.sub(r"(?<![\w.])/(?=(?:opt|srv|etc)/)", f"{root}/", text)


def run(command: str) -> None:
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def nginx_file(root: Path, ports: dict[str, int], own: tuple[int, int]) -> Path:
    """Writes a file for an nginx without rights: the guide's servers on ports that are free."""
    (root / "nginx").mkdir(exist_ok=True)
    servers = "".join(path.read_text() for path in sorted((root / "etc/nginx/sites-enabled").iterdir()))
    for name, port in zip(("kafe-mira", "alyans"), ("8101", "8102"), strict=True):
        servers = servers.replace(f"127.0.0.1:{port}", f"127.0.0.1:{ports[name]}")
    servers = moved(servers, root).replace("listen 80;", f"listen {own[0]};").replace("listen 443", f"listen {own[1]}")
    kept = "".join(
        f"{name}_temp_path {root}/nginx/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = root / "nginx" / "nginx.conf"
    file.write_text(
        f"daemon off; pid {root}/nginx/pid; error_log {root}/nginx/errors;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{kept}{servers}}}\n"
    )
    return file


@contextmanager
def behind_nginx(file: Path):
    """Runs nginx with a file, which it must find good."""
    checked = subprocess.run([NGINX, "-t", "-c", file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen([NGINX, "-c", file], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def text_of(port: int, host: str, path: str) -> str:
    unchecked = ssl.create_default_context()
    unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE
    asked = urllib.request.Request(f"https://127.0.0.1:{port}{path}", headers={"Host": host})
    with urllib.request.urlopen(asked, context=unchecked, timeout=10) as answer:
        return answer.read().decode()


def test_two_customers_are_served_at_once_behind_nginx(machine):
    own = (free_port(), free_port())
    srv = machine / "srv/hinka"
    with (
        serving(srv / "kafe-mira", "--workers", "1") as (_a, mira),
        serving(srv / "alyans", "--workers", "1") as (_b, al),
    ):
        ports = {"kafe-mira": int(mira.rpartition(":")[2]), "alyans": int(al.rpartition(":")[2])}
        with behind_nginx(nginx_file(machine, ports, own)):
            until(lambda: (machine / "nginx/pid").exists())
            assert answers(f"{mira}/healthz")
            assert answers(f"{al}/healthz")
            assert "Kafe Mira sh.p.k." in text_of(own[1], "mira.example.com", "/sign-in")
            assert "Альянс Строй" in text_of(own[1], "alyans.example.com", "/sign-in")


def test_each_customer_has_its_plugins_and_types(machine):
    for name, plugins in PLUGINS.items():
        program = machine / "srv/hinka" / name / "release/.venv/bin/hinka"
        command = [program, "--instance", machine / "srv/hinka" / name, "plugin", "list", "--json"]
        listed = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["plugins"]
        assert {one["name"] for one in listed if one["state"] == "on"} == plugins


def test_the_copy_of_a_customer_says_the_same_of_itself(machine):
    text = (machine / "srv/hinka/alyans-now.toml").read_text("utf-8")
    assert 'base_url = "https://alyans.example.com"' in text
    assert 'base_url = "https://alyans.example.com"' in (machine / "srv/hinka/alyans-2/customer.toml").read_text(
        "utf-8"
    )


def test_the_customer_came_back_to_its_release(machine):
    assert (machine / "srv/hinka/kafe-mira/release").resolve() == ROOT
    assert list((machine / "srv/hinka/kafe-mira/earlier").iterdir()) == []


def test_the_units_are_good(machine, tmp_path):
    for path in DEPLOY.glob("hinka*"):
        unit = tmp_path / path.name.replace("@", "@kafe-mira")
        text = path.read_text().replace("%i", "kafe-mira")
        unit.write_text(moved(text, machine).replace("User=hinka\nGroup=hinka\n", ""))
    checked = subprocess.run(
        [shutil.which("systemd-analyze"), "verify", "--man=no", *sorted(tmp_path.glob("hinka*"))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, [line for line in checked.stderr.splitlines() if "hinka" in line]) == (0, [])
