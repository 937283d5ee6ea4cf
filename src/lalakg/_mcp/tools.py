"""Tools for assistants: each ready-made query, and `schema`, `search`, `describe` and `sparql` for all else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from mcp_types import CallToolResult, TextContent

from lalakg._errors import InvalidValue, LalakgError, QueryError
from lalakg._folder.catalogue import Query
from lalakg._graph.graph import KnowledgeGraph
from lalakg._mcp.label_search import Entry, label_index, search_labels
from lalakg._mcp.queries import QueryRunner, Reply
from lalakg._mcp.tool_schemas import ToolDefinition, question_tool, text_tool
from lalakg._sparql.results import markdown_table
from lalakg._sparql.service import service_addresses
from lalakg._workers.pool import WorkerPool

_EXCLUDED_GROUPS = ("hygiene", "wikidata")  # for who writes the graph, and for who may ask another host
_MAX_QUERY = 100_000  # characters of a query
_SCHEMA = """
SELECT DISTINCT ?term ?kind ?above ?from ?to ?definition WHERE {
  VALUES (?type ?kind) {
    (owl:Class "class") (rdfs:Class "class") (rdf:Property "property")
    (owl:ObjectProperty "property") (owl:DatatypeProperty "property") (owl:AnnotationProperty "property")
  }
  ?term a ?type . FILTER(ISIRI(?term))
  OPTIONAL { ?term rdfs:subClassOf|rdfs:subPropertyOf ?above . FILTER(ISIRI(?above)) }
  OPTIONAL { ?term rdfs:domain ?from . FILTER(ISIRI(?from)) }
  OPTIONAL { ?term rdfs:range ?to . FILTER(ISIRI(?to)) }
  OPTIONAL { ?term skos:definition ?definition . FILTER(LANGMATCHES(LANG(?definition), "en")) }
} ORDER BY ?kind ?term ?above ?from ?to ?definition"""


class Tools:
    """What can be asked of a graph, by the names of the tools."""

    def __init__(self, kg: KnowledgeGraph, pool: WorkerPool) -> None:
        self.kg, self.runner = kg, QueryRunner(pool, kg.prefixes)
        self.definitions = {definition.tool.name: definition for definition in self._general()}
        for query in (q for group in kg.catalogue.groups for q in kg.catalogue.group(group)):
            if query.group in _EXCLUDED_GROUPS or service_addresses(query.text):
                continue
            if query.name in self.definitions:
                raise QueryError(f"{query.path}: there is a tool {query.name} already; rename the query.")
            self.definitions[query.name] = ToolDefinition(question_tool(query), partial(self._question, query))

    def _general(self) -> Iterator[ToolDefinition]:
        limits = self.runner.pool.limits
        schema = "The graph's prefixes, and its classes and properties with their definitions."
        search = "Which things, and which ready-made questions, have this text in their label?"
        describe = "What is this thing, what is said of it, and on whose word?"
        sparql = (
            "The answer to a SPARQL query of your own: SELECT, ASK, CONSTRUCT or DESCRIBE."
            f" It may have {limits.rows:,} rows, and take {limits.timeout:g} seconds."
        )
        yield ToolDefinition(text_tool("schema", schema), self._schema)
        yield ToolDefinition(text_tool("search", search, "text", "In any case, with or without accents."), self._search)
        yield ToolDefinition(
            text_tool("describe", describe, "name", "A short name, an IRI or a label."), self._describe
        )
        prefixes = "The prefixes that `schema` names need not be declared."
        yield ToolDefinition(text_tool("sparql", sparql, "query", prefixes), self._sparql)

    async def call(self, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        """The answer to a call, or what is wrong with it. Raises KeyError where there is no such tool."""
        try:
            words, data = await self.definitions[name].answer(arguments)
        except LalakgError as error:
            return CallToolResult(content=[TextContent(text=str(error))], is_error=True)
        return CallToolResult(content=[TextContent(text=words)], structured_content=data)

    async def _question(self, query: Query, arguments: Mapping[str, Any]) -> Reply:
        values = {name: value for name, value in arguments.items() if value is not None}  # null is as good as no value
        return await self.runner.run(await asyncio.to_thread(self.kg.bound, query, values))

    async def _schema(self, arguments: Mapping[str, Any]) -> Reply:
        if arguments:
            raise InvalidValue("this takes nothing.")
        words, _ = await self.runner.run(_SCHEMA)
        prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in sorted(self.kg.prefixes.items()))
        return f"{prefixes}\n{words}", None

    async def _search(self, arguments: Mapping[str, Any]) -> Reply:
        text = text_of(arguments, "text")
        found = search_labels(await asyncio.to_thread(lambda: self._index), text)
        columns = ["label", "name", "kind"]
        words = markdown_table(columns, [list(entry) for entry in found])
        return words if found else f"No label holds {text}.\n", {
            "found": [dict(zip(columns, entry, strict=True)) for entry in found]
        }

    @cached_property
    def _index(self) -> list[Entry]:
        return label_index(self.kg, self.definitions)

    async def _describe(self, arguments: Mapping[str, Any]) -> Reply:
        return str(await asyncio.to_thread(self.kg.describe, text_of(arguments, "name"))), None

    async def _sparql(self, arguments: Mapping[str, Any]) -> Reply:
        text = text_of(arguments, "query")
        if len(text) > _MAX_QUERY:
            raise QueryError(f"the query has {len(text):,} characters; {_MAX_QUERY:,} are the limit here.")
        return await self.runner.run(text)


def text_of(arguments: Mapping[str, Any], name: str) -> str:
    """The one text that a call gives. Raises InvalidValue."""
    text = arguments.get(name)
    if len(arguments) != 1 or not isinstance(text, str) or not text.strip():
        raise InvalidValue(f"this takes {name}, a text, and nothing else.")
    return text
