"""Rows for tests: each factory makes something that satisfies every constraint, dated relative to today.

`SurgeryFactory(slots=6, seats=3)` comes with its slots and seats. `BookingFactory(surgery=…)` takes the first free
seat, `BookingFactory(waiting=True)` the next place on the waiting list, and `BookingFactory(cancelled=True)` is over.
"""

from tests.factories.bookings import (
    AttendeeFactory,
    BookingFactory,
    HelpFactory,
    JournalEntryFactory,
    OutcomeFactory,
    PairingFactory,
    SubmissionFactory,
    SurgeryRequestFactory,
    ThanksFactory,
    VisitFactory,
    free_seat,
)
from tests.factories.diary import (
    SLOT,
    SeatFactory,
    SeriesFactory,
    ShiftFactory,
    SlotFactory,
    SurgeryFactory,
    VenueFactory,
    local,
)
from tests.factories.people import (
    ChampionFactory,
    CheatSheetFactory,
    DecisionFactory,
    DepartmentFactory,
    DirectorateFactory,
    GradeFactory,
    HeadcountFactory,
    OfficeFactory,
    SkillFactory,
    SymptomFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
)

__all__ = [
    "SLOT",
    "AttendeeFactory",
    "BookingFactory",
    "ChampionFactory",
    "CheatSheetFactory",
    "DecisionFactory",
    "DepartmentFactory",
    "DirectorateFactory",
    "GradeFactory",
    "HeadcountFactory",
    "HelpFactory",
    "JournalEntryFactory",
    "OfficeFactory",
    "OutcomeFactory",
    "PairingFactory",
    "SeatFactory",
    "SeriesFactory",
    "ShiftFactory",
    "SkillFactory",
    "SlotFactory",
    "SubmissionFactory",
    "SurgeryFactory",
    "SurgeryRequestFactory",
    "SymptomFactory",
    "TeamFactory",
    "ThanksFactory",
    "TopicFactory",
    "UserFactory",
    "VenueFactory",
    "VisitFactory",
    "free_seat",
    "local",
]
