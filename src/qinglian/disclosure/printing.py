"""The HTML page as PDF, with tags, and with its Chinese font subset and embedded.

The font comes in the wheel ``pylopdf-fonts-zh-cn`` (Noto Sans SC, SIL Open Font License 1.1), never from the
reader's machine. The same page gives the same bytes with the same version of WeasyPrint.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from qinglian.core.canonical import sha256_hex
from qinglian.core.errors import QinglianError

FONT_PACKAGE = "pylopdf-fonts-zh-cn"
FAMILY = "Noto Sans SC"


def printer() -> str | None:
    """Name what would print, with versions; None where the extra is not installed."""
    try:
        return f"weasyprint {version('weasyprint')}, {FONT_PACKAGE} {version(FONT_PACKAGE)}"
    except PackageNotFoundError:
        return None


def pdf(html: str) -> bytes:
    """Print a page (PDF/UA-1 tags, fonts subset and embedded).

    Raises
    ------
    QinglianError
        ``disclosure.pdf_missing`` without the extra or the system's Pango.
    """
    try:
        import pylopdf_fonts_zh_cn as fonts
        from weasyprint import CSS, HTML
        from weasyprint.text.fonts import FontConfiguration
    except (ImportError, OSError) as error:
        raise QinglianError("disclosure.pdf_missing", reason=str(error).splitlines()[0]) from error
    configuration = FontConfiguration()
    face = f'@font-face{{font-family:"{FAMILY}";src:url("{fonts.sans_path().as_uri()}")}}'
    sheet = CSS(string=face, font_config=configuration)
    return bytes(
        HTML(string=html).write_pdf(
            stylesheets=[sheet],
            font_config=configuration,
            pdf_variant="pdf/ua-1",
            pdf_identifier=bytes.fromhex(sha256_hex(html.encode())[:32]),
        )
    )
