"""Linked with Wikidata, both ways: links as data with provenance, checked, suggested, enriched from, given back.

There is no public name for any of it. A link is a person's decision about what is the same as what, taken with a table
or a file to review before the eyes, so its face is the command line, `lalakg link`; what a program then reads is the
graph itself, in which the links are plain triples.
"""
