"""MCP server: the graph for assistants, by the Model Context Protocol and its official SDK."""

from lalakg._mcp.stdio import serve

__all__ = ["serve"]
