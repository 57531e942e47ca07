"""People at the admin's screens, by what they may do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from wagtail.models import GroupPagePermission, Page


def user(*permissions: str, name: str = "editor", pages: bool = False) -> Any:
    """Somebody who may enter the admin, and do what these "app.codename" say."""
    group = Group.objects.create(name=name)
    for permission in ("wagtailadmin.access_admin", *permissions):
        app, codename = permission.split(".")
        group.permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    if pages:
        for codename in ("add_page", "change_page", "publish_page"):
            GroupPagePermission.objects.create(
                group=group,
                page=Page.get_first_root_node(),
                permission=Permission.objects.get(codename=codename),
            )
    made = get_user_model().objects.create_user(name, f"{name}@x.example", "secret")
    made.groups.add(group)
    return made


def communications_officer() -> Any:
    actions = ("add", "change", "view", "delete")
    return user(
        *[f"trainings.{action}_trainingsession" for action in actions],
        "trainings.change_training",
        "trainings.view_training",
        "trainings.change_programme",
        "trainings.view_programme",
        name="communication",
        pages=True,
    )


def registrations_manager() -> Any:
    return user(
        "registrations.view_registration",
        "registrations.view_outgoingemail",
        "registrations.view_partnerservice",
        "registrations.change_partnerservice",
        "registrations.add_partnerservice",
        "trainings.view_trainingsession",
        name="inscriptions",
    )


def organiser() -> Any:
    """Decides about registrations, and about sessions."""
    return user(
        "registrations.view_registration",
        "registrations.change_registration",
        "trainings.view_trainingsession",
        "trainings.change_trainingsession",
        name="organisation",
    )
