"""The knowledge graph: load, query, describe."""
