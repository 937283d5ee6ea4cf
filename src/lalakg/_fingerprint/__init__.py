"""The fingerprint of triples, taken here from what is sent, and by SPARQL from what a graph of a store holds.

The hash of a triple's predicate and object says in which of up to 4,096 buckets it is counted, and gives a number;
so does the hash of its subject. Of each bucket one knows how many triples are in it, and the sum of the products of
these numbers. So the store hashes a predicate and object only once, for all subjects that share them.
"""

from __future__ import annotations

from lalakg._fingerprint.sent import Fingerprint
from lalakg._fingerprint.stored import held
from lalakg._fingerprint.tally import REST, Tally

__all__ = ["REST", "Fingerprint", "Tally", "held"]
