from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def language(settings) -> Iterator[None]:
    """The host's at the beginning of each test; a page in another one would leave that behind."""
    with translation.override(settings.LANGUAGE_CODE):
        yield
