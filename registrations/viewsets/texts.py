"""The words of mails: which are our own, and the screen where an editor changes them."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.text import capfirst
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.base import ViewSet
from wagtail.models import Revision
from wagtail.permissions import policy_registry

from registrations.domain import texts as domain
from registrations.emails import texts, trial
from registrations.emails.scene import sessions_to_show
from registrations.emails.specimens import Specimen, situations, specimens
from registrations.enums import MessageKind
from registrations.forms.rules import faults_of
from registrations.forms.texts import ShownForm, TextForm
from registrations.models import MessageText
from trainings import wording
from trainings.models import content_languages


@dataclass(frozen=True)
class Group:
    """Messages that are sent on like occasions, each with a line saying when."""

    heading: Promise
    sent: dict[MessageKind, Promise]


GROUPS = [
    Group(
        gettext_lazy("When people sign up"),
        {
            MessageKind.RECEIPT: gettext_lazy("To who registers people, and to their manager."),
            MessageKind.INVITATION: gettext_lazy("To each person who has a place."),
            MessageKind.TO_CONFIRM: gettext_lazy("To each person we still have to confirm."),
            MessageKind.WAITING: gettext_lazy("To each person who waits for a place."),
            MessageKind.NAMES_NEEDED: gettext_lazy(
                "To who holds places without a name, some days before these are given away."
            ),
            MessageKind.RELEASED: gettext_lazy(
                "To who held places without a name, once they are given away."
            ),
        },
    ),
    Group(
        gettext_lazy("When a place is decided"),
        {
            MessageKind.ACCEPTED: gettext_lazy("When we confirm a registration."),
            MessageKind.REFUSED: gettext_lazy("When we refuse a registration."),
            MessageKind.OFFER: gettext_lazy("When a place is free for who waits."),
            MessageKind.OFFER_EXPIRED: gettext_lazy("When nobody answered an offer in time."),
            MessageKind.PROMOTED: gettext_lazy("When somebody who waited has a place."),
            MessageKind.WITHDRAWN: gettext_lazy("When somebody no longer comes."),
            MessageKind.REPLACED: gettext_lazy("When a colleague comes instead."),
        },
    ),
    Group(
        gettext_lazy("When a session changes"),
        {
            MessageKind.MOVED: gettext_lazy("When its day, its place or its link changes."),
            MessageKind.POSTPONED: gettext_lazy("When it is postponed without a new date."),
            MessageKind.CANCELLED: gettext_lazy("When it is cancelled."),
            MessageKind.RESTORED: gettext_lazy("When it takes place after all."),
            MessageKind.GOES_AHEAD: gettext_lazy("When we say it takes place though few come."),
        },
    ),
    Group(
        gettext_lazy("Around the day"),
        {
            MessageKind.REMINDER: gettext_lazy("Some days before, to who has a place."),
            MessageKind.STILL_WAITING: gettext_lazy("Some days before, to who waits."),
            MessageKind.THANKS: gettext_lazy("Afterwards, to who had a place."),
            MessageKind.ATTESTATION: gettext_lazy(
                "When the attendance sheet is closed, to who was present."
            ),
        },
    ),
    Group(
        gettext_lazy("Links"),
        {
            MessageKind.LINKS: gettext_lazy("To who asks for the links of their registrations."),
            MessageKind.SERVICE_LINK: gettext_lazy(
                "To a partner service, when somebody here sends it the link of its page."
            ),
        },
    ),
    Group(
        gettext_lazy("To ourselves"),
        {
            MessageKind.MINIMUM: gettext_lazy("When too few people come on the day to decide."),
            MessageKind.DIGEST: gettext_lazy("On the mornings set for it."),
        },
    ),
]


def may_change_texts(user) -> bool:
    return policy_registry.get_by_type(MessageText).user_has_permission(user, "change")


def url_of(view: str, *args: str) -> str:
    return reverse(f"message_texts:{view}", args=args)


def in_its_own_words(language: str) -> str:
    return capfirst(get_language_info(language)["name_local"])


class TextsScreen(WagtailAdminTemplateMixin, TemplateView):
    """What the screens share: who may."""

    header_icon = "edit"

    def dispatch(self, request, *args, **kwargs):
        if not may_change_texts(request.user):
            raise PermissionDenied
        self.at = timezone.now()
        return super().dispatch(request, *args, **kwargs)


class TextsView(TextsScreen):
    template_name = "registrations/admin/texts.html"
    page_title = gettext_lazy("Texts of mails")

    def get_breadcrumbs_items(self):
        return [*self.breadcrumbs_items, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs):
        rows = MessageText.objects.all()
        own = {(row.kind, row.language) for row in rows if any_words(row)}
        return super().get_context_data(
            **kwargs,
            languages=[in_its_own_words(language) for language in content_languages()],
            groups=[
                (group.heading, [self.row(kind, when, own) for kind, when in group.sent.items()])
                for group in GROUPS
            ],
        )

    def row(self, kind, when, own):
        cells = [
            {
                "url": url_of("edit", kind.lower(), language),
                "language": in_its_own_words(language),
                "is_own": (kind, language) in own,
            }
            for language in content_languages()
        ]
        return {"label": capfirst(kind.label), "when": when, "cells": cells}


def any_words(text: MessageText) -> bool:
    return any(getattr(text, name) for name in domain.WORDS)


class OfAText(TextsScreen):
    """A screen about one message in one language."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.kind, self.language = kwargs["kind"].upper(), kwargs["language"]
        if self.kind not in domain.EDITABLE or self.language not in content_languages():
            raise Http404

    @cached_property
    def text(self) -> MessageText:
        return domain.text_of(self.kind, self.language)

    @property
    def label(self) -> str:
        kind = capfirst(MessageKind(self.kind).label)
        return f"{kind}, {in_its_own_words(self.language)}"

    @property
    def edit_url(self) -> str:
        return url_of("edit", self.kind.lower(), self.language)

    def get_page_subtitle(self):
        return self.label

    def get_breadcrumbs_items(self):
        here = self.get_page_title()
        items = [{"url": url_of("list"), "label": TextsView.page_title}]
        if self.request.path != self.edit_url:
            items.append({"url": self.edit_url, "label": self.label})
        return [*self.breadcrumbs_items, *items, {"url": "", "label": here, "sublabel": self.label}]

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            **kwargs,
            text=self.text,
            label=self.label,
            is_own=any_words(self.text),
            has_history=self.text.latest_revision_id is not None,
            edit_url=self.edit_url,
            history_url=url_of("history", self.kind.lower(), self.language),
            reset_url=url_of("reset", self.kind.lower(), self.language),
        )


class EditTextView(OfAText):
    template_name = "registrations/admin/text.html"
    page_title = gettext_lazy("Text of a mail")

    def get(self, request, *args, **kwargs):
        text, former = self.text, self.former()
        return self.show(TextForm(former or text, known=self.known), former=former)

    def post(self, request, *args, **kwargs):
        form = TextForm(self.text, request.POST, known=self.known)
        asked = request.POST.get("do", "save")
        if not form.is_valid():
            return self.show(form)
        if asked == "save":
            domain.write(self.kind, self.language, form.cleaned_data, by=request.user, at=self.at)
            messages.success(request, _("These words are used from now on."))
            return redirect(self.edit_url)
        if asked == "test":
            self.send_test(self.specimen(form))
        return self.show(form, is_asked=True)

    def former(self) -> MessageText | None:
        """As it was once, to be looked at and saved again."""
        pk = self.request.GET.get("revision", "")
        if not (pk.isdecimal() and self.text.pk):
            return None
        return get_object_or_404(self.text.revisions, pk=pk).as_object()

    def send_test(self, specimen: Specimen) -> None:
        recipient = getattr(self.request.user, "email", "")
        if not recipient:
            messages.error(self.request, _("Your account has no e-mail address to send it to."))
            return
        trouble = trial.send(
            specimen.content,
            kind=specimen.kind,
            language=self.language,
            recipient=recipient,
            at=self.at,
        )
        if trouble:
            said = _("The test was not sent. The server’s answer: %(answer)s")
            messages.error(self.request, said % {"answer": trouble})
        else:
            said = _("A test is on its way to %(address)s. Its links lead nowhere.")
            messages.success(self.request, said % {"address": recipient})

    # --- what is shown ---------------------------------------------------------------------------

    @cached_property
    def sessions(self):
        return {str(one.pk): one for one in sessions_to_show(at=self.at)}

    @cached_property
    def shown(self) -> ShownForm:
        return ShownForm(
            self.request.POST or None,
            situations=[(one.name, one.label) for one in situations(self.kind)],
            sessions=[
                (pk, f"{wording.when(one)}, {one.training}") for pk, one in self.sessions.items()
            ],
        )

    @cached_property
    def chosen(self) -> dict[str, str]:
        return self.shown.chosen()

    @cached_property
    def as_shipped(self) -> Specimen:
        return self.render(MessageText(kind=self.kind, language=self.language))

    @property
    def known(self) -> dict[str, str]:
        return self.as_shipped.placeholders

    def specimen(self, form: TextForm) -> Specimen | None:
        """With the words that are typed; nothing while something of them is to be corrected."""
        if not form.is_bound:
            return self.render(form.text)
        if not form.is_valid():
            return None
        words = {name: form.cleaned_data[name] for name in domain.WORDS}
        return self.render(MessageText(kind=self.kind, language=self.language, **words))

    def render(self, text: MessageText) -> Specimen:
        [specimen] = specimens(
            self.sessions.get(self.chosen.get("session", "")),
            language=self.language,
            at=self.at,
            kind=self.kind,
            situation=self.chosen["situation"],
            text=text,
        )
        return specimen

    def show(self, form, *, former=None, is_asked=False):
        context = self.get_context_data(
            form=form,
            faults=faults_of(form),
            former=former,
            shown=self.shown,
            chosen=self.chosen,
            shipped=self.as_shipped.shipped,
            fields=[(form[name], self.as_shipped.shipped[name]) for name in domain.WORDS],
            placeholders=[
                (f"{{{texts.local_name(code, language=self.language)}}}", said)
                for code, said in self.known.items()
            ],
            specimen=self.specimen(form),
            is_asked=is_asked,
        )
        return self.render_to_response(context)


class TextHistoryView(OfAText):
    template_name = "registrations/admin/text_history.html"
    page_title = gettext_lazy("History")

    def get_context_data(self, **kwargs):
        revisions = self.text.revisions if self.text.pk else Revision.objects.none()
        rows = revisions.select_related("user").order_by("-created_at", "-pk")[:100]
        return super().get_context_data(
            **kwargs,
            revisions=[
                {"revision": one, "is_own": any_words(one.as_object()), "url": self.url(one)}
                for one in rows
            ],
        )

    def url(self, revision: Revision) -> str:
        return f"{self.edit_url}?revision={revision.pk}"


class ResetTextView(OfAText):
    template_name = "registrations/admin/text_reset.html"
    page_title = gettext_lazy("Back to the text that ships")

    def post(self, request, *args, **kwargs):
        domain.reset(self.kind, self.language, by=request.user, at=self.at)
        messages.success(request, _("The message is as it ships again."))
        return redirect(self.edit_url)


class TextsMenuItem(MenuItem):
    def is_shown(self, request):
        return may_change_texts(request.user)


class MessageTextViewSet(ViewSet):
    name = "message_texts"
    icon = "edit"
    menu_label = gettext_lazy("Texts of mails")
    menu_item_class = TextsMenuItem

    def get_urlpatterns(self):
        one = "<slug:kind>/<slug:language>"
        return [
            path("", TextsView.as_view(), name="list"),
            path(f"{one}/", EditTextView.as_view(), name="edit"),
            path(f"{one}/history/", TextHistoryView.as_view(), name="history"),
            path(f"{one}/reset/", ResetTextView.as_view(), name="reset"),
        ]
