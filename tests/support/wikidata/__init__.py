"""Wikidata for the tests: a small slice made by us in its RDF shape, and a server that speaks as its interfaces do."""
