"""`lalakg mcp`: the graph for assistants, by the Model Context Protocol and its official SDK."""

from lalakg._mcp.serving import serve

__all__ = ["serve"]
