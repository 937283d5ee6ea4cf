"""Publishing: export, VoID and DCAT, the site, loading into a store."""
