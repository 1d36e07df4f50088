"""Who may be interrupted, and when: rotas, the turns that follow from them, and what is asked about them.

    rotas      settings -> Rota: who takes turns, how long a turn is, and which days are worked
    hours      the moments at which turns change, in the desk's time zone (DST nights, leap days, holidays)
    plan       whose turn it is before anybody changes anything: who served longest ago is next
    changes    what was said since (`swap`, `cover`, `away`, `me`, `shadow`), laid over the plan
    roster     the finished table, and every question about it; begin here

**The reading of the contract.** A turn begins at `duty.at` of a working day (a day in `duty.days` that is no holiday)
and lasts until the next one begins: nights, weekends and holidays belong to the turn before them. A week turn begins on
the first working day of the week; a week without one belongs to the turn before. So at every moment exactly one person
is on duty, for as long as anybody is declared at all. A date, such as that of `away 2026-12-24`, means the time from
`duty.at` on that day to `duty.at` on the next, so that nobody is split by midnight.

All is computed from values: `Roster` is built once from settings, overrides and served turns (`build`), and looked up
by bisection on the way of a message.
"""
