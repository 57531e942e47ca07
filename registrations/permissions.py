"""Who may look at people who are registered, and who may decide about them."""

from __future__ import annotations

from typing import Any

from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import policy_registry

from registrations.models import PartnerService, Registration
from trainings.permissions import MadeElsewherePolicy


def may_see_registrations(user: Any) -> bool:
    return policy_registry.get_by_type(Registration).user_has_permission(user, "view")


def may_change_registrations(user: Any) -> bool:
    """Accept, refuse, give places, enter people by hand.

    Asked of the group's own right to change registrations: the policy of the list has none, since
    nobody edits a registration in a form, past the locks.
    """
    own = ModelPermissionPolicy(Registration)
    return may_see_registrations(user) and own.user_has_permission(user, "change")


def may_welcome(user: Any) -> bool:
    """Note who is present, and see names and services for it, and nothing else."""
    return bool(user.has_perm("registrations.record_presence"))


def may_see_figures(user: Any) -> bool:
    """Numbers and names of services, no person: who sees people, or who keeps the directory."""
    own = ModelPermissionPolicy(PartnerService)
    return bool(may_see_registrations(user) or own.user_has_permission(user, "view"))


class SeenBesideRegistrationsPolicy(MadeElsewherePolicy):
    """A right of its own, worth nothing to who may not see the people it tells of."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return bool(may_see_registrations(user) and super().user_has_permission(user, action))

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return bool(may_see_registrations(user) and super().user_has_any_permission(user, actions))


class SeenWithRegistrationsPolicy(ModelPermissionPolicy):
    """For what tells of people who are registered: whoever may see them looks at it, nobody
    changes it. It has no right of its own that a group could be given.
    """

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action == "view" and may_see_registrations(user)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)

    def users_with_any_permission(self, actions: Any) -> Any:
        seen = {"view"}.intersection(actions)
        return policy_registry.get_by_type(Registration).users_with_any_permission(seen)
