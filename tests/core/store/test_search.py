"""The index of parts of words gives the rows that plain reading gives, whoever wrote them, in every alphabet."""

import itertools
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import ClientCursor

from core.boot import boot
from core.clients import search as client_search
from core.clients.contacts import create_contact
from core.clients.merge import merge_clients
from core.clients.models import Client, Contact, ContactPoint
from core.clients.search import matches
from core.clients.services import change_client
from core.clients.unmerge import undo_merge
from core.config import read_config
from core.contacts import name_key
from core.deals.models import Deal
from core.deals.search import matches as deal_matches
from core.instance.backup import backup, restore
from core.instance.doctor import examine
from core.store import search
from core.store.bulk import execute_many, insert_rows
from core.store.database import is_postgres

# Few letters, so that they meet; a word may end where the index took rows in.
TEXTS = st.text("aAbëËç жЖш%_'\"\\1ß", min_size=1, max_size=7).filter(str.strip)
PHONES = st.text("0123", min_size=3, max_size=9)
ROWS = st.lists(st.tuples(TEXTS, TEXTS, PHONES), min_size=1, max_size=6)
QUIETLY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CLIENT = "id kind name name_key tax_number status properties created_at changed_at".split()
CONTACT = "id client_id name is_primary created_at changed_at".split()
POINT = "id client_id kind value raw is_valid is_primary".split()
# The index takes rows in at every five thousandth id: these stand on both sides of it.
STARTS = itertools.count(4_997, 5_000)


def bring(crm, rows, first):
    """Writes clients as an import does: many at once, by statements of its own."""
    ids = range(first, first + len(rows))
    clients = [
        (one, "company", name, name_key(name), phone, "new", "{}", 0, 0)
        for one, (name, _, phone) in zip(ids, rows, strict=True)
    ]
    contacts = [(one, one, contact, True, 0, 0) for one, (_, contact, _) in zip(ids, rows, strict=True)]
    points = [
        (one, one, "phone", f"+3{phone}", phone, False, True) for one, (_, _, phone) in zip(ids, rows, strict=True)
    ]
    with crm.work():
        for model in (ContactPoint, Contact, Client):
            model.delete().execute()
        for table, columns, values in (
            ("core_client", CLIENT, clients),
            ("core_contact", CONTACT, contacts),
            ("core_contact_point", POINT, points),
        ):
            insert_rows(crm.database, table, columns, values)
    return dict(zip(ids, rows, strict=True))


def folded(text):
    """Returns a text without the case of Latin letters: all that LIKE, and ILIKE with the locale C, know of case."""
    return re.sub("[A-Z]", lambda found: found[0].lower(), text)


def holds(text, part):
    """Tells whether a part is in a text; one or two letters are sought where words begin."""
    return f" {part}" in f" {text}" if len(part) < 3 else part in text


def is_found(row, text):
    """Tells whether a client is found, by reading it."""
    name, contact, phone = row
    digits = re.sub(r"\D", "", text)
    named = all(holds(name_key(name), word) for word in name_key(text).split() or [text.strip()])
    if len(digits) >= 4 and not re.search(r"[^\W\d_]{2}", text):
        return named or (digits.lstrip("0") or digits) in f"+3{phone}" or phone.startswith(digits)
    typed = " ".join(text.split())
    forms = {typed} if typed.isascii() else {typed, typed.title(), typed.lower()}
    met = any(holds(folded(contact), folded(form)) for form in forms)
    return named or met or (bool(digits) and phone == text.strip())


def found(text):
    return {client.id for client in Client.select(Client.id).where(matches(Client, text))}


@pytest.mark.parametrize("most_few", [search.MOST_FEW, 0], ids=["few", "many"])
@QUIETLY
@given(rows=ROWS, renamed=st.lists(TEXTS, max_size=3), texts=st.lists(TEXTS | PHONES, max_size=5), data=st.data())
def test_search_finds_what_reading_every_row_finds(crm, monkeypatch, most_few, rows, renamed, texts, data):
    monkeypatch.setattr(search, "MOST_FEW", most_few)
    stored = bring(crm, rows, next(STARTS))
    with crm.work():
        for one, name in zip(list(stored), renamed, strict=False):
            Contact.update(name=name).where(Contact.id == one).execute()
            stored[one] = (stored[one][0], name, stored[one][2])
    parts = [data.draw(st.sampled_from(sorted(text for row in stored.values() for text in row))) for _ in range(3)]
    for text in [*texts, *parts, *(part[1:] for part in parts if part[1:].strip())]:
        assert found(text) == {one for one, row in stored.items() if is_found(row, text)}, text


def test_many_renamed_at_once_are_found_by_their_new_names_only(crm):
    stored = bring(crm, [(f"Firm {number}", "Ana", "123") for number in range(1_200)], 1)
    with crm.work():
        changes = [(f"house{one}", one) for one in stored]
        execute_many(crm.database, "UPDATE core_client SET name_key = ? WHERE id = ?", changes)
    assert len(found("house11")) == len([one for one in stored if str(one).startswith("11")])
    assert found("firm") == set()


def test_what_is_rolled_back_is_not_found(crm):
    with pytest.raises(ZeroDivisionError), crm.work():
        bring(crm, [("Kalaja", "Ana", "123")], 5_000)
        raise ZeroDivisionError
    assert found("kalaja") == set()


def test_merge_and_its_undoing_keep_contacts_findable(crm, make):
    kept, gone = make.client("Alba"), make.client("Drini")
    create_contact(crm, gone, name="Шпреса", phones=["0682223344"])
    merge = merge_clients(crm, kept, gone)
    assert found("Шпреса") == found("222334") == {kept.id}
    undo_merge(crm, merge)
    assert found("Шпреса") == found("222334") == {gone.id}


def test_a_client_with_a_new_name_is_found_by_it(crm, make):
    client = make.client("Alba")
    change_client(crm, client, {"name": "Zgjerimi"}, version=client.version)
    assert found("gjerim") == {client.id}
    assert found("alba") == set()


def test_deals_are_found_by_number_title_and_client(crm, make):
    solar = make.deal("Çati diellore", client=make.client("Кафе Ромашка"))
    make.deal("Pompa", client=make.client("Drini"))
    for text in (solar.number, "iellor", "ÇATI", "ромаш", "ça"):
        assert [one.id for one in Deal.select().where(deal_matches(Deal, text))] == [solar.id], text


def test_two_letters_find_what_words_begin_with(make):
    first, second, other = (make.client(name) for name in ("Xhevdet Aluminium", "Alba Xhami", "Dyer Maxhi"))
    deals = [make.deal(client.name, client=client).id for client in (first, second, other)]
    assert found("xh") == {first.id, second.id}
    assert {one.id for one in Deal.select().where(deal_matches(Deal, "Xh"))} == set(deals[:2])


def test_restored_clients_are_found(crm, make, tmp_path):
    make.client("Kalaja e Beratit")
    backup(crm, tmp_path / "all.zip")
    restore(tmp_path / "all.zip", tmp_path / "new", "sqlite:///restored.db")
    crm.database.close_all()
    again = boot(read_config(tmp_path / "new", {}), pragmas={"synchronous": "off"})
    try:
        assert [client.name for client in Client.select().where(matches(Client, "alaja e"))] == ["Kalaja e Beratit"]
    finally:
        again.database.close()
        again.database.close_all()


def test_a_search_asks_the_index(crm, monkeypatch):
    bring(crm, [(f"Firma {number}", f"Ana {number}", str(number)) for number in range(3_000)], 1)
    if is_postgres(crm.database):
        for kind in ("client", "contact", "point"):
            crm.database.execute_sql(f"SELECT gin_clean_pending_list('ix_search_{kind}')")
    crm.database.execute_sql("ANALYZE")
    ways = []
    monkeypatch.setattr(client_search, "found_by", lambda _source, found: ways.extend(found))
    matches(Client, "drini")
    if is_postgres(crm.database):
        matches(Client, "dr")
    for way in ways:
        statement, values = way.ids().sql()
        explain = "EXPLAIN " if is_postgres(crm.database) else "EXPLAIN QUERY PLAN "
        with crm.work():
            if is_postgres(crm.database):
                # So few rows are read at once otherwise.
                crm.database.execute_sql("SET LOCAL enable_seqscan = off")
            plan = str(crm.database.execute_sql(explain + statement, values).fetchall())
        assert "ix_search_" in plan or "VIRTUAL TABLE" in plan, plan


def test_a_search_by_number_reads_no_table_even_when_it_is_planned_for_any_text(crm, monkeypatch):
    ways = []
    monkeypatch.setattr(client_search, "found_by", lambda _source, found: ways.extend(found))
    matches(Client, "4912")
    for way in (*ways, search.Through(Deal.client, client_search.by_name("drini"))):
        statement, values = way.ids().sql()
        if is_postgres(crm.database):
            plan = plan_for_any(crm, statement, values)
        else:
            plan = str(crm.database.execute_sql(f"EXPLAIN QUERY PLAN {statement}", values).fetchall())
        assert "Seq Scan" not in plan
        assert "'SCAN t" not in plan


def plan_for_any(crm, statement, values):
    """Returns PostgreSQL's plan of a statement that it has planned without looking at the values."""
    numbers = itertools.count(1)
    prepared = re.sub("%s", lambda _mark: f"${next(numbers)}", statement)
    with crm.work():
        crm.database.execute_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        # So few rows are read at once otherwise.
        crm.database.execute_sql("SET LOCAL enable_seqscan = off")
        crm.database.execute_sql(f"PREPARE asked AS {prepared}")
        execute = f"EXPLAIN EXECUTE asked ({', '.join(['%s'] * len(values))})"
        with ClientCursor(crm.database.connection()) as cursor:
            plan = str(cursor.execute(execute, values).fetchall())
        crm.database.execute_sql("DEALLOCATE asked")
    return plan


def test_without_an_index_search_still_finds_and_the_doctor_says_what_to_type(crm, make):
    client = make.client("Alba Ndërtim")
    assert examine(crm) == []
    if is_postgres(crm.database):
        crm.database.execute_sql("DROP INDEX ix_search_client")
        assert "CREATE INDEX ix_search_client" in examine(crm)[0]
    assert found("ndert") == {client.id}


def test_points_of_a_client_are_found(crm, make):
    client = make.client("Alba", emails=["info@alba.al"], phones=["069 20 12 345"])
    assert ContactPoint.select().count() == 2
    assert found("fo@alb") == found("92012") == {client.id}
