"""The report of a weighed case, as a page or as Markdown."""
