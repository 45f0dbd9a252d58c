"""How the documentation is built: `uv run --group docs sphinx-build -W -b html docs docs/_build/html`; no network."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "extensions"))

import attribution_bayes as ab  # noqa: E402

project = "attribution_bayes"
author = "the authors of attribution_bayes"
version = release = ab.__version__
language = "en"

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "mathml",
    "public_names",
    "scale_tables",
]
# autosummary writes its pages in the first of these.
source_suffix = {".rst": "restructuredtext", ".md": "myst-nb", ".ipynb": "myst-nb"}
exclude_patterns = ["_build", "_templates", "extensions"]
templates_path = ["_templates"]

# Notebooks are shown as they were executed; the blocks of the pages are run by tests/test_docs.py.
nb_execution_mode = "off"
nb_render_markdown_format = "myst"  # tables in what a cell prints as Markdown
myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 3
suppress_warnings = [
    "toc.not_readable"
]  # pages of measurements may not have been made; one left out is still an orphan

default_role = "py:obj"
autosummary_generate = True
autosummary_filename_map = {
    "attribution_bayes.audit": "attribution_bayes.audit_of"
}  # not that of `Audit` in capitals
autodoc_typehints = "none"  # numpydoc says what each parameter is
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
add_module_names = False
toc_object_entries = False
python_use_unqualified_type_names = True

html_math_renderer = "mathml"
html_theme = "pydata_sphinx_theme"
html_title = "attribution_bayes"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {"**": ["all-pages"]}
html_theme_options = {
    "logo": {"text": "attribution_bayes"},
    "navbar_center": [],
    "navbar_end": ["theme-switcher"],
    "secondary_sidebar_items": {"**": ["page-toc"], "index": []},
    "footer_start": ["copyright"],
    "footer_end": [],
    "navigation_with_keys": False,
}
project_copyright = "the authors of attribution_bayes; Apache-2.0"
