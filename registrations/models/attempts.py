from django.db import models


class SignUpAttempt(models.Model):
    """A form was sent: a keyed digest of who sent it, kept for an hour, to slow down machines."""

    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    # People are not content: Wagtail need not index what refers to what here.
    wagtail_reference_index_ignore = True

    class Meta:
        indexes = [models.Index(name="attempt_digest_at", fields=["digest", "at"])]

    def __str__(self) -> str:
        return self.at.isoformat()
