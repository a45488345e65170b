"""The timeline of a case: dates found in its documents, its filings and hearings, and what people say of them and enter themselves."""
