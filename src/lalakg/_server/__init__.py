"""The server: the same pages as the site, SPARQL by every protocol, and an operation for each ready-made query."""
