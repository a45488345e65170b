"""Search over everything a user may see: by words (BM25), by meaning (vectors), and both fused.

`search(SearchRequest)` answers, `named(SearchRequest)` with documents that have no passages; `indexing` keeps what they need. The
package's way: parser (what is typed) -> matching (tsqueries) -> scope (what may be seen) -> lexical and meaning (two legs) -> fusion ->
passages (the door again, snippets, pages).
"""

from documents.services.search.engine import search
from documents.services.search.errors import SearchError
from documents.services.search.request import MODES, Facet, Hit, Leg, Named, Notice, SearchRequest, SearchResponse
from documents.services.search.showing.passages import named

__all__ = ["MODES", "Facet", "Hit", "Leg", "Named", "Notice", "SearchError", "SearchRequest", "SearchResponse", "named", "search"]
