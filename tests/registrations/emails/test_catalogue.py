import pytest
from django.template.loader import get_template

from registrations.emails import catalogue
from registrations.enums import MessageKind

#: Beside those that are called as their message.
OTHERS = ["accepted_waiting"]


def test_each_kind_of_message_has_its_writer():
    assert set(catalogue.MESSAGES) == set(MessageKind)


@pytest.mark.parametrize("name", [*(kind.lower() for kind in MessageKind), *OTHERS])
def test_each_has_its_three_templates(name):
    for ending in ("subject.txt", "txt", "html"):
        get_template(f"registrations/emails/{name}.{ending}")
