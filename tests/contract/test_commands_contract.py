"""The commands keep the contract of the first day: what outsiders rely on, tried as they would."""

import csv
import json
from decimal import Decimal

import pytest

from tests.contract.base import TYPES, count_closed, make_base, write_files

BASE = make_base(400, seed=7)
NUMBERS = ("reached", "passed", "lost", "skipped")
MONEY = ("reached_potential", "passed_potential", "lost_potential")


@pytest.fixture(scope="module")
def filled(hinka, tmp_path_factory):
    """Returns the instance after the import of deals and of their history."""
    deals, history = write_files(BASE, tmp_path_factory.mktemp("files"))
    made = hinka.json("import", "deals", deals, "--create-missing", "--json")
    assert (made["created"], made["rejected"]) == (len(BASE), 0), made
    told = hinka.json("import", "stage-history", history, "--create-missing", "--json")
    assert told["rejected"] == 0, told
    return hinka


def assert_rows(rows, expected):
    assert [row["stage"] for row in rows] == [row["stage"] for row in expected]
    for row, right in zip(rows, expected, strict=True):
        assert {name: row[name] for name in NUMBERS} == {name: right[name] for name in NUMBERS}, right["stage"]
        assert {name: Decimal(row[name]) for name in MONEY} == {name: right[name] for name in MONEY}, right["stage"]
        assert row["conversion"] == pytest.approx(right["conversion"])


@pytest.mark.parametrize("kind", TYPES)
def test_closed_funnel_of_all_time_equals_a_plain_recount(filled, kind):
    report = filled.report("funnel-closed", type=kind)
    closed = [made for made in BASE if made.type == kind and made.closed]
    assert_rows(report["rows"], count_closed(closed, kind))
    totals = report["totals"]
    assert (totals["closed"], totals["won"], totals["lost"]) == (
        len(closed),
        sum(made.state == "won" for made in closed),
        sum(made.state == "lost" for made in closed),
    )
    assert totals["no_potential"] == sum(made.potential is None for made in closed)
    assert totals["clients"] == len({made.client for made in closed})
    assert Decimal(totals["won_amount"]) == sum(made.potential or 0 for made in closed if made.state == "won")
    assert totals["win_rate"] == pytest.approx(totals["won"] / totals["closed"])


@pytest.mark.parametrize(("begin", "end"), [("2025-01-01", "2025-04-01"), ("2025-04-01", "2025-07-01")])
def test_a_period_is_half_open_in_the_companys_zone(filled, begin, end):
    report = filled.report("funnel-closed", type="Sale", from_=begin, to=end)
    closed = [made for made in BASE if made.type == "Sale" and made.closed and begin <= str(made.closed.date()) < end]
    assert_rows(report["rows"], count_closed(closed, "Sale"))


def test_by_owner_gives_each_row_its_owner_and_sums_to_the_whole(filled):
    whole = filled.report("funnel-closed", type="Sale")
    parts = filled.report("funnel-closed", type="Sale", by="owner")
    owners = {row["owner"] for row in parts["rows"]}
    assert owners == {made.owner for made in BASE if made.type == "Sale" and made.closed}
    for row in whole["rows"]:
        same = [part for part in parts["rows"] if part["stage"] == row["stage"]]
        assert [sum(part[name] for part in same) for name in NUMBERS] == [row[name] for name in NUMBERS]


def test_one_owner_alone(filled):
    report = filled.report("funnel-closed", type="Sale", owner="Ana Hoxha")
    closed = [made for made in BASE if made.type == "Sale" and made.closed and made.owner == "Ana Hoxha"]
    assert_rows(report["rows"], count_closed(closed, "Sale"))


def test_open_funnel_counts_open_deals_where_they_stand(filled):
    report = filled.report("funnel-open", type="Sale")
    opened = [made for made in BASE if made.type == "Sale" and made.state == "open"]
    for place, row in enumerate(report["rows"]):
        here = [made for made in opened if made.place == place]
        assert (row["stage"], row["count"]) == (TYPES["Sale"][place], len(here))
        assert Decimal(row["potential"]) == sum(made.potential or 0 for made in here)
        assert row["clients"] == len({made.client for made in here})
        assert {"probability", "expected_wins", "expected_income"} <= set(row)


@pytest.mark.parametrize("param", ["colour=red", "from=someday", "type=Nonsense", "by=nothing", "from=2026-02-30"])
def test_a_wrong_parameter_is_wrong_usage_with_a_sentence(filled, param):
    done = filled("report", "funnel-closed", "--param", param, "--format", "json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_an_unknown_report_is_wrong_usage(filled):
    assert filled("report", "no-such-report").returncode == 2


def test_csv_and_json_say_the_same(filled):
    document = filled.report("funnel-closed", type="Service")
    lines = list(
        csv.DictReader(
            filled("report", "funnel-closed", "--param", "type=Service", "--format", "csv").stdout.splitlines()
        )
    )
    by_stage = {
        next(value for value in line.values() if value in TYPES["Service"]): line
        for line in lines
        if set(line.values()) & set(TYPES["Service"])
    }
    for row in document["rows"]:
        assert str(row["reached"]) in by_stage[row["stage"]].values()


@pytest.mark.parametrize(
    ("format_", "beginning"), [("pdf", b"%PDF-"), ("xlsx", b"PK\x03\x04"), ("svg", b"<svg"), ("table", None)]
)
def test_files_are_written_where_told(filled, tmp_path, format_, beginning):
    target = tmp_path / f"funnel.{format_}"
    done = filled("report", "funnel-closed", "--param", "type=Sale", "--format", format_, "-o", target)
    assert done.returncode == 0, done.stderr
    assert target.stat().st_size > 100
    if beginning:
        assert target.read_bytes().startswith(beginning)


def test_reports_answer_on_an_empty_base(tmp_path_factory):
    from tests.contract.conftest import Hinka

    empty = Hinka(tmp_path_factory.mktemp("empty") / "instance")
    empty("init")
    for name in ("funnel-closed", "funnel-open"):
        report = empty.report(name)
        assert report["report"] == name


def test_an_import_prints_one_document_of_the_contract(hinka, tmp_path):
    (tmp_path / "clients.csv").write_text("name,phone,email\nKafe Mira,069 212 3456,mira@example.com\n,,x\n")
    told = hinka.json("import", "clients", tmp_path / "clients.csv", "--json")
    assert set(told) == {"batch", "rows", "created", "updated", "skipped", "rejected", "errors"}
    assert (told["rows"], told["created"], told["rejected"]) == (2, 1, 1)
    assert set(told["errors"][0]) == {"row", "column", "message"}


def test_an_import_is_undone_by_its_number(hinka, tmp_path):
    (tmp_path / "more.csv").write_text("name\nUndo Me Ltd\n")
    batch = hinka.json("import", "clients", tmp_path / "more.csv", "--json")["batch"]
    assert hinka("import", "undo", str(batch)).returncode == 0
    again = hinka.json("import", "clients", tmp_path / "more.csv", "--json")
    assert (again["created"], again["skipped"]) == (1, 0)


def test_a_dry_run_writes_nothing(hinka, tmp_path):
    (tmp_path / "dry.csv").write_text("name\nDry Run GmbH\n")
    for _round in range(2):
        assert hinka.json("import", "clients", tmp_path / "dry.csv", "--dry-run", "--json")["created"] == 1


def test_missing_things_are_made_only_when_told(hinka, tmp_path):
    (tmp_path / "deals.csv").write_text(
        "number,title,client,type,stage,state\nX-1,T,Nobody Knows Me,Ghost type,First,open\n"
    )
    told = hinka.json("import", "deals", tmp_path / "deals.csv", "--json")
    assert (told["created"], told["rejected"]) == (0, 1)
    assert told["errors"][0]["row"] == 2
    told = hinka.json("import", "deals", tmp_path / "deals.csv", "--create-missing", "--json")
    assert (told["created"], told["rejected"]) == (1, 0)


def test_a_file_that_is_no_table_is_refused_with_one_sentence(hinka, tmp_path):
    (tmp_path / "x.xlsx").write_bytes(b"\x00\x01\x02" * 100)
    done = hinka("import", "clients", tmp_path / "x.xlsx", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_missing_file_is_said(hinka):
    done = hinka("import", "clients", "/no/such/file.xlsx")
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr


def test_the_doctor_agrees_with_what_was_imported(filled):
    done = filled("doctor", "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"findings": []})
