"""HTTP server: the pages of the site, the SPARQL protocols, and a REST operation for each ready-made query."""
