"""Documents for participants: their own address serves them to nobody but who edits the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from trainings.domain import documents


def guard_document(document: Any, request: Any) -> HttpResponse | None:
    """Wagtail's hook `before_serve_document`: what to answer in place of the file, if anything."""
    pages = documents.pages_that_give(document)
    if not documents.is_for_participants(document, pages) or may_edit(request.user, pages):
        return None
    return for_participants_only(request)


def for_participants_only(request: Any) -> HttpResponse:
    """The same answer whatever document it is, and whether there is one."""
    context = {"has_no_languages": True}
    response = render(request, "trainings/for_participants_only.html", context, status=403)
    add_never_cache_headers(response)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def may_edit(user: Any, pages: Iterable[Any]) -> bool:
    """Whether somebody edits one of these pages, and so sees its documents while writing it."""
    return user.is_active and any(page.permissions_for_user(user).can_edit() for page in pages)
