"""Letters in the Wagtail admin: those that were written, and writing one in two steps."""

from __future__ import annotations

import hashlib
import re
import secrets
from itertools import groupby

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import InspectView, WagtailAdminTemplateMixin
from wagtail.admin.widgets.button import HeaderButton
from wagtail.snippets.views.snippets import HistoryView, IndexView, SnippetViewSet

from registrations.domain import letters as domain
from registrations.domain.letters import Plan
from registrations.enums import ParticipationStatus, Readers
from registrations.exceptions import ReadersChangedError
from registrations.forms.letters import LetterForm
from registrations.forms.rules import faults_of
from registrations.models import Letter, ServiceKind
from registrations.permissions import may_change_registrations
from registrations.viewsets.choosers import NoChooserViewSet
from trainings.models import TrainingSession
from trainings.sign_up import Told
from trainings.viewsets.consequences import Audience, language_name

FORM_KEY = re.compile(r"[0-9a-f]{32}")


def write_url() -> str:
    return reverse("registrations_admin:write_letter")


def list_url():
    return reverse(Letter.snippet_viewset.get_url_name("list"))


# --- those that were written -------------------------------------------------------------------

SENT = Count("emails", filter=Q(emails__sent_at__isnull=False))
FAILED = Count("emails", filter=Q(emails__failed_at__isnull=False))


class LetterIndexView(IndexView):
    def get_base_queryset(self):
        found = super().get_base_queryset().select_related("written_by")
        return found.annotate(mails=Count("emails"), sent=SENT, failed=FAILED)

    @cached_property
    def header_buttons(self):
        if not may_change_registrations(self.request.user):
            return super().header_buttons
        write = HeaderButton(_("Write a letter"), url=write_url(), icon_name="edit")
        return [*super().header_buttons, write]


class LetterInspectView(InspectView):
    page_title = gettext_lazy("Letter")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **kwargs,
            versions=[
                (language_name(code), code, subject, self.object.body.get(code, ""))
                for code, subject in self.object.subject.items()
            ],
            whom=in_words(self.object.readers),
            numbers=self.object.emails.aggregate(
                mails=Count("pk"),
                sent=Count("pk", filter=Q(sent_at__isnull=False)),
                failed=Count("pk", filter=Q(failed_at__isnull=False)),
            ),
        )


class LetterHistoryView(HistoryView):
    any_permission_required = ["view"]


class LetterViewSet(SnippetViewSet):
    model = Letter
    chooser_viewset_class = NoChooserViewSet
    icon = "edit"
    menu_label = gettext_lazy("Letters")
    index_view_class = LetterIndexView
    inspect_view_class = LetterInspectView
    history_view_class = LetterHistoryView
    inspect_view_enabled = True
    inspect_template_name = "registrations/admin/letter.html"
    copy_view_enabled = False
    ordering = ["-written_at"]
    list_per_page = 50
    search_backend_name = None
    list_display = [
        "__str__",
        DateColumn("written_at", label=gettext_lazy("Written"), sort_key="written_at"),
        Column("written_by", label=gettext_lazy("By")),
        Column("mails", label=gettext_lazy("Mails"), sort_key="mails"),
        Column("sent", label=gettext_lazy("Sent")),
        Column("failed", label=gettext_lazy("Failed")),
    ]
    panels = [FieldPanel("subject")]


def in_words(readers: dict) -> list[str]:
    """Whom a letter was for, as it was chosen."""
    found = [str(Readers(readers["readers"]).label)]
    sessions = TrainingSession.objects.filter(pk__in=readers.get("sessions", ()))
    found += [str(one) for one in sessions.select_related("training")]
    found += [str(ParticipationStatus(one).label) for one in readers.get("states", ())]
    found += [str(one) for one in ServiceKind.objects.filter(pk__in=readers.get("kinds", ()))]
    return [*found, *readers.get("places", ())]


# --- writing one -------------------------------------------------------------------------------


class LetterAudience(Audience):
    """Readers of one language."""

    @property
    def title(self) -> str:
        return f"{self.who % {'number': self.count}} · {language_name(self.people[0].language)}"

    @property
    def who(self) -> str:
        if self.people[0].message == Readers.SERVICES:
            return ngettext("%(number)d partner service", "%(number)d partner services", self.count)
        return ngettext("%(number)d person", "%(number)d people", self.count)


class Shown:
    """A plan, as `people_to_tell.html` shows whom an act concerns."""

    possible = ()

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.told = [
            Told(
                session_pk=0,
                message=plan.letter.readers["readers"],
                language=reader.language,
                has_place=True,
                name=one.name,
                service=one.service,
                through=one.through,
            )
            for one, reader in plan.told
        ]

    @property
    def audiences(self) -> list[Audience]:
        def language(one: Told) -> str:
            return one.language

        ordered = sorted(self.told, key=language)
        return [LetterAudience(list(people)) for _code, people in groupby(ordered, language)]

    @property
    def button(self) -> str:
        number = len(self.plan.readers)
        return ngettext("Send %(number)d mail", "Send %(number)d mails", number) % {
            "number": number
        }


class WriteLetterView(WagtailAdminTemplateMixin, View):
    """First the form, then who gets what, then it is sent; typed words are never lost.

    Always by POST: whom it is for stands in no address.
    """

    page_title = gettext_lazy("Write to people")
    header_icon = "edit"
    template_name = "registrations/admin/write_letter.html"

    def dispatch(self, request, *args, **kwargs):
        if not may_change_registrations(request.user):
            raise PermissionDenied
        self.at = timezone.now()
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self):
        return [
            *self.breadcrumbs_items,
            {"url": list_url(), "label": _("Letters")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get(self, request, *args, **kwargs):
        number = request.GET.get("session", "")
        chosen = [int(number)] if re.fullmatch(r"[0-9]{1,18}", number) else []
        initial = {"to_come": chosen, "over": chosen}
        return self.show_form(LetterForm(at=self.at, initial=initial))

    def post(self, request, *args, **kwargs):
        asked = request.POST.get("do", "")
        if asked == "back":
            return self.show_form(LetterForm(request.POST, at=self.at, checked=False))
        form = LetterForm(request.POST, at=self.at)
        if not form.is_valid():
            return self.show_form(form, status=422)
        plan = domain.plan(form.choice, **self.words(form), at=self.at)
        if asked == "send":
            return self.send(form)
        if asked == "test":
            self.try_out(plan)
        return self.show_plan(form, plan)

    @staticmethod
    def words(form):
        return {name: form.cleaned_data[name] for name in ("subject", "body")}

    def send(self, form):
        shown = self.request.POST.get("shown", "")
        # Another text, or other readers, make another letter of the same form.
        told = f"letter:{self.request.user.pk}:{self.form_key}:{shown}"
        try:
            letter = domain.write(
                form.choice,
                **self.words(form),
                key=hashlib.sha256(told.encode()).hexdigest(),
                shown=shown,
                by=self.request.user,
                at=self.at,
            )
        except ReadersChangedError as error:
            plan = domain.plan(form.choice, **self.words(form), at=self.at)
            return self.show_plan(form, plan, problem=str(error), status=409)
        if letter.written_at != self.at:
            messages.success(self.request, _("That was sent already: nobody receives it twice."))
        else:
            number = letter.emails.count()
            messages.success(
                self.request,
                ngettext("%(number)d mail leaves.", "%(number)d mails leave.", number)
                % {"number": number},
            )
        return redirect(list_url())

    def try_out(self, plan):
        to = self.request.user.email
        if not to:
            messages.error(self.request, _("Your account has no e-mail address."))
        elif trouble := domain.try_out(plan, to=to, at=self.at):
            said = _("The test was not sent. The server’s answer: %(answer)s")
            messages.error(self.request, said % {"answer": trouble})
        else:
            said = _("A test is on its way to %(address)s. Its links lead nowhere.")
            messages.success(self.request, said % {"address": to})

    @cached_property
    def form_key(self) -> str:
        sent = self.request.POST.get("key", "")
        return sent if FORM_KEY.fullmatch(sent) else secrets.token_hex(16)

    def show_form(self, form, *, status=200):
        faults = faults_of(form) if form.is_bound and form.checked else []
        context = self.get_context_data(
            form=form, key=self.form_key, faults=with_first_input(faults, form), back=list_url()
        )
        return self.render_to_response(context, status=status)

    def show_plan(self, form, plan, *, problem="", status=200):
        self.template_name = "registrations/admin/letter_plan.html"
        context = self.get_context_data(
            plan=plan,
            found=Shown(plan),
            samples=[
                (language_name(one.language), one.content)
                for one in domain.samples(plan, at=self.at)
            ],
            problem=problem,
            typed=typed(form),
            key=self.form_key,
            own_address=self.request.user.email,
        )
        return self.render_to_response(context, status=status)


def with_first_input(faults, form):
    """A field in several languages takes the focus in the first."""
    ids = {form[name].id_for_label: f"{form[name].auto_id}_0" for name in ("subject", "body")}
    return [{**one, "id": ids.get(one.get("id"), one.get("id"))} for one in faults]


def typed(form) -> list[tuple[str, str]]:
    """All that was sent of the form, to send again with the next step."""
    asked = set(form.fields)
    for name in ("subject", "body"):
        asked |= {f"{name}_{code}" for code in form.fields[name].languages}
    return [
        (name, value) for name, values in form.data.lists() if name in asked for value in values
    ]


letter_urls = [path("letters/write/", WriteLetterView.as_view(), name="write_letter")]
