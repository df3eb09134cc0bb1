"""The department's own lists: offices, directorates and teams, grades, topics and symptoms."""

from datetime import date
from pathlib import Path

from organisation.models import (
    CheatSheet,
    Department,
    Directorate,
    Grade,
    Guidelines,
    Headcount,
    Office,
    Symptom,
    Team,
    Topic,
)

NAME = "Department for Coasts and Rivers"
DOMAIN = "dcr.example.gov.uk"

# name, nation, people
OFFICES = [
    ("London", Office.Nation.ENGLAND, 1040),
    ("Sheffield", Office.Nation.ENGLAND, 730),
    ("Plymouth", Office.Nation.ENGLAND, 340),
    ("Cardiff", Office.Nation.WALES, 380),
    ("Edinburgh", Office.Nation.SCOTLAND, 300),
    ("Belfast", Office.Nation.NORTHERN_IRELAND, 210),
]

# directorate: name of the team, what else it is called, people
TEAMS = {
    "Flood Resilience": [
        ("Flood Forecasting", "warning desk", 96),
        ("Flood Recovery Grants", "FRG", 64),
        ("River Defences", "walls and banks", 112),
        ("Coastal Erosion", "cliffs", 57),
        ("Surface Water and Drainage", "SuDS", 49),
        ("Community Resilience", "flood wardens", 38),
        ("Reservoir Safety", "dams", 33),
        ("Incident Room", "duty officers, the bunker", 72),
    ],
    "Harbours and Ports": [
        ("Harbour Licensing", "licences", 61),
        ("Small Ports", "", 34),
        ("Ferries and Island Links", "lifeline services", 46),
        ("Port Security", "", 58),
        ("Pilotage and Navigation", "lights and buoys", 41),
        ("Freight and Customs Liaison", "", 53),
        ("Marinas and Moorings", "", 27),
    ],
    "Inland Waterways": [
        ("Canals and Locks", "", 68),
        ("River Navigation", "lock keepers", 54),
        ("Towpaths and Access", "paths", 36),
        ("Boat Registration", "boat licences", 47),
        ("Bridges and Crossings", "", 39),
        ("Waterways Heritage", "", 22),
        ("Angling and Recreation", "fishing", 26),
    ],
    "Marine Environment": [
        ("Marine Planning", "", 57),
        ("Bathing Water", "beaches", 43),
        ("Seabed and Aggregates", "dredging", 31),
        ("Marine Litter", "plastics", 29),
        ("Offshore Wind Consents", "turbines", 79),
        ("Protected Areas", "marine reserves", 48),
        ("Fisheries Liaison", "inshore", 51),
        ("Marine Science Advice", "", 44),
    ],
    "Digital, Data and Technology": [
        ("Digital Services", "DDaT", 112),
        ("Data and Mapping", "GIS, maps", 69),
        ("User Research and Design", "UCD", 41),
        ("Live Service", "service desk, IT help", 94),
        ("Cyber Security", "infosec", 37),
        ("Architecture and Platforms", "cloud", 46),
        ("Web and Content", "GOV.UK team, publishing", 28),
        ("Tide Gauge Network", "sensors", 35),
    ],
    "Communications and Engagement": [
        ("Press Office", "media", 33),
        ("Digital Communications", "social media, digital team", 24),
        ("Campaigns", "marketing", 29),
        ("Internal Communications", "intranet", 21),
        ("Stakeholder Engagement", "partnerships", 36),
        ("Correspondence and Enquiries", "letters, treat officials", 58),
        ("Events and Visits", "", 17),
    ],
    "Policy, Strategy and Law": [
        ("Strategy Unit", "", 31),
        ("Rural and Coastal Communities", "seaside towns", 52),
        ("International Waters", "", 44),
        ("Water and Climate", "net zero", 63),
        ("Parliamentary Business", "PQs, bill team", 27),
        ("Legal Advisers", "lawyers", 79),
        ("Better Regulation", "", 23),
        ("Private Offices", "ministers", 34),
    ],
    "Corporate Services": [
        ("Human Resources", "HR, people", 102),
        ("Learning and Development", "L&D, training", 29),
        ("Finance and Payments", "accounts payable", 124),
        ("Commercial and Procurement", "contracts", 66),
        ("Estates and Facilities", "buildings, post room", 74),
        ("Internal Audit", "", 26),
        ("Information Rights", "FOI, data protection", 31),
    ],
}

# most junior first: name, people
GRADES = [
    ("Administrative assistant (AA)", 110),
    ("Administrative officer (AO)", 470),
    ("Executive officer (EO)", 690),
    ("Higher executive officer (HEO)", 640),
    ("Senior executive officer (SEO)", 510),
    ("Grade 7", 390),
    ("Grade 6", 140),
    ("Senior civil service (SCS)", 50),
]

PLATFORM, MATTER = Topic.Kind.PLATFORM, Topic.Kind.MATTER
TOPICS = [
    ("X/Twitter", "x-twitter", PLATFORM),
    ("LinkedIn", "linkedin", PLATFORM),
    ("Viva Engage", "viva-engage", PLATFORM),
    ("Instagram", "instagram", PLATFORM),
    ("YouTube", "youtube", PLATFORM),
    ("Bluesky", "bluesky", PLATFORM),
    ("Mastodon", "mastodon", PLATFORM),
    ("Tumblr", "tumblr", PLATFORM),
    ("Facebook groups", "facebook-groups", PLATFORM),
    ("Blogs", "blogs", PLATFORM),
    ("Starting out", "starting-out", MATTER),
    ("Privacy and safety", "privacy", MATTER),
    ("The guidelines", "guidelines", MATTER),
    ("Can I say this?", "can-i-say-this", MATTER),
    ("GOV.UK content", "govuk-content", MATTER),
    ("Photos, video and captions", "photos-and-video", MATTER),
]

SYMPTOMS = [
    ("I opened an account and never used it", ["starting-out", "x-twitter", "linkedin"]),
    ("I do not know where to begin", ["starting-out"]),
    ("I read a lot but never post anything", ["starting-out", "can-i-say-this"]),
    ("I am worried about saying the wrong thing", ["can-i-say-this", "guidelines"]),
    ("I would like to keep work and home apart", ["privacy"]),
    ("Somebody was unpleasant to me online", ["privacy", "can-i-say-this"]),
    ("My team has news and nobody sees it", ["viva-engage", "blogs", "linkedin"]),
    ("I want to hear what people say about our work", ["x-twitter", "bluesky", "facebook-groups"]),
    ("I would like to write about what I do", ["blogs", "linkedin", "guidelines"]),
    ("My profile says nothing about me", ["linkedin", "viva-engage"]),
    ("I have pictures and film and do not know what to do with them", ["photos-and-video", "instagram", "youtube"]),
    ("My page on GOV.UK is out of date", ["govuk-content"]),
]

# Each is <topic>.<level>.md, and begins with its title.
CHEAT_SHEETS = Path(__file__).parent / "cheat_sheets"
REVIEWED_ON = date(2026, 10, 12)
GUIDELINES = Path(__file__).with_name("guidelines.md")


def load_lists(*, since: date) -> None:
    """Make the department and its lists, with two yearly headcounts: the newer one was taken before `since`."""
    Department.objects.create(
        pk=1, name=NAME, email_domains=["gov.uk"], contact_email=f"social.media.surgeries@{DOMAIN}"
    )
    years = _years_counted(since)
    counts: list[Headcount] = []
    for name, nation, people in OFFICES:
        office = Office.objects.create(name=name, slug=name.lower(), nation=nation)
        counts += [Headcount(office=office, counted_on=day, people=round(people * share)) for day, share in years]
    for directorate_name, teams in TEAMS.items():
        directorate = Directorate.objects.create(name=directorate_name)
        for name, also_known_as, people in teams:
            team = Team.objects.create(name=name, directorate=directorate, also_known_as=also_known_as)
            counts += [Headcount(team=team, counted_on=day, people=round(people * share)) for day, share in years]
    for rank, (name, people) in enumerate(GRADES, start=1):
        grade = Grade.objects.create(name=name, rank=rank)
        counts += [Headcount(grade=grade, counted_on=day, people=round(people * share)) for day, share in years]
    Headcount.objects.bulk_create(counts)
    topics = {slug: Topic.objects.create(name=name, slug=slug, kind=kind) for name, slug, kind in TOPICS}
    for position, (words, slugs) in enumerate(SYMPTOMS, start=1):
        symptom = Symptom.objects.create(words=words, position=position * 10)
        symptom.topics.set(topics[slug] for slug in slugs)


def load_cheat_sheets() -> None:
    """Make the cheat sheets unless there are any: those are somebody's own by now."""
    if CheatSheet.objects.exists():
        return
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    for file in sorted(CHEAT_SHEETS.glob("*.md")):
        topic, level = file.stem.split(".")
        title, body = file.read_text(encoding="utf-8").removeprefix("# ").split("\n", 1)
        if topic in topics:
            CheatSheet.objects.create(
                topic=topics[topic], level=level, title=title, body=body.strip(), reviewed_on=REVIEWED_ON
            )


def load_guidelines() -> None:
    """Make two versions of the guidelines unless there are any."""
    if Guidelines.objects.exists():
        return
    title, words = "Social media guidelines", GUIDELINES.read_text(encoding="utf-8").strip()
    earlier = f"https://intranet.{DOMAIN}/social-media"
    Guidelines.objects.create(title=title, version="1", published_on=date(2024, 5, 13), link=earlier)
    Guidelines.objects.create(title=title, version="2", published_on=REVIEWED_ON, body=words)


def _years_counted(since: date) -> list[tuple[date, float]]:
    """The last two days of counting before `since`, 31 March as departments do, and how big it was by then."""
    newest = date(since.year, 3, 31)
    if newest >= since:
        newest = newest.replace(year=since.year - 1)
    return [(newest, 1.0), (newest.replace(year=newest.year - 1), 0.96)]
