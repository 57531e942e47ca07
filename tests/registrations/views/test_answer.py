import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone, translation

from registrations.domain import answers, approval, waiting_list
from registrations.emails.delivery import deliver_due
from registrations.enums import ParticipationStatus
from registrations.models import (
    AccessToken,
    OutgoingEmail,
    Participant,
    Participation,
    SignUpRules,
)
from tests.factories.registrations import booker, person, registration
from tests.factories.trainings import catalogue, programme_page, session, training_page, venue
from tests.registrations.views.bad_input import (
    BAD_ADDRESSES,
    BYTES,
    HOSTILE_NAMES,
    MARK,
    NOT_A_NAME,
    ODD_NUMBERS,
    UNPRINTABLE,
    in_turn,
)
from tests.registrations.views.reading import Page
from trainings import wording
from trainings.domain import scheduling

pytestmark = pytest.mark.django_db

COLLEAGUE = {
    "answer": "replace",
    "replace-first_name": "Nadia",
    "replace-last_name": "Benali",
    "replace-function": "assistante sociale",
    "replace-email": "nadia@cpas.example",
}


@pytest.fixture
def morning():
    """In a month; one place, taken by Camille, for whom somebody else signed up."""
    page = training_page(catalogue(), title="Finding a home")
    made = session(page, timezone.localdate() + timedelta(days=30), capacity=1, venue=venue())
    camille = person(made, first_name="Camille", last_name="Dupont")
    registration(camille, at=timezone.now())
    return made


@pytest.fixture
def participation(morning):
    return Participation.objects.get()


@pytest.fixture
def url(participation):
    return address_for(participation)


def address_for(participation) -> str:
    token = AccessToken.for_answer(participation, at=timezone.now()).saved()
    return f"/en/inscriptions/answer/{token}/"


def waiting(morning) -> Participation:
    late = person(morning, number=2, first_name="Léa", last_name="Petit")
    registration(late, booker=booker(email="autre@cpas.example"), at=timezone.now())
    return Participation.objects.get(status=ParticipationStatus.WAITING)


def text(response) -> str:
    return " ".join(Page(response.content.decode(), MARK).text.split())


def buttons(response) -> list[str]:
    found = re.findall(r"<button[^>]*>(.*?)</button>", response.content.decode())
    return [one.strip() for one in found]


def move(session, **options):
    later = scheduling.shifted(session, days=7)
    return scheduling.reschedule(session, to=later, by=None, at=timezone.now(), **options)


ALL = ["I come", "Give up the place", "Pass the place on"]


# --- reading -----------------------------------------------------------------------------------


def test_the_page_says_what_changed_and_how_things_stand(client, morning, url):
    before = morning.starts_on
    moved = move(morning, reason={"en": "the hall is taken"})

    response = client.get(url)

    with translation.override("en"):
        old, new = wording.day(before), wording.day(moved.starts_on)
    words = text(response)
    for expected in (
        "Answer for Camille Dupont",
        "The session is moved. Does that suit you?",
        f"Before {old}",
        f"Now {new}",
        "the hall is taken",
        "Place confirmed",
    ):
        assert expected in words
    assert buttons(response) == ALL


def test_the_page_tells_another_place(client, morning, url):
    hall = venue(name="Maple hall")
    scheduling.reschedule(morning, to={"venue_id": hall.pk}, by=None, at=timezone.now())

    words = text(client.get(url))

    assert "The place has changed. Does that suit you?" in words
    assert "Place before Salle des Tilleuls" in words
    assert "Where Maple hall" in words


@pytest.mark.parametrize("answer", ["withdraw", "replace"])
def test_the_answer_chosen_in_the_mail_is_open(client, url, answer):
    html = client.get(url, {"answer": answer}).content.decode()

    assert re.findall(r'<details [^>]*id="(\w+)" open', html) == [answer]


@pytest.mark.parametrize("chosen", ["", "keep", "nonsense", "\x00", "<script>canary()</script>"])
def test_anything_else_opens_nothing(client, url, chosen):
    response = client.get(url, {"answer": chosen})

    assert (response.status_code, "open>" in response.content.decode()) == (200, False)
    assert Page(response.content.decode(), MARK).misplaced == []


def test_reading_changes_nothing_however_often_a_scanner_does_it(url):
    def rows():
        models = (Participation, AccessToken, OutgoingEmail, Participant)
        return [list(model.objects.order_by("pk").values()) for model in models]

    before = rows()
    for answer in ("keep", "withdraw", "replace") * 3:
        scanner = Client()
        scanner.get(f"{url}?answer={answer}")
        scanner.head(f"{url}?answer={answer}")
        scanner.options(f"{url}?answer={answer}")

    assert rows() == before


def test_the_address_stays_between_us(client, url):
    response = client.get(url)

    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_only_the_holder_of_the_very_link_reads_it(client, url, participation):
    booking = participation.participant.registration
    of_booking = AccessToken.to_manage(booking, at=timezone.now()).saved()
    secret = url.rstrip("/").rpartition("/")[2]

    for other in (
        url.replace(secret, of_booking),
        url.replace(secret, secret[:-1]),
        url.replace(secret, "x" * 500),
        url.replace("answer", "receipt"),
    ):
        assert client.get(other).status_code == 404
        assert client.post(other, {"answer": "withdraw"}).status_code in (404, 405)
    assert Participation.objects.get().status == ParticipationStatus.CONFIRMED


def test_a_link_that_has_expired_opens_nothing(client, url):
    AccessToken.objects.update(expires_at=timezone.now())

    assert client.get(url).status_code == 404


# --- answering ---------------------------------------------------------------------------------


def test_i_come(client, url):
    response = client.post(url, {"answer": "keep"}, follow=True)

    assert response.redirect_chain == [(url, 302)]
    assert "Noted: Camille Dupont comes." in text(response)
    assert buttons(response) == ALL[1:]
    assert Participation.objects.get().answered_at is not None


def test_i_cannot(client, url):
    sent = {"answer": "withdraw", "withdraw-reason": "malade"}

    response = client.post(url, sent, follow=True)

    words = text(response)
    assert "Camille Dupont no longer comes." in words
    assert "We write to Camille Dupont, Assistante Sociale." in words
    assert buttons(response) == []
    one = Participation.objects.get()
    assert (one.status, one.withdrawal_reason) == (ParticipationStatus.WITHDRAWN, "malade")


def test_a_colleague_replaces_me(client, morning, url):
    waiting(morning)

    response = client.post(url, COLLEAGUE, follow=True)

    words = text(response)
    assert "Nadia Benali comes in place of Camille Dupont." in words
    assert "We write to Camille Dupont, Nadia Benali, Assistante Sociale." in words
    new = Participation.objects.get(address="nadia@cpas.example")
    assert (new.status, new.participant.function) == (
        ParticipationStatus.CONFIRMED,
        "assistante sociale",
    )


def test_who_waits_keeps_or_leaves_the_queue(client, morning):
    late = waiting(morning)
    url = address_for(late)

    response = client.get(url)

    assert "On the waiting list" in text(response)
    assert buttons(response) == ["I come", "Leave the waiting list"]
    client.post(url, COLLEAGUE)
    assert Participation.objects.filter(session=morning).count() == 2
    client.post(url, {"answer": "withdraw"})
    late.refresh_from_db()
    assert late.status == ParticipationStatus.WITHDRAWN


@pytest.mark.parametrize(
    "sent", [{"answer": "keep"}, {"answer": "withdraw"}, COLLEAGUE], ids=lambda sent: sent["answer"]
)
def test_the_same_answer_sent_again_changes_nothing_more(client, url, sent):
    first = client.post(url, sent, follow=True)
    rows = Participation.objects.count(), OutgoingEmail.objects.count()
    again = client.post(url, sent, follow=True)

    assert text(again) == text(first)
    assert (Participation.objects.count(), OutgoingEmail.objects.count()) == rows


def test_another_answer_after_the_last_word_changes_nothing(client, url):
    client.post(url, {"answer": "withdraw"})

    response = client.post(url, COLLEAGUE, follow=True)

    assert "no longer comes" in text(response)
    assert Participation.objects.count() == 1


def test_who_comes_may_still_change_their_mind(client, url):
    client.post(url, {"answer": "keep"})
    client.post(url, {"answer": "withdraw"})

    one = Participation.objects.get()
    assert (one.status, one.answered_at) == (ParticipationStatus.WITHDRAWN, None)


# --- a place that is offered -------------------------------------------------------------------


@pytest.fixture
def offered(morning, participation):
    """The only place, free again and offered to Léa until some hour."""
    late = waiting(morning)
    answers.withdraw(participation, at=timezone.now())
    late.refresh_from_db()
    assert late.status == ParticipationStatus.OFFERED
    return late


def test_who_is_offered_a_place_reads_until_when_to_answer(client, morning, offered):
    response = client.get(address_for(offered))

    with translation.override("en"):
        until = wording.moment(offered.offer_ends_at, morning.time_zone)
    words = text(response)
    assert "A place is free for Léa Petit. Will you take it?" in words
    assert f"Please answer by {until}." in words
    assert "Without an answer by then, the place goes to the next person in line" in words
    assert f"Registration Place offered, answer by {until}" in words
    assert buttons(response) == ["I take the place", "Leave the place to others"]


def test_who_takes_the_place_offered_has_it(client, offered):
    url = address_for(offered)

    response = client.post(url, {"answer": "accept"}, follow=True)

    assert "Noted: Léa Petit comes." in text(response)
    assert "Registration Place confirmed" in text(response)
    assert buttons(response) == ALL[1:]
    offered.refresh_from_db()
    assert (offered.status, offered.offer_ends_at) == (ParticipationStatus.CONFIRMED, None)
    assert offered.answered_at is not None


def test_who_declines_leaves_the_place_to_the_next(client, morning, offered):
    next_one = person(morning, number=3, first_name="Ida", last_name="Bel")
    registration(next_one, booker=booker(email="autre@cpas.example"), at=timezone.now())

    response = client.post(address_for(offered), {"answer": "decline"}, follow=True)

    assert "Léa Petit no longer comes." in text(response)
    assert buttons(response) == []
    standing = dict(morning.participations.values_list("participant__first_name", "status"))
    assert (standing["Léa"], standing["Ida"]) == ("WITHDRAWN", "OFFERED")


@pytest.mark.parametrize(
    "said", [{"answer": "keep"}, {"answer": "withdraw"}, COLLEAGUE], ids=lambda said: said["answer"]
)
def test_an_offer_is_accepted_or_declined_and_nothing_else(client, offered, said):
    client.post(address_for(offered), said)

    offered.refresh_from_db()
    assert offered.status == ParticipationStatus.OFFERED
    assert Participation.objects.count() == 2


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_who_was_offered_nothing_accepts_nothing(client, url, answer):
    client.post(url, {"answer": answer})

    assert Participation.objects.get().status == ParticipationStatus.CONFIRMED


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_an_offer_that_has_ended_says_so_and_what_to_do(client, offered, answer):
    url = address_for(offered)
    Participation.objects.filter(pk=offered.pk).update(offer_ends_at=timezone.now())

    response = client.post(url, {"answer": answer}, follow=True)

    words = text(response)
    assert "The place offered to Léa Petit was not taken in time." in words
    assert "Register again on the page of the training" in words
    assert buttons(response) == []
    # Whoever ends it is the clock's command, not a visit.
    offered.refresh_from_db()
    assert offered.status == ParticipationStatus.OFFERED
    waiting_list.settle_now([offered.session_id], at=timezone.now())
    assert "was not taken in time" in text(client.get(url))


def test_two_who_answer_at_once_for_the_same_offer_answer_once(client, offered):
    url = address_for(offered)
    client.post(url, {"answer": "decline"})
    rows = OutgoingEmail.objects.count()

    response = client.post(url, {"answer": "accept"}, follow=True)

    assert "Léa Petit no longer comes." in text(response)
    assert OutgoingEmail.objects.count() == rows


def test_reading_an_offer_changes_nothing(offered):
    url = address_for(offered)
    before = [*Participation.objects.order_by("pk").values()], OutgoingEmail.objects.count()
    for answer in ("accept", "decline") * 3:
        scanner = Client()
        scanner.get(f"{url}?answer={answer}")
        scanner.head(f"{url}?answer={answer}")

    assert before == (
        [*Participation.objects.order_by("pk").values()],
        OutgoingEmail.objects.count(),
    )


def test_an_offer_for_a_postponed_session_is_still_to_be_answered(client, morning, offered):
    scheduling.postpone(morning, by=None, at=timezone.now())

    response = client.get(address_for(offered))

    assert "A place is free for Léa Petit." in text(response)
    assert "This session is postponed: the new date is not known yet." in text(response)
    assert buttons(response) == ["I take the place", "Leave the place to others"]


def test_an_offer_in_sessions_that_belong_together_is_taken_in_all(client):
    whole = programme_page(catalogue())
    whole.programme.is_indivisible = True
    whole.programme.save()
    on = timezone.localdate() + timedelta(days=30)
    both = [
        session(training_page(whole, title=f"Part {day}"), on + timedelta(days=day), capacity=1)
        for day in (1, 2)
    ]
    registration(person(*both), at=timezone.now())
    late = person(*both, number=2, first_name="Léa", last_name="Petit")
    registration(late, booker=booker(email="autre@cpas.example"), at=timezone.now())
    answers.withdraw(Participation.objects.earliest("pk"), at=timezone.now())
    theirs = Participation.objects.filter(participant__first_name="Léa")
    url = address_for(theirs.latest("pk"))

    assert "It counts for all sessions that belong together." in text(client.get(url))
    client.post(url, {"answer": "accept"})

    assert [one.status for one in theirs] == [ParticipationStatus.CONFIRMED] * 2


def test_who_is_to_be_confirmed_reads_that(client, morning, participation):
    SignUpRules.objects.create(
        session=morning, per_service=None, closes_days_before=None, needs_approval=True
    )
    late = person(morning, number=2, first_name="Léa", last_name="Petit")
    registration(late, booker=booker(email="autre@cpas.example"), at=timezone.now())
    pending = Participation.objects.get(status=ParticipationStatus.PENDING)
    url = address_for(pending)

    response = client.get(url)

    assert "Registration To be confirmed" in text(response)
    assert buttons(response) == ["I come", "Withdraw the registration"]
    approval.refuse([pending], reason="For other services.", by=None, at=timezone.now())
    words = text(client.get(url))
    assert "The registration of Léa Petit could not be accepted." in words
    assert "Reason: For other services." in words


# --- closed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "sentence", "left"),
    [
        (scheduling.cancel, "This session will not take place.", []),
        (scheduling.postpone, "This session is postponed", ALL[1:]),
    ],
)
def test_what_does_not_take_place_asks_nobody_whether_they_come(
    client, morning, url, act, sentence, left
):
    act(morning, by=None, at=timezone.now())

    response = client.get(url)

    assert sentence in text(response)
    assert buttons(response) == left
    client.post(url, {"answer": "keep"})
    assert Participation.objects.get().answered_at is None


def test_once_it_has_started_nothing_is_answered(client, morning, url):
    now = timezone.now()
    type(morning).objects.filter(pk=morning.pk).update(
        starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(hours=3)
    )

    response = client.post(url, {"answer": "withdraw"}, follow=True)

    assert "This session has already started." in text(response)
    assert buttons(response) == []
    assert Participation.objects.get().status == ParticipationStatus.CONFIRMED


def test_who_was_withdrawn_elsewhere_reads_so(client, url, participation):
    answers.withdraw(participation, at=timezone.now())

    assert "Camille Dupont no longer comes." in text(client.get(url))


# --- bad input ---------------------------------------------------------------------------------


def errors(response) -> dict[str, str]:
    """The sentence beside each field that has one, by the field's name."""
    html = response.content.decode()
    pattern = r'id="id_replace-(\w+)_error">(.*?)</p>'
    return dict(re.findall(pattern, html, re.DOTALL))


def test_a_form_to_correct_keeps_what_was_typed_and_says_what_to_do(client, url):
    sent = {**COLLEAGUE, "replace-last_name": "", "replace-email": "nadia"}

    response = client.post(url, sent)

    assert response.status_code == 422
    html = response.content.decode()
    assert 'value="Nadia"' in html
    assert 'id="replace" open' in html
    assert set(errors(response)) == {"last_name", "email"}
    assert "Please write the last name." in errors(response)["last_name"]
    assert '<a href="#id_replace-email">' in html
    assert "<title>Error: your answer – Finding a home" in " ".join(html.split())


def test_who_is_on_the_list_already_is_told_beside_the_address(client, morning, url):
    waiting(morning)

    response = client.post(url, {**COLLEAGUE, "replace-email": "personne2@cpas.example"})

    assert response.status_code == 422
    assert set(errors(response)) == {"email"}
    assert "already registered" in errors(response)["email"]


REPLACE_FIELDS = ["replace-first_name", "replace-last_name", "replace-function"]
REFUSED = [
    *[(text, name) for (_kind, text), name in in_turn(UNPRINTABLE.items(), REPLACE_FIELDS)],
    *[(text, name) for (_kind, text), name in in_turn(NOT_A_NAME.items(), REPLACE_FIELDS[:2])],
    *[(text, "replace-email") for text in BAD_ADDRESSES],
    ("x" * 121, "replace-function"),
]


def test_what_nobody_types_is_refused_beside_its_field(client, url):
    faults = []
    for typed, name in REFUSED:
        response = client.post(url, {**COLLEAGUE, name: typed})
        wrong = set(errors(response))
        misplaced = Page(response.content.decode(), MARK).misplaced
        if (response.status_code, wrong, misplaced) != (422, {name.split("-")[1]}, []):
            faults.append((typed[:40], name, response.status_code, wrong, misplaced))

    assert faults == []
    assert Participation.objects.count() == 1


def test_an_answer_that_is_none_is_refused(client, url):
    odd = [{"answer": one} for one in (*ODD_NUMBERS, "", "KEEP", "keep ", ["keep", "x"])]
    for sent in ({}, *odd):
        response = client.post(url, sent)

        assert response.status_code == 422
        assert "Please choose one of the answers." in text(response)
        assert Page(response.content.decode(), MARK).misplaced == []


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("raw", BYTES.values(), ids=BYTES)
def test_bytes_of_no_text_are_refused(client, url, raw):
    body = f"answer=withdraw&withdraw-reason={quote(raw)}"

    response = client.generic("POST", url, body, content_type=FORM)

    assert response.status_code == 422
    assert Participation.objects.get().status == ParticipationStatus.CONFIRMED


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "x-canary"])
def test_another_charset_is_refused(client, url, charset):
    kind = f"{FORM}; charset={charset}"

    response = client.generic("POST", url, "answer=withdraw", content_type=kind)

    assert response.status_code == 415


def test_a_form_without_token_is_refused(url):
    visitor = Client(enforce_csrf_checks=True)

    assert visitor.post(url, {"answer": "withdraw"}).status_code == 403
    assert Participation.objects.get().status == ParticipationStatus.CONFIRMED


def test_strange_names_are_shown_literally_everywhere(client, morning, smtp, admin_client):
    faults = []
    replaced = Participation.objects.get()
    deliver_due(at=timezone.now(), limit=100)
    for number, (kind, (typed, shown)) in enumerate(HOSTILE_NAMES.items()):
        smtp.messages.clear()
        url = address_for(replaced)
        sent = {
            "replace-first_name": typed,
            "replace-last_name": "Zébulon",
            "replace-function": typed,
            "replace-email": f"nadia{number}@cpas.example",
        }
        response = client.post(url, {**COLLEAGUE, **sent}, follow=True)
        replaced = Participation.objects.latest("pk")
        deliver_due(at=timezone.now(), limit=100)
        read = [response.content.decode()]
        read += [mail.get_body(("html",)).get_content() for mail in smtp.messages]
        inspect = f"/admin/snippets/registrations/registration/inspect/{registration_of(replaced)}/"
        read.append(admin_client.get(inspect).content.decode())
        for html in read:
            page = Page(html, MARK)
            if page.misplaced or f"{shown} Zébulon" not in page.text:
                faults.append((kind, page.misplaced))

    assert faults == []


def registration_of(participation) -> int:
    return participation.participant.registration_id
