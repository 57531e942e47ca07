"""Registrations with Wagtail only; no logic."""

from django.contrib.auth.models import Permission
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from registrations.enums import Verb
from registrations.home import DirectoryPanel, MailPanel, UndecidedPanel
from registrations.models import Letter, OutgoingEmail, Registration
from registrations.panels import RulesPanel
from registrations.permissions import SeenBesideRegistrationsPolicy, SeenWithRegistrationsPolicy
from registrations.publication import SignUpDesk
from registrations.viewsets.attendance import attendance_urls, welcome_item
from registrations.viewsets.attestations import attestation_urls
from registrations.viewsets.directory import directory_urls
from registrations.viewsets.emails import EmailViewSet
from registrations.viewsets.entry import entry_urls
from registrations.viewsets.evaluations import evaluation_urls
from registrations.viewsets.figures import figure_urls, menu_item
from registrations.viewsets.letters import LetterViewSet, letter_urls
from registrations.viewsets.mails_again import SendAgainBulkAction
from registrations.viewsets.papers import paper_urls
from registrations.viewsets.partners import PartnerServiceViewSet, ServiceKindViewSet
from registrations.viewsets.people import people_urls
from registrations.viewsets.questions import SignUpQuestionsViewSet
from registrations.viewsets.registrations import RegistrationViewSet
from registrations.viewsets.rules import rules_urls
from registrations.viewsets.texts import MessageTextViewSet
from trainings.permissions import MadeElsewherePolicy

register_permission_policy(Registration, MadeElsewherePolicy(Registration, allowed={"view"}))
register_permission_policy(
    OutgoingEmail, SeenBesideRegistrationsPolicy(OutgoingEmail, allowed={"view"})
)
register_permission_policy(Letter, SeenWithRegistrationsPolicy(Letter))


class RegistrationsGroup(SnippetViewSetGroup):
    menu_label = _("Registrations")
    menu_icon = "clipboard-list"
    menu_order = 160
    items = (
        RegistrationViewSet,
        PartnerServiceViewSet,
        LetterViewSet,
        EmailViewSet,
        MessageTextViewSet,
        ServiceKindViewSet,
        SignUpQuestionsViewSet,
    )

    def get_submenu_items(self):
        items = super().get_submenu_items()
        return [*items, menu_item(order=len(items) + 1)]


register_snippet(RegistrationsGroup)
hooks.register("register_training_sign_up", SignUpDesk)
hooks.register("register_training_panels", RulesPanel)
hooks.register("register_bulk_action", SendAgainBulkAction)


@hooks.register("register_admin_urls")
def register_people_urls():
    urls = [
        *people_urls,
        *entry_urls,
        *rules_urls,
        *letter_urls,
        *attendance_urls,
        *paper_urls,
        *attestation_urls,
        *evaluation_urls,
        *directory_urls,
        *figure_urls,
    ]
    return [path("registrations/", include((urls, "registrations"), "registrations_admin"))]


@hooks.register("register_permissions")
def register_own_permissions():
    return Permission.objects.filter(
        content_type__app_label="registrations",
        codename__in=["change_messagetext", "record_presence"],
    )


@hooks.register("register_admin_menu_item")
def register_welcome_desk():
    return welcome_item()


@hooks.register("construct_homepage_panels")
def add_undecided_sessions(request, panels):
    panels.extend([MailPanel(), UndecidedPanel(), DirectoryPanel()])


#: What is done to a participation, once it is done.
VERBS = {
    Verb.SIGN_UP: _("Signed up"),
    Verb.ACCEPT: _("Accepted"),
    Verb.REFUSE: _("Refused"),
    Verb.OFFER: _("Place offered"),
    Verb.PROMOTE: _("Place given"),
    Verb.ACCEPT_OFFER: _("Offer accepted"),
    Verb.DECLINE_OFFER: _("Offer declined"),
    Verb.EXPIRE: _("Offer expired"),
    Verb.RELEASE: _("Place without a name released"),
    Verb.REPLACE: _("Replaced by a colleague"),
    Verb.WITHDRAW: _("Withdrawn"),
}


OF_THE_DAY_AND_AFTER = [
    ("renew_desk_link", _("Make a link for the desk"), _("Link for the desk made")),
    ("revoke_desk_link", _("Revoke the link for the desk"), _("Link for the desk revoked")),
    ("renew_trainer_link", _("Make a link for the trainer"), _("Link for the trainer made")),
    (
        "revoke_trainer_link",
        _("Revoke the link for the trainer"),
        _("Link for the trainer revoked"),
    ),
    ("walk_in", _("Let somebody in"), _("Let in without registration")),
    ("close_sheet", _("Close the attendance sheet"), _("Attendance sheet closed")),
    ("reopen_sheet", _("Open the attendance sheet again"), _("Attendance sheet opened again")),
    ("enter_paper", _("Enter the signed sheet"), _("Signed sheet entered")),
    ("keep_scan", _("Keep a scan of the signed sheet"), _("Scan of the signed sheet kept")),
    ("remove_scan", _("Remove a scan"), _("Scan of the signed sheet removed")),
    ("issue_attestation", _("Issue attestations"), _("Attestations issued")),
    ("withdraw_attestation", _("Withdraw attestations"), _("Attestations withdrawn")),
    ("bundle_attestations", _("Download attestations"), _("Attestations downloaded")),
    ("export_presences", _("Download presences"), _("Presences downloaded")),
    ("export_figures", _("Download figures"), _("Figures downloaded")),
    ("export_evaluations", _("Download evaluations"), _("Evaluations downloaded")),
    ("list_partner", _("List a service"), _("Service listed")),
    ("refuse_partner", _("Refuse a service"), _("Service refused")),
    ("merge_partners", _("Merge services"), _("Services merged")),
    ("undo_merge", _("Undo a merge"), _("Merge undone")),
    ("import_partners", _("Import services"), _("Services imported")),
    ("contacted_partner", _("Note that it was contacted"), _("Was contacted")),
]
SERVICE_LINK_ACTS = [
    ("renew", _("Renew the link of its page"), _("Renewed the link of its page")),
    ("send", _("Send the link of its page"), _("Sent the link of its page")),
    ("revoke", _("Revoke the link of its page"), _("Revoked the link of its page")),
]


@hooks.register("register_log_actions")
def register_registration_actions(actions):
    actions.register_action("registrations.join", _("Add somebody"), _("Somebody added"))
    actions.register_action("registrations.correct", _("Correct"), _("Corrected"))
    actions.register_action("registrations.keep", _("Say one comes"), _("Said they come"))
    for verb, done in VERBS.items():
        actions.register_action(f"registrations.{verb}", verb.label, done)
    actions.register_action(
        "registrations.renew_feed",
        _("Renew the calendar address"),
        _("Renewed the calendar address"),
    )
    actions.register_action(
        "registrations.revoke_feed",
        _("Revoke the calendar address"),
        _("Revoked the calendar address"),
    )
    actions.register_action(
        "registrations.goes_ahead", _("Say it takes place"), _("Said it takes place")
    )
    actions.register_action("registrations.write_text", _("Change the words"), _("Words changed"))
    actions.register_action(
        "registrations.reset_text", _("Reset the words"), _("Words reset to what ships")
    )
    actions.register_action("registrations.set_rules", _("Set the rules"), _("Set the rules"))
    actions.register_action(
        "registrations.follow_training",
        _("Follow the training again"),
        _("Followed the training again"),
    )
    actions.register_action(
        "registrations.set_workshops", _("Set the workshops"), _("Set the workshops")
    )
    actions.register_action("registrations.write_letter", _("Write a letter"), _("Letter written"))
    actions.register_action("registrations.try_mail_again", _("Send again"), _("Mail sent again"))
    actions.register_action(
        "registrations.export", _("Download registrations"), _("Registrations downloaded")
    )
    for name, act, done in OF_THE_DAY_AND_AFTER:
        actions.register_action(f"registrations.{name}", act, done)
    for name, act, done in SERVICE_LINK_ACTS:
        actions.register_action(f"registrations.{name}_service_link", act, done)
