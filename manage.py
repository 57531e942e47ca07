#!/usr/bin/env python
"""Django's command line for the demo site."""

import os
import sys
from pathlib import Path


def main() -> None:
    # site/ is a folder on the path, never a package: `site` is a module of the standard library.
    sys.path.insert(0, str(Path(__file__).resolve().parent / "site"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
