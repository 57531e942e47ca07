"""One sheet of paper as a PDF: a title and lines, in a typeface that every reader has."""

from __future__ import annotations

LEFT, TOP = 56, 770


def sheet(title: str, lines: tuple[str, ...], *, language: str) -> bytes:
    """A PDF of one A4 page; its text can be selected, searched and read aloud."""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R /Lang ({language})"
        " /ViewerPreferences << /DisplayDocTitle true >> >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 6 0 R"
        " /Resources << /Font << /F1 4 0 R /F2 5 0 R >> >> >>",
        _font("Helvetica-Bold"),
        _font("Helvetica"),
        _stream(title, lines),
        f"<< /Title <FEFF{title.encode('utf-16-be').hex()}> >>",
    ]
    parts, offsets = [b"%PDF-1.7\n"], []
    for number, content in enumerate(objects, start=1):
        offsets.append(sum(map(len, parts)))
        parts.append(f"{number} 0 obj\n{content}\nendobj\n".encode("cp1252"))
    start = sum(map(len, parts))
    entries = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    parts.append(
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{entries}"
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 7 0 R >>\n"
        f"startxref\n{start}\n%%EOF\n".encode()
    )
    return b"".join(parts)


def _font(name: str) -> str:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>"


def _stream(title: str, lines: tuple[str, ...]) -> str:
    shown = "".join(f"0 -26 Td ({_escaped(line)}) Tj\n" for line in lines)
    text = (
        f"BT\n/F1 20 Tf\n{LEFT} {TOP} Td ({_escaped(title)}) Tj\n"
        f"/F2 13 Tf\n0 -18 Td\n{shown}"
        "/F2 9 Tf\n0 -48 Td (La Sambrienne \\(demo\\) - Document fictif / fictief document) Tj\nET"
    )
    return f"<< /Length {len(text.encode('cp1252'))} >>\nstream\n{text}\nendstream"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
