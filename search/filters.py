"""What the one search may be narrowed by: the same names on the page and in the API."""

FACETS = ("kind", "state", "group", "source", "year")
