"""The tools: each ready-made query, and `schema`, `search`, `describe` and `sparql` for all else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from typing import Any

from mcp_types import CallToolResult, TextContent

from lalakg._errors import InvalidValue, LalakgError, QueryError
from lalakg._folder.catalogue import Query
from lalakg._graph.graph import KnowledgeGraph
from lalakg._mcp.dispatch import Desk, Reply
from lalakg._mcp.search import Entry, entries, matching
from lalakg._mcp.tool_schemas import Offer, question_tool, text_tool
from lalakg._server.pool import Pool
from lalakg._server.problem import Problem
from lalakg._sparql.results import markdown_table
from lalakg._sparql.service import service_addresses

_LEFT_OUT = ("hygiene", "wikidata")  # for who writes the graph, and for who may ask another host
_LONGEST = 100_000  # characters of a query
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

    def __init__(self, kg: KnowledgeGraph, pool: Pool) -> None:
        self.kg, self.desk = kg, Desk(pool, kg.prefixes)
        self.offers = {offer.tool.name: offer for offer in self._general()}
        for query in (q for group in kg.catalogue.groups for q in kg.catalogue.group(group)):
            if query.group in _LEFT_OUT or service_addresses(query.text):
                continue
            if query.name in self.offers:
                raise QueryError(f"{query.path}: there is a tool {query.name} already; rename the query.")
            self.offers[query.name] = Offer(question_tool(query), partial(self._question, query))

    def _general(self) -> Iterator[Offer]:
        limits = self.desk.pool.settings
        schema = "The graph's prefixes, and its classes and properties with their definitions."
        search = "Which things, and which ready-made questions, have this text in their label?"
        describe = "What is this thing, what is said of it, and on whose word?"
        sparql = (
            "The answer to a SPARQL query of your own: SELECT, ASK, CONSTRUCT or DESCRIBE."
            f" It may have {limits.rows:,} rows, and take {limits.timeout:g} seconds."
        )
        yield Offer(text_tool("schema", schema), self._schema)
        yield Offer(text_tool("search", search, "text", "In any case, with or without accents."), self._search)
        yield Offer(text_tool("describe", describe, "name", "A short name, an IRI or a label."), self._describe)
        prefixes = "The prefixes that `schema` names need not be declared."
        yield Offer(text_tool("sparql", sparql, "query", prefixes), self._sparql)

    async def call(self, name: str, given: Mapping[str, Any]) -> CallToolResult:
        """The answer to a call, or what is wrong with it. Raises KeyError where there is no such tool."""
        try:
            words, data = await self.offers[name].answer(given)
        except (LalakgError, Problem) as error:
            return CallToolResult(content=[TextContent(text=str(error))], is_error=True)
        return CallToolResult(content=[TextContent(text=words)], structured_content=data)

    async def _question(self, query: Query, given: Mapping[str, Any]) -> Reply:
        values = {name: value for name, value in given.items() if value is not None}  # null is as good as no value
        return await self.desk.ask(await asyncio.to_thread(self.kg.bound, query, values))

    async def _schema(self, given: Mapping[str, Any]) -> Reply:
        if given:
            raise InvalidValue("this takes nothing.")
        words, _ = await self.desk.ask(_SCHEMA)
        prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in sorted(self.kg.prefixes.items()))
        return f"{prefixes}\n{words}", None

    async def _search(self, given: Mapping[str, Any]) -> Reply:
        text = text_of(given, "text")
        found = matching(await asyncio.to_thread(lambda: self._entries), text)
        columns = ["label", "name", "kind"]
        words = markdown_table(columns, [list(entry) for entry in found])
        return words if found else f"No label holds {text}.\n", {
            "found": [dict(zip(columns, entry, strict=True)) for entry in found]
        }

    @cached_property
    def _entries(self) -> list[Entry]:
        return entries(self.kg, self.offers)

    async def _describe(self, given: Mapping[str, Any]) -> Reply:
        return str(await asyncio.to_thread(self.kg.describe, text_of(given, "name"))), None

    async def _sparql(self, given: Mapping[str, Any]) -> Reply:
        text = text_of(given, "query")
        if len(text) > _LONGEST:
            raise QueryError(f"the query has {len(text):,} characters; {_LONGEST:,} are the limit here.")
        return await self.desk.ask(text)


def text_of(given: Mapping[str, Any], name: str) -> str:
    """The one text that a call gives. Raises InvalidValue."""
    text = given.get(name)
    if len(given) != 1 or not isinstance(text, str) or not text.strip():
        raise InvalidValue(f"this takes {name}, a text, and nothing else.")
    return text
