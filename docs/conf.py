"""Sphinx settings; the reference is written from the code itself before each build (see generate.py)."""

import sys
from pathlib import Path

from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import generate  # noqa: E402 - it lies beside this file

project = "qinglian"
author = "The qinglian developers"
project_copyright = "2026, The qinglian developers"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "decisions/template.md"]
html_theme = "furo"
html_title = "qinglian 青链"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
napoleon_google_docstring = False
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_default_options = {"members": True, "show-inheritance": True}
suppress_warnings = ["ref.python"]  # several rooms have a Table, each in its own sense
locale_dirs = ["locales/"]
gettext_compact = False


def setup(app: Sphinx) -> None:
    """Write the generated reference first."""
    app.connect("builder-inited", lambda _: generate.write(HERE / "reference" / "generated"))
