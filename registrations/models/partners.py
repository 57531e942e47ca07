"""Partner organisations: first-class, found however their name is typed."""

from __future__ import annotations

import re
import unicodedata

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from registrations.enums import PartnerStatus, RelationKind
from trainings.models import Trainer, TranslatedTextField

# Words that people put in or leave out of a name: articles and legal forms.
UNTOLD = {"de", "du", "des", "d", "la", "le", "les", "l", "et", "van", "het", "en", "asbl", "vzw"}


def words_of(name: str) -> list[str]:
    """The words that tell a name: without case, accents, dots, articles and legal forms.

    "C.P.A.S. de Charleroi" and "cpas charleroi" have the same words.
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = re.sub(r"(?<=\b\w)\.(?=\w\b)|(?<=\b\w)\.(?=\W|$)", "", plain)
    words = re.findall(r"\w+", plain.replace("_", " "))
    return [word for word in words if word not in UNTOLD] or words


def search_key(name: str) -> str:
    """Equal for names that are the same words in another order."""
    return " ".join(sorted(words_of(name)))


class ServiceKind(index.Indexed, models.Model):
    """Type of partner service, such as a public welfare centre; a starter list, editable."""

    name = TranslatedTextField(_("name"))
    press_heading = TranslatedTextField(
        _("heading in the press list"),
        blank=True,
        help_text=_("Kinds with the same heading stand together. Empty: the name."),
    )
    sort_order = models.PositiveIntegerField(default=0)

    panels = [FieldPanel("name"), FieldPanel("press_heading")]

    class Meta:
        verbose_name = _("kind of service")
        verbose_name_plural = _("kinds of service")
        ordering = ["sort_order", "pk"]

    def __str__(self) -> str:
        return str(self.name)


class PartnerServiceQuerySet(models.QuerySet):
    def listed(self):
        return self.filter(status=PartnerStatus.LISTED)

    def matching(self, typed: str):
        """Those whose name has each typed word, or a piece of one, in any order."""
        found = self
        for word in words_of(typed)[:8]:
            found = found.filter(search_key__contains=word)
        return found


class PartnerService(index.Indexed, ClusterableModel, models.Model):
    """An organisation whose people we train (schema.org Organization)."""

    name = models.CharField(_("name"), max_length=160)
    search_key = models.CharField(max_length=200, editable=False, db_index=True)
    kind = models.ForeignKey(
        ServiceKind,
        verbose_name=_("kind of service"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="partner_services",
    )
    relation = models.CharField(
        _("relation with us"), max_length=16, choices=RelationKind, default=RelationKind.NONE
    )
    email = models.EmailField(
        _("e-mail address"),
        blank=True,
        help_text=_("Of the service, such as its secretary's: where we write to invite it."),
    )
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    municipality = models.CharField(_("municipality"), max_length=120, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=PartnerStatus, default=PartnerStatus.LISTED
    )
    # The row that stands for it since two were found to be one service.
    merged_into = models.ForeignKey(
        "self", on_delete=models.RESTRICT, null=True, blank=True, editable=False, related_name="+"
    )
    region = models.CharField(
        _("region"), max_length=120, blank=True, help_text=_("Of a network in several regions.")
    )
    # By which a list that is imported again finds it.
    reference = models.CharField(
        _("number in their list"),
        max_length=40,
        blank=True,
        help_text=_("Of the list it is imported from: a new import finds it by it."),
    )
    do_not_name = models.BooleanField(
        _("do not name it"),
        default=False,
        help_text=_("It is counted in published lists, and not named."),
    )
    employees = models.PositiveIntegerField(_("employees"), null=True, blank=True)
    volunteers = models.PositiveIntegerField(_("volunteers"), null=True, blank=True)
    trainers = models.ManyToManyField(
        Trainer,
        verbose_name=_("trainers who come from it"),
        blank=True,
        related_name="partner_services",
    )
    # Since when somebody of it would like us to call; None once we have.
    wants_contact_since = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PartnerServiceQuerySet.as_manager()

    panels = [
        FieldPanel("name"),
        FieldPanel("kind"),
        FieldPanel("relation"),
        FieldPanel("email"),
        FieldPanel("postal_code"),
        FieldPanel("municipality"),
        FieldPanel("status"),
    ]
    search_fields = [
        index.SearchField("name"),
        index.AutocompleteField("name"),
        index.FilterField("status"),
        index.FilterField("kind_id"),
        index.FilterField("relation"),
    ]

    class Meta:
        verbose_name = _("partner service")
        verbose_name_plural = _("partner services")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="listed_partner_service_once",
                fields=["search_key", "municipality"],
                condition=models.Q(status=PartnerStatus.LISTED),
                violation_error_message=_("This partner service is listed already."),
            ),
            models.UniqueConstraint(
                name="partner_reference_once",
                fields=["reference"],
                condition=~models.Q(reference="") & ~models.Q(status=PartnerStatus.MERGED),
                violation_error_message=_("Another service has this number."),
            ),
            models.CheckConstraint(
                name="merged_service_names_the_other",
                condition=models.Q(status=PartnerStatus.MERGED, merged_into__isnull=False)
                | (~models.Q(status=PartnerStatus.MERGED) & models.Q(merged_into__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.search_key = search_key(self.name)[:200]
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        self.search_key = search_key(self.name)[:200]
