"""Publishing a graph: serialisations, VoID and DCAT, the whole build, the web site, and loading into a store."""
