"""Tasks of stages done in place, evidence accepted by one press, the boxes on cards, the page of a task."""

import io
import re
from datetime import timedelta

import pytest

from core.deals.models import Deal
from core.interactions.comments import add_comment
from core.interactions.models import Comment, StoredFile
from core.process.services import propose_evidence, stage_task_of
from core.stages.models import LossReason
from core.stages.results import ResultField
from core.stages.services import Step, create_deal_type, create_stage
from core.tasks.doers import hand_over
from core.tasks.models import Task
from core.tasks.orders import report, send_back
from core.tasks.services import create_task, tick

ROW = {"HX-Request": "true"}
FIELDS = (
    ResultField("decision_maker", "Decision maker", "text"),
    ResultField("meeting_on", "Day of the meeting", "date", is_required=False),
    ResultField("amount", "Sum", "money", is_required=False),
)


@pytest.fixture
def seller(make):
    return make.user("seller", name="Sara Seller")


@pytest.fixture
def deal(crm, make, seller):
    """Returns a deal of a process whose first stage asks for a result and has a checklist."""
    evidence = ({"kind": "test.paid", "is_automatic": False},)
    first = Step(create_stage(crm, "Qualify"), result=FIELDS, checklist=("Ring", "Ask"), evidence=evidence)
    kind = create_deal_type(crm, "Led", mode="process", stages=[first, Step(create_stage(crm, "Finish"))])
    return make.deal("Big one", deal_type=kind, owner=seller)


def place_of(deal):
    kept = Deal.get_by_id(deal.id)
    return kept.state, kept.place


def test_stage_is_done_with_its_result_and_the_deal_goes_on(web, deal, seller):
    task = stage_task_of(deal)
    form = web.sign_in(seller).get(f"/tasks/{task.id}/do?at=row", headers=ROW).text
    assert "Decision maker" in form
    assert "goes on to “Finish”" in form
    sent = {"point": ["0", "1"], "result.decision_maker": "Mira", "result.meeting_on": "20.06.2026", "at": "row"}
    answer = web.post(f"/tasks/{task.id}/do", {**sent, "result.amount": "12,50"}, headers=ROW)
    assert "todo-done" in answer.text
    assert place_of(deal) == ("open", 1)
    assert Task.get_by_id(task.id).result == {
        "decision_maker": "Mira",
        "meeting_on": "2026-06-20",
        "amount": "12.50",
    }
    page = web.text(f"/tasks/{task.id}")
    assert re.search(r"<dt>Day of the meeting</dt><dd>20 Jun 2026</dd>", page)
    assert "With this the deal is won" in web.get(f"/tasks/{stage_task_of(deal).id}/do", headers=ROW).text


def test_what_is_missing_is_said_at_its_field(web, deal, seller):
    task = stage_task_of(deal)
    form = web.sign_in(seller).post(f"/tasks/{task.id}/do", {"point": ["0", "1"], "at": "row"}, headers=ROW).text
    assert 'id="field-result.decision_maker-error"' in form
    form = web.post(f"/tasks/{task.id}/do", {"point": "0", "result.decision_maker": "Mira"}, headers=ROW).text
    assert "Still to be done: Ask" in form
    assert place_of(deal) == ("open", 0)


def test_last_stage_asks_what_the_deal_brought(web, deal, seller):
    web.sign_in(seller)
    web.post(f"/tasks/{stage_task_of(deal).id}/do", {"point": ["0", "1"], "result.decision_maker": "Mira"})
    web.post(f"/tasks/{stage_task_of(deal).id}/do", {"amount": "80"})
    kept = Deal.get_by_id(deal.id)
    assert (kept.state, kept.amount) == ("won", 80)


def test_row_of_a_stage_leads_to_its_dialog_and_to_the_loss(web, deal, seller):
    page = web.sign_in(seller).text("/tasks/")
    task = stage_task_of(deal)
    assert f'hx-get="/tasks/{task.id}/do?version=1&amp;at=row"' in page
    assert f'hx-get="/deals/{deal.id}/lose?next=/tasks/"' in page
    assert web.post(f"/tasks/{task.id}/done", {"version": 1}).headers["Location"] == f"/tasks/{task.id}/do"
    web.post(f"/deals/{deal.id}/lose", {"reason": LossReason.get().id, "note": "Too dear", "next": "/tasks/"})
    assert place_of(deal) == ("lost", 0)
    assert Task.get_by_id(task.id).state == "cancelled"


def test_evidence_is_accepted_or_put_aside_by_one_press(crm, web, deal, seller):
    task = stage_task_of(deal)
    facts = {"plugin": "test", "kind": "test.paid", "url": "/clients/1"}
    first = propose_evidence(crm, deal, key="test.1", title="A letter from Mira", result={"text": "Mira"}, **facts)
    second = propose_evidence(crm, deal, key="test.2", title="A call", **facts)
    for path in ("/tasks/", f"/tasks/{task.id}", f"/deals/{deal.id}", f"/clients/{deal.client_id}"):
        assert "A letter from Mira" in web.sign_in(seller).text(path), path
    web.post(f"/tasks/{task.id}/proofs/{second.id}/reject", {"at": "row"}, headers=ROW)
    answer = web.post(f"/tasks/{task.id}/proofs/{first.id}/accept", {"at": "row"}, headers=ROW)
    assert "A letter from Mira" not in answer.text
    assert Task.get_by_id(task.id).result == {"decision_maker": "Mira"}
    assert web.post(f"/tasks/{task.id}/proofs/{first.id}/accept").status_code == 409
    assert web.post(f"/tasks/{task.id}/proofs/999/accept").status_code == 404


def test_evidence_is_not_decided_by_a_stranger(crm, web, make, deal):
    task = stage_task_of(deal)
    facts = {"plugin": "test", "kind": "test.paid", "key": "test.1", "title": "A call"}
    proof = propose_evidence(crm, deal, **facts)
    web.sign_in(make.user("seller"))
    assert web.post(f"/tasks/{task.id}/proofs/{proof.id}/accept").status_code == 404
    assert web.post(f"/tasks/{task.id}/proofs/{proof.id}/reject").status_code == 404


def test_question_how_a_deal_began_leads_to_registering(crm, web, make, seller):
    with crm.acting(seller.id, "web"):
        deal = make.deal(owner=seller)
    page = web.sign_in(seller).text("/tasks/")
    assert f'hx-get="/register?deal_id={deal.id}"' in page
    task = Task.get()
    assert f'hx-get="/tasks/{task.id}/row"' in page
    assert "How did this deal begin?" in web.text(f"/tasks/{task.id}/row")


def test_task_is_made_from_anywhere_with_points(web, seller):
    form = {"title": "Prepare", "user": "", "points": "Slides\n\nPrices", "due_at": "2026-06-20T10:00"}
    answer = web.sign_in(seller).post("/tasks/new", form)
    task = Task.get()
    assert answer.headers["Location"] == f"/tasks/{task.id}"
    assert [point["text"] for point in task.checklist] == ["Slides", "Prices"]
    assert "Please fill this in" in web.post("/tasks/new", {"title": " "}, headers=ROW).text


def test_task_for_a_strange_client_or_by_a_reader_is_refused(web, make, seller):
    client = make.client()
    assert web.sign_in(seller).post(f"/tasks/new?client={client.id}", {"title": "Call"}).status_code == 404
    assert web.sign_in(make.user("reader")).post("/tasks/new", {"title": "Call"}).status_code == 403
    assert Task.select().count() == 0


def test_facts_are_changed_in_a_dialog(crm, web, seller):
    task = create_task(crm, title="Prepare", user=seller, checklist=["Slides", "Prices"])
    tick(crm, task, 0, is_done=True)
    assert "Slides\nPrices" in web.sign_in(seller).get(f"/tasks/{task.id}/edit", headers=ROW).text
    web.post(f"/tasks/{task.id}/edit", {"title": "Prepare all", "points": "Slides\nRoom", "due_at": ""})
    kept = Task.get_by_id(task.id)
    assert (kept.title, [(point["text"], point["is_done"]) for point in kept.checklist]) == (
        "Prepare all",
        [("Slides", True), ("Room", False)],
    )


def test_of_a_stage_only_the_deadline_is_changed(web, deal, seller):
    task = stage_task_of(deal)
    form = web.sign_in(seller).get(f"/tasks/{task.id}/edit", headers=ROW).text
    assert 'name="due_at"' in form
    assert 'name="title"' not in form
    web.post(f"/tasks/{task.id}/edit", {"due_at": "2026-06-20T10:00"})
    assert Task.get_by_id(task.id).due_at.isoformat() == "2026-06-20T08:00:00+00:00"


def test_page_of_a_task_tells_its_whole_history(crm, web, make, seller, queries):
    boss = make.user("director", name="Bora Boss")
    client = make.client("Kafe Mira", owner=seller)
    task = create_task(
        crm, title="Find the plans", user=seller, author=boss, client=client, is_controlled=True,
        instructions="In the folder\nof last year", checklist=["First floor"],
        due_at=crm.clock.now() - timedelta(days=2),
    )  # fmt: skip
    with crm.acting(boss.id, "web"):
        hand_over(crm, boss, task, boss, comment="I look myself")
        hand_over(crm, boss, task, seller)
    add_comment(crm, seller, "task", task.id, "Where is the key?")
    tick(crm, task, 0, is_done=True)
    report(crm, task, "All there")
    send_back(crm, boss, task, "And the cellar?")
    web.sign_in(seller)
    with queries.at_most(15):
        page = web.text(f"/tasks/{task.id}")
    for words in (
        "In the folder<br>of last year", "2 days late", "the author accepts the result", "Kafe Mira", "I look myself",
        "Where is the key?", "Reported as done", "Sent back", "And the cellar?", "Handed over",
        "Handed back to somebody who had it before", "Ticked off", "First floor",
    ):  # fmt: skip
        assert words in page, words


def test_comment_is_added_on_the_page_and_in_a_row(crm, web, seller):
    task = create_task(crm, title="Call", user=seller)
    web.sign_in(seller).post(f"/tasks/{task.id}/comment", {"body": "They are on holiday"})
    assert "They are on holiday" in web.text(f"/tasks/{task.id}")
    assert "Please fill this in" in web.post(f"/tasks/{task.id}/comment", {"body": ""}, headers=ROW).text


def test_comment_of_a_task_is_deleted_by_its_author(crm, web, seller):
    task = create_task(crm, title="Call", user=seller)
    comment = add_comment(crm, seller, "task", task.id, "Wrong words")
    answer = web.sign_in(seller).post(f"/interactions/comments/{comment.id}/delete")
    assert answer.headers["Location"] == f"/tasks/{task.id}"
    assert Comment.select().count() == 0


def test_the_next_task_stands_below_the_one_that_was_done(web, deal, seller):
    task = stage_task_of(deal)
    sent = {"point": ["0", "1"], "result.decision_maker": "Mira", "at": "row"}
    answer = web.sign_in(seller).post(f"/tasks/{task.id}/do", sent, headers=ROW)
    following = stage_task_of(Deal.get_by_id(deal.id))
    assert f'hx-target="#task-{task.id}" hx-swap="afterend"' in answer.text
    assert f'id="task-{following.id}"' in answer.text


def test_the_next_task_of_somebody_else_stands_on_no_list_of_mine(crm, web, make, seller):
    head = make.user("head")
    steps = [Step(create_stage(crm, "Mine")), Step(create_stage(crm, "Theirs"), responsible="user", user=head)]
    kind = create_deal_type(crm, "Of two", mode="process", stages=steps)
    task = stage_task_of(make.deal(deal_type=kind, owner=seller))
    answer = web.sign_in(seller).post(f"/tasks/{task.id}/do", {"at": "row"}, headers=ROW)
    assert answer.status_code == 200
    assert "afterend" not in answer.text


@pytest.fixture
def offer_task(crm, make, seller):
    """Returns the task of a stage that asks for a file."""
    step = Step(create_stage(crm, "Offer it"), result=(ResultField("offer", "Offer", "file"),))
    kind = create_deal_type(crm, "With a file", mode="process", stages=[step, Step(create_stage(crm, "Finish"))])
    return stage_task_of(make.deal("Big one", deal_type=kind, owner=seller))


def test_a_file_is_sent_along_with_the_result(web, offer_task, seller):
    assert 'name="result.offer.file"' in web.sign_in(seller).text(f"/tasks/{offer_task.id}/do")
    sent = {"result.offer": "", "result.offer.file": (io.BytesIO(b"%PDF-1.7 offer"), "offer.pdf")}
    web.post(f"/tasks/{offer_task.id}/do", sent)
    kept = StoredFile.get()
    assert (kept.name, kept.entity, kept.entity_id) == ("offer.pdf", "deal", offer_task.deal_id)
    assert Task.get_by_id(offer_task.id).result == {"offer": kept.id}


def test_an_empty_file_is_refused_and_the_task_stands(web, offer_task, seller):
    answer = web.sign_in(seller).post(
        f"/tasks/{offer_task.id}/do", {"result.offer": "", "result.offer.file": (io.BytesIO(b""), "offer.pdf")}
    )
    assert "empty" in answer.text
    assert Task.get_by_id(offer_task.id).state == "open"


def test_a_file_that_its_type_waited_for_ends_the_task_by_itself(crm, web, make, seller):
    asked = (ResultField("offer", "Offer", "file"),)
    evidence = ({"kind": "file_added", "is_automatic": True, "field": "offer"},)
    step = Step(create_stage(crm, "Offer it"), result=asked, evidence=evidence)
    kind = create_deal_type(crm, "By evidence", mode="process", stages=[step, Step(create_stage(crm, "Finish"))])
    task = stage_task_of(make.deal(deal_type=kind, owner=seller))
    sent = {"result.offer": "", "result.offer.file": (io.BytesIO(b"%PDF-1.7 offer"), "offer.pdf")}
    answer = web.sign_in(seller).post(f"/tasks/{task.id}/do", sent, follow_redirects=True)
    assert "Done: Offer it" in answer.text
    assert place_of(task.deal) == ("open", 1)
