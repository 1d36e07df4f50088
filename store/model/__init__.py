"""The nouns of the desk: frozen values that travel between the stages, and nothing that acts.

Conventions: times are seconds since the epoch (float, UTC); an address is `local@domain` with the domain in lower case;
a Message-ID is written without its angle brackets; a *mark* is the 80 random bits (16 letters) that every mail of ours
bears in its Message-ID and its reply address.
"""
