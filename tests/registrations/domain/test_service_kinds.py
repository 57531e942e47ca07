import pytest
from django.core.management import call_command

from registrations.domain.service_kinds import STARTER_KINDS, add_starter_kinds
from registrations.models import ServiceKind
from trainings.models import TranslatedText

pytestmark = pytest.mark.django_db


def test_starter_kinds_are_added_once_and_never_changed(capsys: pytest.CaptureFixture) -> None:
    assert add_starter_kinds() == len(STARTER_KINDS) == 17
    welfare, health = (
        ServiceKind.objects.get(name__fr=french)
        for french in ("CPAS", "Santé, santé mentale, assuétudes")
    )
    # As an editor leaves it whose content is in French and Dutch: without English.
    welfare.name = TranslatedText(fr="CPAS et action sociale", nl="OCMW")
    welfare.save()
    health.delete()
    call_command("add_service_kinds")
    assert capsys.readouterr().out == "Kinds of service added: 1.\n"
    assert ServiceKind.objects.count() == 17
    assert str(ServiceKind.objects.first()) == "CPAS et action sociale"
