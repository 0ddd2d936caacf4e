"""Fragments -> one Contract and one Overlay a language. Facts decide by strength and age; a clash is a finding.

**The normal form** of a document is what `normalize` makes of it alone, and of its own output again. It is the same
document, said in one way:

- OpenAPI 3.1.1, from Swagger 2.0 and 3.0: `nullable` is a type array or an alternative null, bounds are numbers,
  `example` is one of `examples`; a type array of one is that type.
- `parameters` and `servers` of a path stand with its operations; `servers` and `security` stand at the document where
  every operation has the same, and with each operation where not.
- Tags of an operation are one flat list of names. Members stand in the order of the house, paths, statuses and
  components by name; lists keep their order.
- What OpenAPI requires and the document lacks is there: `info`, a description of each response (empty), an
  `operationId` (inferred, with a finding).

Structure is language-free and stands in the contract alone, identifiers (`operationId`) among it. Prose is kept per
language, and with it the tags and the strings of examples, links and extensions: `apply(overlay[L], contract)` is the
normal form of the edition in L, with the identifiers of the contract. What L leaves out stands in the contract's words.
"""

from diglot.normalize.additions import Addition
from diglot.normalize.canonical import canonical
from diglot.normalize.contract import Normalized, editions, normalize
from diglot.normalize.overlay import apply

__all__ = ["Addition", "Normalized", "apply", "canonical", "editions", "normalize"]
