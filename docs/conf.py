"""How Sphinx makes a site of this folder: `python3 build.py docs`."""

from pathlib import Path

from sphinx.application import Sphinx

from edgee_py import __version__
from edgee_py.relay.data_layer_schema import document

project = "edgee-py"
version = release = __version__
project_copyright = "the edgee-py authors, MIT licence"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
# Sections can be linked to as on GitHub: `settings.md#relay`.
myst_heading_anchors = 3
# Quotes stay as they are written.
smartquotes_action = "D"

# Docstrings write code between single backticks.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_default_options = {"exclude-members": "__new__"}
napoleon_numpy_docstring = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = "edgee-py"
html_static_path = ["_static"]
html_css_files = ["tables.css"]
html_copy_source = False
html_show_sourcelink = False
pygments_dark_style = "github-dark"


def setup(app: Sphinx) -> None:
    """Beside the pages: the schema of the data layer, as the relay serves it."""

    def add_schema(app: Sphinx, error: Exception | None) -> None:
        if error is None:
            Path(app.outdir, "data-layer.schema.json").write_bytes(document())

    app.connect("build-finished", add_schema)
