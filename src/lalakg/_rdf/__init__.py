"""RDF: terms, formats, parsing and writing, canonical blank nodes, source locations, labels."""
