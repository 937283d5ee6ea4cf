"""SPARQL: query text, results, engines, federation, HTTP."""
