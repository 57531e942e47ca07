import pytest

from registrations.domain import opt_outs
from registrations.models import OptOut
from tests.factories.trainings import AT

pytestmark = pytest.mark.django_db


def test_an_address_declines_once_however_it_is_written():
    assert opt_outs.decline(" Info@CPAS.example ", at=AT) is True
    assert opt_outs.decline("info@cpas.example", at=AT) is False

    assert list(OptOut.objects.values_list("address", "since")) == [("info@cpas.example", AT)]
    assert opt_outs.has_declined("INFO@cpas.example")
    assert opt_outs.declined(["info@cpas.example", "x@cpas.example"]) == {"info@cpas.example"}


def test_it_may_be_undone():
    opt_outs.decline("info@cpas.example", at=AT)

    assert opt_outs.undo("Info@cpas.example") is True
    assert opt_outs.undo("info@cpas.example") is False
    assert not opt_outs.has_declined("info@cpas.example")


def test_nothing_of_it_tells_the_address():
    opt_outs.decline("info@cpas.example", at=AT)

    assert "cpas" not in str(OptOut.objects.get())
