"""`python -m tests.bench [people|catalogue|feeds|sign_ups|mails|figures]`: all, or those named."""

import importlib
import os
import sys
import tempfile

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

from tests.bench.measuring import prepare

for name in sys.argv[1:] or ("people", "catalogue", "feeds", "sign_ups", "mails", "figures"):
    with tempfile.TemporaryDirectory() as folder:
        prepare(folder)
        # Models exist only after the set-up above.
        importlib.import_module(f"tests.bench.{name}").measure()
