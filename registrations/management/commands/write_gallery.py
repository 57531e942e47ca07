"""Write every message as it would read to a folder, to be reviewed in a browser."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.text import capfirst

from registrations.emails.scene import sessions_to_show
from registrations.emails.specimens import specimens
from trainings.models import content_languages


class Command(BaseCommand):
    help = "Writes each message in each situation and language as HTML, with an index."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="Where; it is made where there is none.")

    def handle(self, *args, folder, **options):
        at = timezone.now()
        session = next(iter(sessions_to_show(at=at, limit=1)), None)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            languages = {
                language: [
                    write(one, folder=folder)
                    for one in specimens(session, language=language, at=at)
                ]
                for language in content_languages()
            }
            index = render_to_string("registrations/gallery.html", {"languages": languages})
            (folder / "index.html").write_text(index)
        except OSError as error:
            raise CommandError(f"Nothing can be written there: {error}") from error
        number = sum(map(len, languages.values()))
        self.stdout.write(f"{number} mails in {folder / 'index.html'}.")


def write(specimen, *, folder):
    """The HTML and the text of one, and what the index says of it."""
    name = f"{specimen.email.language}-{specimen.kind.lower()}-{specimen.situation}"
    (folder / f"{name}.html").write_text(specimen.content.html)
    (folder / f"{name}.txt").write_text(specimen.content.text)
    return {
        "name": name,
        "kind": capfirst(specimen.kind.label),
        "situation": specimen.label,
        "content": specimen.content,
    }
