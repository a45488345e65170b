"""More like this: what a user may see that is most like a passage, a document or a ruling.

`alike_to(request, source)` answers like a search. By meaning: what is near to the stored vectors of the source; nothing is embedded. By
words: its most telling ones, asked as a search for any of them. By authorities: who cites the same. `source.source_of` finds the source
behind the door; `engine` asks, `joining` makes one order of the three.
"""

from documents.services.search.alike.engine import alike_to
from documents.services.search.alike.source import Like, Source, like_of_address, source_of

__all__ = ["Like", "Source", "alike_to", "like_of_address", "source_of"]
