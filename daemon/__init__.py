"""The verbs of triaged: what the daemon does with mail, from the door to the way out.

    cli/         the operator's words
    run.py       the wiring: where doors, journey, store, relay and bell meet
    journey.py   the spine: receive, process, deliver, elapse, and the round
    calendar.py  what is done at a time of day, or when a turn changes
    digests.py   the digests, written for each of their readers
    finding.py   what is asked of the world before the policy decides
    wording.py   drafts become mails
    house.py     what the stages have at hand
    loops.py     the cranks that turn the stages and never die
    config.py    triaged.toml -> Settings, or every mistake in it at once
    letters.py   templates/ -> words
    core/        pure: values in, values out
    edge/        the doors: each speaks one protocol and decides nothing

The nouns, and their keeping, are in the package `store`.
"""
