"""From what the demo holds to rows and pages, through the plugin's own operations."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.utils.text import slugify
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Locale,
    Page,
    Site,
)

from demo.content import people, words
from demo.content.dates import (
    DECISIONS,
    Planned,
    PlannedSeries,
    archived_sessions,
    closed_periods,
    planned_series,
    planned_sessions,
    session_of_today,
)
from demo.content.papers import sheet
from demo.content.people import PARTNERS, SIGN_UPS, UNLISTED, UNNAMED, SignUpContent
from demo.content.pictures import PICTURES
from demo.content.words import CATALOGUE, PROGRAMMES, TRAININGS, TrainingWords
from demo.models import HomePage, NewsPage
from registrations.domain import approval, attendance, evaluations
from registrations.domain.partners import NewPartner
from registrations.domain.people import Booker, Person, unnamed
from registrations.domain.service_kinds import add_starter_kinds
from registrations.domain.signup import sign_up
from registrations.emails.delivery import deliver_due
from registrations.emails.reminders import reconcile
from registrations.enums import (
    Origin,
    ParticipationStatus,
    PresenceSource,
    PresenceState,
    Quality,
)
from registrations.models import (
    Contact,
    FormerName,
    Participation,
    PartnerService,
    Registration,
    ServiceKind,
    SignUpQuestions,
    SignUpRules,
    Workshop,
)
from trainings.domain import acts, scheduling, series
from trainings.domain.days_off import days_off
from trainings.enums import DocumentMoment
from trainings.models import (
    Audience,
    ClosedPeriod,
    Funder,
    ProgrammePage,
    SessionSeries,
    Theme,
    Trainer,
    Training,
    TrainingIndexPage,
    TrainingPage,
    TrainingSession,
    TranslatedText,
    Venue,
)
from trainings.models.themes import Label
from trainings.sign_up import SessionAct

SITE_NAME = "La Sambrienne (démo)"
MAIL_DOMAIN = "demo.example"


def served_at() -> tuple[str, int]:
    """Host and port of this run; a site that moved must not send people to its old address."""
    address = urlsplit(settings.WAGTAILADMIN_BASE_URL)
    return address.hostname or "localhost", address.port or 80


def follow_address() -> None:
    """Let the pages' addresses, in mails and calendars, follow a change of port."""
    for site in Site.objects.filter(is_default_site=True):
        if (site.hostname, site.port) != served_at():
            site.hostname, site.port = served_at()
            site.save()


# --- who works here ----------------------------------------------------------------------------


def make_accounts() -> dict[str, Any]:
    """Five people who can log in, with the password `demo`."""
    users = get_user_model().objects
    return {
        "admin": users.create_superuser("admin", f"admin@{MAIL_DOMAIN}", "demo"),
        "communication": users.create_user(
            "communication", f"communication@{MAIL_DOMAIN}", "demo", first_name="Communication"
        ),
        "inscriptions": users.create_user(
            "inscriptions", f"inscriptions@{MAIL_DOMAIN}", "demo", first_name="Inscriptions"
        ),
        "accueil": users.create_user(
            "accueil", f"accueil@{MAIL_DOMAIN}", "demo", first_name="Accueil"
        ),
        "partenariats": users.create_user(
            "partenariats", f"partenariats@{MAIL_DOMAIN}", "demo", first_name="Partenariats"
        ),
    }


def make_groups(users: dict[str, Any]) -> None:
    """What each of the teams may do; a host adapts this in Wagtail's settings."""
    communication = Group.objects.create(name="Communication")
    communication.permissions.set(
        _permissions(
            "wagtailadmin.access_admin",
            "simple_translation.submit_translation",
            *_all("trainings", ("trainingsession", "venue", "trainer"), "add change delete view"),
            *_all("trainings", ("theme", "audience", "closedperiod"), "add change delete view"),
            *_all("trainings", ("funder",), "add change delete view"),
            *_all("trainings", ("training", "programme"), "change view"),
            "registrations.change_messagetext",
        )
    )
    # Above the home pages of every language, below Wagtail's root.
    for home in HomePage.objects.all():
        for codename in ("add_page", "change_page", "publish_page"):
            (permission,) = _permissions(f"wagtailcore.{codename}")
            GroupPagePermission.objects.create(
                group=communication, page=home.page_ptr, permission=permission
            )
    files = _permissions(
        *_all("wagtailimages", ("image",), "add change choose"),
        *_all("wagtaildocs", ("document",), "add change choose"),
    )
    root = Collection.get_first_root_node()
    for permission in files:
        GroupCollectionPermission.objects.create(
            group=communication, collection=root, permission=permission
        )
    communication.user_set.add(users["communication"])

    inscriptions = Group.objects.create(name="Inscriptions")
    inscriptions.permissions.set(
        _permissions(
            "wagtailadmin.access_admin",
            *_all("registrations", ("registration", "outgoingemail"), "view"),
            "registrations.change_registration",
            "registrations.record_presence",
            *_all("registrations", ("partnerservice", "servicekind"), "add change delete view"),
            *_all("registrations", ("signupquestions",), "add change delete view"),
            *_all("trainings", ("trainingsession", "training"), "view"),
        )
    )
    inscriptions.user_set.add(users["inscriptions"])

    welcome = Group.objects.create(name="Accueil")
    welcome.permissions.set(
        _permissions("wagtailadmin.access_admin", "registrations.record_presence")
    )
    welcome.user_set.add(users["accueil"])

    partnerships = Group.objects.create(name="Partenariats")
    partnerships.permissions.set(
        _permissions(
            "wagtailadmin.access_admin",
            *_all("registrations", ("partnerservice", "servicekind"), "add change view"),
        )
    )
    partnerships.user_set.add(users["partenariats"])


def _all(app: str, models: Iterable[str], actions: str) -> list[str]:
    return [f"{app}.{action}_{model}" for model in models for action in actions.split()]


def _permissions(*names: str) -> list[Permission]:
    """Raises Permission.DoesNotExist for a name that means nothing."""
    return [
        Permission.objects.get(content_type__app_label=app, codename=codename)
        for app, codename in (name.split(".") for name in names)
    ]


# --- what pages are made of --------------------------------------------------------------------


def make_pictures() -> dict[str, Any]:
    images = {}
    for name, (title, draw) in PICTURES.items():
        file = ImageFile(ContentFile(draw().png()), name=f"{name}.png")
        images[name] = get_image_model().objects.create(title=title, file=file)
    return images


def make_documents() -> dict[str, Any]:
    documents = {}
    for key, (title, lines) in words.DOCUMENTS.items():
        content = sheet(title, lines, language=key.rpartition("-")[2])
        file = ContentFile(content, name=f"{slugify(title)}.pdf")
        documents[key] = get_document_model().objects.create(title=title, file=file)
    return documents


def make_trainers() -> dict[str, Trainer]:
    return {
        key: Trainer.objects.create(
            name=name, role=TranslatedText(fr=french, nl=dutch), organisation=organisation
        )
        for key, (name, french, dutch, organisation) in words.TRAINERS.items()
    }


def make_venues() -> dict[str, Venue]:
    made = {}
    for key, content in words.VENUES.items():
        values = asdict(content)
        where = values.pop("map_at")
        for field in ("public_transport", "parking", "accessibility"):
            french, dutch = values[field]
            values[field] = TranslatedText(fr=french, nl=dutch)
        values["map_url"] = f"https://www.openstreetmap.org/#map=16/{where}"
        made[key] = Venue.objects.create(**values)
    return made


def make_labels(kind: type[Label], names: dict[str, tuple[str, str]]) -> dict[str, Any]:
    return {
        slug: kind._default_manager.create(slug=slug, name=TranslatedText(fr=french, nl=dutch))
        for slug, (french, dutch) in names.items()
    }


# --- pages -------------------------------------------------------------------------------------


class PageMaker:
    """French pages first; their Dutch translations are copies, into which the words are put."""

    def __init__(self, images: dict, documents: dict, trainers: dict) -> None:
        self.images = images
        self.documents = documents
        self.trainers = trainers
        self.themes = make_labels(Theme, words.THEMES)
        self.audiences = make_labels(Audience, words.AUDIENCES)
        self.dutch = Locale.objects.get_or_create(language_code="nl")[0]
        self.trainings: dict[str, Training] = {}

    def make(self) -> None:
        home = self.make_home()
        catalogue = self.make_catalogue(home)
        parents: dict[str, Page] = {"": catalogue}
        for key, programme in PROGRAMMES.items():
            parents[key] = self.make_programme(catalogue, key, programme)
        for key, training in TRAININGS.items():
            self.trainings[key] = self.make_training(parents[training.programme], training)

    def make_home(self) -> HomePage:
        french, dutch = CATALOGUE["fr"], CATALOGUE["nl"]
        root = Page.get_first_root_node()
        home = HomePage(
            title=french.home_title,
            slug="accueil",
            introduction=french.home_introduction,
            picture=self.images["houses"],
            locale=Locale.objects.get_or_create(language_code="fr")[0],
        )
        publish(home, below=root)
        site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
        welcome = site.root_page if site.pk else None
        site.root_page = home
        site.site_name = SITE_NAME
        site.hostname, site.port = served_at()
        site.save()
        if welcome is not None and not welcome.get_children().exists():
            welcome.delete()  # the page Wagtail starts with
        home.refresh_from_db()
        self.translate(home, title=dutch.home_title, introduction=dutch.home_introduction)
        return home

    def make_catalogue(self, home: HomePage) -> TrainingIndexPage:
        fields = ("title", "introduction", "when_empty")
        values = {
            language: {field: getattr(content, field) for field in fields}
            for language, content in CATALOGUE.items()
        }
        catalogue = TrainingIndexPage(**values["fr"], show_in_menus=True, locale=home.locale)
        publish(catalogue, below=home)
        self.translate(catalogue, **values["nl"])
        return catalogue

    def make_programme(
        self, catalogue: Page, key: str, content: words.ProgrammeContent
    ) -> ProgrammePage:
        page = ProgrammePage(
            **self.programme_fields(content.fr, "fr"),
            picture=self.images[content.picture],
            locale=catalogue.locale,
        )
        publish(page, below=catalogue)
        if key in people.INDIVISIBLE:
            page.programme.is_indivisible = True
            page.programme.save()
        self.translate(page, **self.programme_fields(content.nl, "nl"))
        return page

    def make_training(self, parent: Page, content: words.TrainingContent) -> Training:
        page = TrainingPage(
            **self.training_fields(content.fr, "fr"),
            trainers=stream(("trainer", self.trainers[key].pk) for key in content.trainers),
            picture=self.images.get(content.picture),
            locale=parent.locale,
        )
        publish(page, below=parent)
        training = page.training
        training.refresh_from_db()
        training.kind, training.is_discreet = content.kind, content.is_discreet
        training.languages = list(content.spoken)  # type: ignore[assignment]  # a list in code
        training.save()
        training.themes.set(self.themes[slug] for slug in content.themes)
        training.audiences.set(self.audiences[slug] for slug in content.audiences)
        if content.nl:
            self.translate(page, **self.training_fields(content.nl, "nl"))
        return training

    def make_story(self) -> None:
        """What the host writes about the two mornings, with live figures in it."""
        home = HomePage.objects.get(locale__language_code="fr")
        programme = self.trainings["morning-1"].programme_id
        fields = {
            language: {
                "title": content.title,
                "introduction": content.introduction,
                "body": stream(
                    [
                        ("text", content.text),
                        ("quote", content.quote),
                        ("figures", {"programme": programme, "heading": content.heading}),
                    ]
                ),
            }
            for language, content in words.STORY.items()
        }
        page = NewsPage(**fields["fr"], locale=home.locale)
        publish(page, below=home)
        self.translate(page, **fields["nl"])

    def translate(self, page: Page, **fields: Any) -> None:
        copy: Any = page.copy_for_translation(self.dutch)
        for name, value in fields.items():
            setattr(copy, name, value)
        copy.slug = slugify(copy.title) if copy.depth > 2 else "onthaal"
        copy.save()
        copy.save_revision().publish()

    def programme_fields(self, content: words.ProgrammeWords, language: str) -> dict[str, Any]:
        return {**asdict(content), **contact(language), "body": stream(content.body)}

    def training_fields(self, content: TrainingWords, language: str) -> dict[str, Any]:
        agenda = (
            ("item", {"time": hour, "title": title, "details": details})
            for hour, title, details in content.agenda
        )
        documents: list[tuple[str, Any]] = [
            ("document", self.documents[key].pk) for key in content.documents
        ]
        for key in content.handouts:
            handed = {"document": self.documents[key].pk, "moment": DocumentMoment.AFTER}
            documents.append(("handout", {**handed, "only_participants": True}))
        words_of_page = asdict(content)
        del words_of_page["handouts"]
        return {
            **words_of_page,
            **contact(language),
            "agenda": stream(agenda),
            "documents": stream(documents),
        }


def publish(page: Page, *, below: Page) -> None:
    page.slug = page.slug or slugify(page.title)
    below.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()


def contact(language: str) -> dict[str, str]:
    return {
        "contact_name": CATALOGUE[language].contact,
        "contact_email": words.CONTACT_EMAIL,
        "contact_phone": words.CONTACT_PHONE,
    }


def stream(blocks: Iterable[tuple[str, Any]]) -> str:
    """A StreamField's value as JSON."""
    return json.dumps(
        [{"type": kind, "value": value, "id": str(uuid.uuid4())} for kind, value in blocks]
    )


# --- dates -------------------------------------------------------------------------------------


def make_closed_periods(first: date) -> None:
    ClosedPeriod.objects.bulk_create(
        ClosedPeriod(
            name=TranslatedText(fr=period.french, nl=period.dutch),
            first_day=period.first_day,
            last_day=period.last_day,
        )
        for period in closed_periods(first)
    )


def make_sessions(
    first: date, trainings: dict[str, Training], venues: dict[str, Venue], *, by: Any
) -> dict[str, TrainingSession]:
    sessions = {}
    plan = {**archived_sessions(), **planned_sessions(first), "today": session_of_today(first)}
    for key, planned in plan.items():
        session = session_of(planned, trainings, venues)
        announced = midnight(min(first, planned.on)) - timedelta(days=120)
        sessions[key] = scheduling.schedule(session, by=by, at=announced)
    return sessions


def make_series(
    first: date, trainings: dict[str, Training], venues: dict[str, Venue], *, by: Any
) -> dict[str, TrainingSession]:
    """Plan each as its organiser would: days off are left out, all others become sessions."""
    sessions = {}
    for key, planned in planned_series(first).items():
        row = series_of(planned, trainings, venues)
        at = midnight(planned.first_day - planned.planned_before)
        lines = series.plan(row, language="fr", at=at)
        decisions = series.Decisions(
            add=[line.session for line in lines if line.is_proposed],
            drop=[line.day for line in lines if not line.is_proposed],
        )
        series.apply(row, decisions, by=by, at=at)
        series.extend(row, at=midnight(first))
        to_come = row.sessions.filter(starts_on__gt=first)
        for number, session in enumerate(to_come, start=1):
            sessions[f"{key}-{number}"] = session
    return sessions


def series_of(planned: PlannedSeries, trainings: dict, venues: dict) -> SessionSeries:
    return SessionSeries(
        training=trainings[planned.training],
        rule=planned.rule.as_rule(),
        first_day=planned.first_day,
        start_time=planned.start,
        end_time=planned.end,
        venue=venues[planned.venue],
        capacity=planned.capacity,
        closes_days_before=planned.closes_days_before,
    )


def session_of(planned: Planned, trainings: dict, venues: dict) -> TrainingSession:
    noon = datetime.combine(planned.on, time(12), ZoneInfo(planned.time_zone))
    closes = planned.closes_days_before
    return TrainingSession(
        training=trainings[planned.training],
        starts_on=planned.on,
        start_time=planned.start,
        ends_on=planned.on,
        end_time=planned.end,
        time_zone=planned.time_zone,
        training_time=timedelta(hours=planned.hours) if planned.hours else None,
        venue=venues[planned.venue] if planned.venue else None,
        online_url=planned.online_url,
        capacity=planned.capacity,
        registration_opens_at=planned.opens
        and datetime.combine(planned.opens, time(9), ZoneInfo(planned.time_zone)),
        # Days on the wall clock: noon stays noon across a change of the clocks.
        registration_closes_at=None if closes is None else noon - timedelta(days=closes),
    )


def decide(first: date, sessions: dict[str, TrainingSession], *, by: Any) -> None:
    """Move, postpone and call off what is to come; whoever is registered is told."""
    for decision in DECISIONS:
        session = sessions[decision.session]
        to = {}
        if decision.act == SessionAct.MOVE:
            to[session.pk] = scheduling.shifted(session, days=days_to_free_week(session))
        at = midnight(first) - timedelta(days=decision.days_ago)
        acts.carry_out([session], decision.act, to=to, reason=decision.reason, by=by, at=at)


def days_to_free_week(session: TrainingSession) -> int:
    """From the day of a session to the same weekday of the next week that is not off."""
    last = session.starts_on + timedelta(weeks=20)
    off = days_off(session.starts_on, last, language="fr")
    days = (session.starts_on + timedelta(weeks=number) for number in range(1, 20))
    return next(on for on in days if on not in off).toordinal() - session.starts_on.toordinal()


def midnight(on: date) -> datetime:
    """Of the night before: with today, always in the past."""
    return datetime.combine(on, time(0), ZoneInfo(settings.TIME_ZONE)).astimezone(UTC)


# --- who comes ---------------------------------------------------------------------------------


def make_partners() -> dict[int, PartnerService]:
    add_starter_kinds()
    kinds = {kind.name["en"]: kind for kind in ServiceKind.objects.all()}
    made = {
        number: PartnerService.objects.create(
            name=content.name,
            kind=kinds[content.kind],
            relation=content.relation,
            email=f"secretariat.{slugify(content.short)}@{MAIL_DOMAIN}",
            postal_code=content.postal_code,
            municipality=content.municipality,
            volunteers=people.HELPERS.get(number),
        )
        for number, content in PARTNERS.items()
    }
    for number, contacts in people.CONTACTS.items():
        for position, (function, is_there) in enumerate(contacts):
            Contact.objects.create(
                partner=made[number],
                first_name=function,
                last_name=PARTNERS[number].short,
                email=f"{slugify(function)}.{slugify(PARTNERS[number].short)}@{MAIL_DOMAIN}",
                is_primary=position == 0,
                left_on=None if is_there else date(2025, 6, 30),
            )
    for number, name in people.FORMER_NAMES.items():
        FormerName.objects.create(partner=made[number], name=name)
    return made


def make_funders() -> None:
    """Of the two mornings and of the network's year."""
    name, french, dutch = words.FUNDER
    made = Funder.objects.create(name=name, mention=TranslatedText(fr=french, nl=dutch))
    for key in ("mornings", "climate"):
        pages = ProgrammePage.objects.filter(title=PROGRAMMES[key].fr.title)
        pages.get().programme.funders.add(made)


def share_places(trainings: dict[str, Training], sessions: dict[str, TrainingSession]) -> None:
    """Rules a visitor sees at work; the kinds of service are there already."""
    kinds = {kind.name["en"]: kind for kind in ServiceKind.objects.all()}
    nothing = {"capacity": None, "per_service": None, "closes_days_before": None}
    for key, said in people.RULES.items():
        rules = SignUpRules.objects.create(training=trainings[key], **{**nothing, **said})
        for distance in people.REMINDERS:
            rules.reminders.create(**distance._asdict())
        for places, kind in people.QUOTAS.get(key, ()):
            rules.quotas.create(places=places).kinds.add(kinds[kind])
    for key, contents in people.WORKSHOPS.items():
        for order, (french, dutch, room, places) in enumerate(contents):
            Workshop.objects.create(
                session=sessions[key],
                title=TranslatedText(fr=french, nl=dutch),
                room=room,
                capacity=places,
                sort_order=order,
            )


def ask_questions(trainings: dict[str, Training]) -> None:
    for key, asked in people.QUESTIONS.items():
        SignUpQuestions.objects.create(training=trainings[key], asked=list(asked))


class SignUps:
    """The forms that partner services sent, oldest first, each followed by its mails."""

    def __init__(
        self, first: date, partners: dict[int, PartnerService], sessions: dict, *, staff: Any
    ) -> None:
        self.first = midnight(first)
        self.partners = partners
        self.sessions = sessions
        self.staff = staff
        self.sent = self.failed = 0

    def make(self) -> None:
        for number, content in enumerate(SIGN_UPS, start=1):
            at = self.first - timedelta(days=content.days_ago)
            coming = self.people(content)
            made = sign_up(
                coming,
                partner=self.partners[content.partner],
                booker=self.booker(content, coming[0]),
                key=f"demo-{number}",
                by=self.staff if content.by_staff else None,
                origin=Origin.STAFF if content.by_staff else Origin.FORM,
                at=at,
            )
            self.deliver(at + timedelta(seconds=5))
            if content.days_ago > people.ANSWERED_AFTER_DAYS:
                self.accept(made, at=at + timedelta(hours=4))
        self.sign_up_unlisted()

    def accept(self, made: Registration, *, at: datetime) -> None:
        """Answer where we confirm each registration."""
        pending = Participation.objects.filter(
            participant__registration=made, status=ParticipationStatus.PENDING
        )
        if pending:
            approval.accept(pending, by=self.staff, at=at)
            self.deliver(at + timedelta(seconds=5))

    def schedule(self) -> None:
        """What is due around sessions from today on."""
        reconcile(at=self.first)

    def deliver(self, at: datetime) -> None:
        done = deliver_due(at=at)
        self.sent, self.failed = self.sent + done.sent, self.failed + done.failed

    def people(self, content: SignUpContent) -> list[Person]:
        partner = PARTNERS[content.partner]
        chosen = tuple(self.sessions[key].pk for key in content.sessions)
        with_address = content.people - content.without_address
        coming = []
        for position in range(content.people):
            role = partner.roles[position % len(partner.roles)]
            name = f"{role} {position + 1}"
            address = f"{slugify(name)}.{slugify(partner.short)}@{MAIL_DOMAIN}"
            coming.append(
                Person(
                    first_name=name,
                    last_name=partner.short,
                    email=address if position < with_address else "",
                    function=role.lower(),
                    quality=quality_of(role),
                    session_ids=chosen,
                    language=partner.language,
                    wish=content.wish if position == 0 else "",
                    access=content.access if position == 0 else "",
                    wants_meal=True if content.diets else None,
                    diet=content.diets[position] if content.diets else "",
                    workshops=self.workshops(content, position),
                )
            )
        return coming + unnamed(content.held, session_ids=chosen)

    def workshops(
        self, content: SignUpContent, position: int
    ) -> tuple[tuple[int, int, int | None], ...]:
        """First and second choice, another one for each person."""
        chosen = []
        for key in content.sessions:
            found = list(self.sessions[key].workshops.all())
            if found:
                first, second = (found[(position + step) % len(found)] for step in (0, 1))
                chosen.append((self.sessions[key].pk, first.pk, second.pk))
        return tuple(chosen)

    def booker(self, content: SignUpContent, first: Person) -> Booker:
        partner = PARTNERS[content.partner]
        return Booker(
            first_name=first.first_name,
            last_name=first.last_name,
            email=first.email or f"{slugify(partner.short)}@{MAIL_DOMAIN}",
            language=partner.language,
            may_name_partner=content.partner not in UNNAMED,
            keep_together=content.keep_together,
        )

    def welcome(self) -> None:
        """Note who came to the past morning, close its sheet, and answer for six of them."""
        morning = self.sessions["basics"]
        there = [one.number for one in attendance.half_days_of(morning)]
        people_there = list(
            Participation.objects.filter(session=morning, status=ParticipationStatus.CONFIRMED)
            .select_related("participant__registration")
            .order_by("pk")
        )
        numbers = {partner.pk: number for number, partner in self.partners.items()}
        notes = [
            attendance.Note(
                participation_id=one.pk,
                half_day=half_day,
                at=morning.starts_at,
                **self.presence(numbers[one.participant.registration.partner_id]),
            )
            for one in people_there
            for half_day in there
        ]
        attendance.note(
            morning, notes, source=PresenceSource.DESK, by=self.staff, at=morning.starts_at
        )
        at = morning.ends_at + timedelta(minutes=20)
        attendance.close_sheet(morning, by=self.staff, at=at)
        self.deliver(at + timedelta(seconds=5))
        came = Participation.objects.filter(session=morning).came().order_by("pk")
        for one, (said, keeps, misses) in zip(came, people.EVALUATIONS, strict=False):
            useful, clear, exchange, organisation = said
            evaluations.evaluate(
                one,
                useful=useful,
                clear=clear,
                exchange=exchange,
                organisation=organisation,
                keeps=keeps,
                misses=misses,
                at=at,
            )

    @staticmethod
    def presence(number: int) -> dict[str, Any]:
        if number in people.ABSENT:
            return {"state": PresenceState.ABSENT}
        if number in people.EXCUSED:
            return {"state": PresenceState.EXCUSED}
        late = time(9, 50) if number in people.LATE else None
        return {"state": PresenceState.PRESENT, "arrived_at": late}

    def sign_up_unlisted(self) -> None:
        name, postal_code, municipality = UNLISTED
        self.sign_up_new(name, postal_code, municipality, short="Le Tilleul", hours=15)
        self.sign_up_new(people.LOOK_ALIKE, "6000", "Charleroi", short="Viaduc", hours=13)

    def sign_up_new(
        self, name: str, postal_code: str, municipality: str, *, short: str, hours: float
    ) -> None:
        at = self.first - timedelta(hours=hours)
        person = Person(
            first_name="Animatrice 1",
            last_name=short,
            email=f"animatrice-1.{slugify(short)}@{MAIL_DOMAIN}",
            function="animatrice",
            session_ids=(self.sessions["energy-bill"].pk,),
        )
        sign_up(
            [person],
            partner=NewPartner(name=name, postal_code=postal_code, municipality=municipality),
            booker=Booker(
                first_name=person.first_name,
                last_name=person.last_name,
                email=person.email,
                language="fr",
                may_name_partner=True,
            ),
            key=f"demo-{slugify(short)}",
            at=at,
        )
        self.deliver(at + timedelta(seconds=5))


def quality_of(role: str) -> Quality:
    known = {people.VOLUNTEER: Quality.VOLUNTEER, "Étudiant": Quality.STUDENT}
    return known.get(role, Quality.PROFESSIONAL)
