"""The kinds of sources. A new one is a new module here that declares it as `KIND`; forms, pages, the API and the clock follow from that."""
