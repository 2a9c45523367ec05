"""Names of linked records: in whose language they are, and who may read them."""

from core.fields import describe, entity, titles
from core.i18n import speaking
from core.stages.models import Stage
from core.users.models import Role


def test_standard_roles_speak_the_readers_language_and_typed_names_stay(crm, make):
    make.deal_type(stages=("Contacts",))
    stage = Stage.get(Stage.name == "Contacts")
    standard = Role.get(Role.key == "director")
    with speaking("ru"):
        assert titles(crm, "role", [standard.id])[standard.id] == "Директор"
        assert titles(crm, "stage", [stage.id]) == {stage.id: "Contacts"}


def test_a_condition_says_a_name_only_to_who_may_read_it_or_a_record_that_bears_it(crm, make):
    seller, other = make.user("seller"), make.user("seller")
    client = make.client("Alba", owner=other)
    make.deal(owner=other, client=client)
    deals, talks = entity(crm, "deal"), entity(crm, "interaction")
    of_deals = [{"field": "client", "op": "equal", "value": client.id}]
    of_talks = [{"field": "deal.client", "op": "in", "value": [client.id]}]
    assert describe(crm, deals, of_deals, seller) == ["Client is unknown"]
    assert describe(crm, talks, of_talks, seller) == ["Deal → Client is one of unknown"]
    make.deal(owner=seller, client=client)
    assert describe(crm, deals, of_deals, seller) == ["Client is Alba"]
    assert describe(crm, talks, of_talks, seller) == ["Deal → Client is one of Alba"]
