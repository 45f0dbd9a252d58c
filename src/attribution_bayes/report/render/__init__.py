"""A report as a tree of what it says, and the forms in which it is shown."""
