"""Chat: questions over a case, and answers whose every sentence is checked against the text it came from.

The package's way: understanding (what is asked, with the conversation before it) -> counting (where the database answers) or
evidence (what was retrieved, what was looked at) -> extractive or llm (drafts of sentences with their sources) -> gate (is it so?) ->
answering (keeps what passed). contracts are what these tell each other, places turns a span of a passage into a source.
asking and conversations are what people do, showing is what a reader may see of it now.
"""
