"""From a template and plain data to a PDF that a screen reader reads.

Data travel as JSON, never as markup: what somebody typed stays text. The compiler sees one folder,
with our templates and the images it is given, and no network.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from unicodedata import category

from django.core.serializers.json import DjangoJSONEncoder

from trainings.domain.plain_text import plain_text

TEMPLATES = Path(__file__).parent / "templates"
#: Tagged, with a title, a language and words for each image; the compiler refuses less.
STANDARD: Literal["ua-1"] = "ua-1"
#: Stands for a letter that no font of the compiler has.
NO_LETTER = "□"
#: How the compiler tells of one, and what it is sure to have: Latin letters.
NOT_DRAWN = re.compile(r'the text `"(.*?)"` could not be displayed')
ALWAYS_DRAWN = 0x24F
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
#: Categories of what only changes or joins other letters, as in a picture of several.
PARTS = {"Cf", "Mn", "Me", "Sk"}
#: It tells of all such letters at once; another round is for those that hid behind others.
ROUNDS = 4


def can_print() -> bool:
    """Whether the extra `[pdf]` is installed."""
    return importlib.util.find_spec("typst") is not None


def compile_pdf(
    template: str, data: Mapping[str, Any], *, images: Mapping[str, bytes] | None = None
) -> bytes:
    """The PDF/UA-1 of `templates/<template>.typ`, with `data` as `json(bytes(sys.inputs.data))`.

    `images` by file name, such as "logo.png", beside the template. Letters that the compiler's
    own fonts lack, such as Chinese ones, are drawn as a box: a document that promises to be
    readable may have none that are not there at all. Raises RuntimeError, of the compiler, for a
    document that is not accessible.
    """
    with tempfile.TemporaryDirectory() as folder:
        for file in TEMPLATES.glob("*.typ"):
            shutil.copy(file, folder)
        for name, content in (images or {}).items():
            Path(folder, Path(name).name).write_bytes(content)
        said = json.dumps(_plain(data), cls=DjangoJSONEncoder, ensure_ascii=False)
        return _compile(Path(folder, f"{template}.typ"), said)


def _compile(file: Path, said: str) -> bytes:
    import typst  # noqa: PLC0415 -- an extra

    for _round in range(ROUNDS):
        try:
            return bytes(
                typst.compile(
                    str(file),
                    root=str(file.parent),
                    sys_inputs={"data": said},
                    pdf_standards=[STANDARD],
                    ignore_system_fonts=True,
                )
            )
        except typst.TypstError as error:
            known, said = said, said.translate(_boxes(error.diagnostic or ""))
            if said == known:
                raise
    raise RuntimeError(NOT_DRAWN.pattern)


def _boxes(complaint: str) -> dict[int, str]:
    """What to draw for each letter the compiler complains of; nothing for a part of one."""
    told = "".join(NOT_DRAWN.findall(complaint))
    missing = {ord(c) for c in ESCAPED.sub(lambda found: chr(int(found[1], 16)), told)}
    return {
        code: "" if category(chr(code)) in PARTS else NO_LETTER
        for code in missing
        if code > ALWAYS_DRAWN
    }


def _plain(value: Any) -> Any:
    """The same data without controls and halves of characters, of which no letter is drawn."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return plain_text(value) if isinstance(value, str) else value
