"""Registrations with Wagtail only; no logic."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSetGroup

from registrations.models import OutgoingEmail, Registration
from registrations.publication import SignUpDesk
from registrations.viewsets.emails import EmailViewSet
from registrations.viewsets.partners import PartnerServiceViewSet, ServiceKindViewSet
from registrations.viewsets.questions import SignUpQuestionsViewSet
from registrations.viewsets.registrations import RegistrationViewSet
from trainings.permissions import MadeElsewherePolicy

for model in (Registration, OutgoingEmail):
    register_permission_policy(model, MadeElsewherePolicy(model, allowed={"view"}))


class RegistrationsGroup(SnippetViewSetGroup):
    menu_label = _("Registrations")
    menu_icon = "clipboard-list"
    menu_order = 160
    items = (
        RegistrationViewSet,
        PartnerServiceViewSet,
        EmailViewSet,
        ServiceKindViewSet,
        SignUpQuestionsViewSet,
    )


register_snippet(RegistrationsGroup)
hooks.register("register_training_sign_up", SignUpDesk)


@hooks.register("register_log_actions")
def register_registration_actions(actions):
    actions.register_action("registrations.sign_up", _("Sign up"), _("Signed up"))
    actions.register_action("registrations.keep", _("Say one comes"), _("Said they come"))
    actions.register_action("registrations.withdraw", _("Withdraw"), _("Withdrawn"))
    actions.register_action("registrations.replace", _("Replace"), _("Replaced by a colleague"))
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
