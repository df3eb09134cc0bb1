"""The forty champions: who they are, where they sit, and what they know."""

from dataclasses import dataclass

from champions.models import Champion, Skill
from organisation.models import Office, Topic


@dataclass(frozen=True)
class Invented:
    """A champion to make: offices by name, skills by topic (its slug) with the level."""

    name: str
    offices: tuple[str, ...]
    skills: dict[str, int]
    about: str


def _champion(name: str, offices: str, skills: str, about: str) -> Invented:
    """Skills are written `slug level, slug level`; offices `London, Cardiff`, the first being where they sit."""
    levels = {slug: int(level) for slug, level in (skill.split() for skill in skills.split(", "))}
    return Invented(name, tuple(offices.split(", ")), levels, about)


CHAMPIONS = [
    # London
    _champion("Amina Yusuf", "London", "starting-out 3, linkedin 3, guidelines 2",
              "I learned all of this after I turned fifty, so I know every worry you have."),
    _champion("Theo Papadakis", "London", "x-twitter 3, bluesky 3, can-i-say-this 2",
              "Ran a port authority’s account through two winters of storms."),
    _champion("Ruth Achterberg", "London", "blogs 3, govuk-content 3, linkedin 2",
              "Bring half a draft and we will find the other half together."),
    _champion("Dev Chaudhuri", "London, Cardiff", "youtube 3, photos-and-video 3, instagram 2",
              "Subtitles are my hobby. I can show you how in ten minutes."),
    _champion("Margaret Oyelaran", "London", "privacy 3, starting-out 2, facebook-groups 2",
              "I like settings pages. Somebody has to."),
    _champion("Callum Rae", "London, Edinburgh", "mastodon 3, bluesky 2, privacy 2",
              "Quiet corners of the internet, and how to find yours."),
    _champion("Yasmin Haddad", "London", "viva-engage 3, starting-out 2",
              "I look after our team’s community page and still enjoy it."),
    _champion("Peter Lindqvist", "London", "guidelines 3, can-i-say-this 3",
              "Helped to write the guidelines. Tell me what is wrong with them."),
    _champion("Grace Abara", "London", "linkedin 3, starting-out 3, viva-engage 2",
              "From a blank profile to one that sounds like you."),
    _champion("Josh Winterbourne", "London", "tumblr 3, instagram 3, photos-and-video 2",
              "I have a blog of nothing but lighthouses. Ask me anything."),
    _champion("Hana Suzuki", "London", "x-twitter 2, instagram 1, starting-out 1",
              "New to hosting, patient with everybody."),
    _champion("Frances Mbeki-Lowell", "London, Sheffield", "govuk-content 3, blogs 2, guidelines 2",
              "Web editor. I promise not to talk about commas."),
    # Sheffield
    _champion("Lynne Broadbent", "Sheffield", "starting-out 3, facebook-groups 3, privacy 2",
              "I run the allotment group at home and the flood wardens’ group at work."),
    _champion("Imtiaz Rafiq", "Sheffield", "x-twitter 3, linkedin 3, can-i-say-this 3",
              "Ten years online as a civil servant and still employed."),
    _champion("Becky Stainforth", "Sheffield", "instagram 3, photos-and-video 3",
              "Phone photographer. You do not need a better camera."),
    _champion("Marcus Delacroix", "Sheffield", "blogs 3, linkedin 2, starting-out 2",
              "I write one short post each Friday and can help you to start yours."),
    _champion("Zofia Lewandowska", "Sheffield", "viva-engage 3, guidelines 2, starting-out 2",
              "I sit with Live Service, so I can fix your laptop as well."),
    _champion("Gareth Pugh-Jones", "Sheffield, Cardiff", "bluesky 3, mastodon 2, x-twitter 2",
              "Moved house online twice. It is easier than it looks."),
    _champion("Olu Fasanya", "Sheffield", "youtube 3, photos-and-video 2",
              "I film weirs. People watch them, honestly."),
    _champion("Kathleen Oakes", "Sheffield", "starting-out 3, privacy 3",
              "No question is too small. Mine was “what is a hashtag?”"),
    _champion("Tariq Aziz-Moore", "Sheffield", "linkedin 2, govuk-content 1",
              "Recruiter by day. I know what a profile is for."),
    # Cardiff
    _champion("Mererid ap Huw", "Cardiff", "starting-out 3, x-twitter 2, guidelines 2",
              "Happy to help in Welsh or in English. Croeso."),
    _champion("Steffan Beynon", "Cardiff", "photos-and-video 3, youtube 2, instagram 2",
              "I make one-minute films about tides."),
    _champion("Nia Cadwallader", "Cardiff", "linkedin 3, viva-engage 2, starting-out 2",
              "Came to a surgery two years ago with a phone I was afraid of."),
    _champion("Fiona Trevelyan", "Cardiff, Plymouth", "blogs 3, can-i-say-this 2",
              "Policy person. Blogging made my submissions shorter."),
    _champion("Abdi Warsame", "Cardiff", "facebook-groups 3, privacy 2, starting-out 2",
              "I help community groups find each other."),
    _champion("Helen Roderick", "Cardiff", "bluesky 2, mastodon 1, guidelines 3",
              "Curious about what comes next, sceptical about most of it."),
    # Edinburgh
    _champion("Shona Kirkpatrick", "Edinburgh", "starting-out 3, linkedin 3, viva-engage 2",
              "Twenty years in the post room before this. I know everyone."),
    _champion("Rory MacAskill", "Edinburgh", "x-twitter 3, bluesky 3",
              "Ferry timetables made me good at answering strangers politely."),
    _champion("Ishbel Geddes", "Edinburgh", "blogs 3, tumblr 1, govuk-content 2",
              "I keep a blog about harbours with my dog."),
    _champion("Usman Sheikh", "Edinburgh", "privacy 3, can-i-say-this 3, guidelines 3",
              "Information rights officer. I will not tell you off."),
    _champion("Wendy Farquharson", "Edinburgh", "instagram 2, photos-and-video 1, starting-out 1",
              "Still learning, and glad to learn beside you."),
    # Plymouth
    _champion("Jory Tregenza", "Plymouth", "youtube 3, photos-and-video 3, instagram 3",
              "Drone pilot for coastal erosion. I know about dull footage."),
    _champion("Elspeth Carne", "Plymouth", "starting-out 3, facebook-groups 2",
              "We will make one account, write one thing, and have a scone."),
    _champion("Bartholomew Finch", "Plymouth", "linkedin 2, viva-engage 3, guidelines 2",
              "Call me Bart. I was the last person here without a profile."),
    _champion("Lakshmi Narayanan", "Plymouth", "x-twitter 2, blogs 2, can-i-say-this 2",
              "Marine scientist who explains things to journalists."),
    # Belfast
    _champion("Bronagh Mulholland", "Belfast", "starting-out 3, linkedin 2, privacy 2",
              "I make a good pot of tea and a short list of next steps."),
    _champion("Fergal Toner", "Belfast", "x-twitter 3, can-i-say-this 2, bluesky 2",
              "Press officer. I have seen worse than whatever you are worried about."),
    _champion("Caoimhe Rafferty", "Belfast", "instagram 3, photos-and-video 2, tumblr 2",
              "Marine litter, in pictures."),
    _champion("Samuel Adjei", "Belfast", "viva-engage 3, govuk-content 2, guidelines 2",
              "I write for the intranet and read all the comments."),
]  # fmt: skip


# What differs from one champion to the next, in turns of different length, so that no two are quite alike.
DAYS = [[], [2, 4], [1], [2, 3, 4], [3, 5], [], [1, 2, 3, 4]]
# The first one, whom one can be, hosts every week and would still take more.
SHIFTS = [None, 1, 2, 2, 4, 1, 3, 2, None]
EXPERIENCE = [
    "I have answered questions about {topic} at my desk for years, and would rather do it over coffee.",
    "I looked after {topic} for my last team, and taught three colleagues to take it over.",
    "Mostly self-taught: I use {topic} at home every day and for work since the spring.",
    "Ran two lunchtime sessions about {topic} for new starters last year.",
    "No training to speak of, but people already come to me about {topic}.",
]


def _said(each: Invented, number: int, topic: Topic) -> Champion:
    """What this one says of themselves. A few would rather not be in the directory, or let it show more or less."""
    shown = [Champion.Shown.TOPICS, Champion.Shown.OFFICES, Champion.Shown.ABOUT, Champion.Shown.EMAIL]
    return Champion(
        name=each.name,
        about=each.about,
        usual_days=DAYS[number % len(DAYS)],
        most_shifts_a_month=SHIFTS[number % len(SHIFTS)],
        experience=EXPERIENCE[number % len(EXPERIENCE)].format(topic=topic),
        is_manager_aware=number % 8 != 5,
        is_listed=number % 13 != 11,
        shown=shown[: 4 if number % 11 == 3 else 3],
    )


def load_champions() -> None:
    """Make the champions, with the offices where they host and what they know."""
    offices = {office.name: office for office in Office.objects.all()}
    topics = {topic.slug: topic for topic in Topic.objects.all()}
    champions = Champion.objects.bulk_create(
        _said(each, number, topics[next(iter(each.skills))]) for number, each in enumerate(CHAMPIONS)
    )
    Champion.offices.through.objects.bulk_create(
        Champion.offices.through(champion=champion, office=offices[name])
        for champion, each in zip(champions, CHAMPIONS, strict=True)
        for name in each.offices
    )
    Skill.objects.bulk_create(
        Skill(champion=champion, topic=topics[slug], level=level)
        for champion, each in zip(champions, CHAMPIONS, strict=True)
        for slug, level in each.skills.items()
    )
