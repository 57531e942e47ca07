"""What our pages have in common: the row of facts they point at, a contact, a picture."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel


class FactsMixin(models.Model):
    """A page that points at its row of facts through the field named in `facts_field`.

    The row is made with the first page; a translation finds it by its translation key, an
    alias carries it over, and a copy made as a new page gets a row of its own, with the same
    settings and without sessions.
    """

    facts_field: str

    class Meta:
        abstract = True

    def save(self, *args, update_fields=None, **kwargs):
        self._point_at_facts()
        super().save(*args, update_fields=update_fields, **kwargs)
        # A draft is saved with some fields only: its title is nobody's to read yet.
        if update_fields is None or "title" in update_fields:
            self.follow_first_page()

    def with_content_json(self, content):
        # A revision is words. Which row a page points at is never undone with them, nor is a row
        # looked for that is no longer there.
        name = self.facts_field
        return super().with_content_json({**content, name: getattr(self, f"{name}_id")})

    def _point_at_facts(self) -> None:
        has_facts = getattr(self, f"{self.facts_field}_id") is not None
        if has_facts and (not self._state.adding or self.alias_of_id):
            return
        sibling = type(self).objects.filter(translation_key=self.translation_key).first()
        if sibling is not None:
            facts = getattr(sibling, self.facts_field)
        elif has_facts:  # the copy of another page
            facts = getattr(self, self.facts_field).copy(name=self.title)
        else:
            facts_model = self._meta.get_field(self.facts_field).related_model
            facts = facts_model.objects.create(name=self.title)
        setattr(self, self.facts_field, facts)

    def follow_first_page(self) -> None:
        """Let the row's `name` follow the first page made for it, so that lists can name it."""
        facts_id = getattr(self, f"{self.facts_field}_id")
        pages = type(self).objects.filter(**{self.facts_field: facts_id})
        if pages.order_by("pk").values_list("pk", flat=True).first() == self.pk:
            facts_model = self._meta.get_field(self.facts_field).related_model
            facts_model.objects.filter(pk=facts_id).update(**self.facts_from_page())

    def facts_from_page(self) -> dict:
        return {"name": self.title}


class ContactMixin(models.Model):
    contact_name = models.CharField(
        _("whom to contact"), max_length=120, blank=True, help_text=_("A team or a role.")
    )
    contact_email = models.EmailField(_("e-mail address"), blank=True)
    contact_phone = models.CharField(_("phone"), max_length=40, blank=True)

    class Meta:
        abstract = True

    contact_panel = MultiFieldPanel(
        [
            FieldPanel("contact_name"),
            FieldRowPanel([FieldPanel("contact_email"), FieldPanel("contact_phone")]),
        ],
        heading=_("Contact"),
    )


class PictureMixin(models.Model):
    picture = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    picture_alt = models.CharField(
        _("picture in words"),
        max_length=255,
        blank=True,
        help_text=_("What it shows, for those who do not see it. Empty: it only decorates."),
    )

    class Meta:
        abstract = True

    picture_panel = MultiFieldPanel(
        [FieldPanel("picture"), FieldPanel("picture_alt")], heading=_("Picture")
    )
