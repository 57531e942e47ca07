"""One attestation as it is kept: a PDF, or a page to print."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import translation

from registrations.models import Attestation
from registrations.papers import attestation as paper
from registrations.papers.printing import can_print
from registrations.views import protection


def handed_out(request: Any, attestation: Attestation) -> HttpResponse:
    """The PDF to save; a page where it cannot be made here, or where `?as=page` asks for one."""
    if request.GET.get("as") == "page" or not can_print():
        return page_of(request, [attestation])
    response = HttpResponse(paper.as_pdf(attestation), content_type="application/pdf")
    name = paper.file_name(attestation)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return protection.keep_address_secret(response)


def page_of(request: Any, attestations: Iterable[Attestation]) -> HttpResponse:
    """All of them to print, each on a sheet of its own and in its own language."""
    papers = []
    for one in attestations:
        words = paper.words_of(one)
        papers.append({**words, "svg": paper.code_as_svg(words["address"])})
    language = papers[0]["language"] if len(papers) == 1 else translation.get_language()
    context = {"papers": papers, "language": language}
    response = render(request, "registrations/papers/attestation.html", context)
    return protection.keep_address_secret(response)
