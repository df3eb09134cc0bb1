"""Invented staff: names as varied as the country's, each with an office, a team, a grade and a feeling."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import TypeVar
from unicodedata import combining, normalize

from bookings.models import Booking

from .champions import CHAMPIONS
from .department import DOMAIN, GRADES, TEAMS

T = TypeVar("T")

# Families of names that go together, and how often they come up; one in eight people mixes two families.
FAMILIES = [
    (
        34,
        "Emma Claire Susan Helen Rachel Laura Katie Charlotte Hannah Louise Joanne Karen Nicola Amy Sophie Georgina "
        "Paul David Andrew Mark Simon Tom Daniel Matthew Stephen James Ben Peter Oliver Jack Graham Nigel Keith",
        "Smith Taylor Brown Walker Wright Robinson Thompson White Hughes Edwards Green Hall Wood Harris Clarke Baker "
        "Turner Cooper Hill Ward Bennett Marsh Holloway Ashworth Pickering Featherstone-Haughton Hardcastle Ogden",
    ),
    (
        9,
        "Rhian Siân Carys Angharad Nerys Ffion Lowri Gareth Rhys Dafydd Emyr Iwan Gethin Llŷr",
        "Jones Williams Davies Evans Morgan Llewellyn Pritchard Griffiths ap_Gwilym Bowen Prosser",
    ),
    (
        9,
        "Eilidh Mairi Catriona Isla Kirsty Fiona Morag Callum Hamish Ewan Angus Fraser Iain Ruaridh",
        "MacDonald Campbell Stewart McAllister Fraser Sinclair Galbraith MacGillivray Buchanan Drummond",
    ),
    (
        8,
        "Niamh Aoife Siobhán Gráinne Orla Róisín Sinead Ciarán Pádraig Conor Eoin Declan Seán",
        "O’Neill O’Brien McCann Gallagher O’Donoghue Kavanagh Doherty Magee Quinn McLaughlin D’Arcy",
    ),
    (
        12,
        "Priya Anjali Sunita Meera Harpreet Jasleen Fatima Ayesha Nusrat Zainab Rajesh Vikram Sanjay Arjun Imran Bilal "
        "Mohammed Gurpreet Tariq Karthik",
        "Patel Shah Singh Kaur Khan Hussain Begum Chowdhury Rahman Iyer Subramaniam Mukherjee Malik Bhattacharya Desai",
    ),
    (
        8,
        "Ngozi Adaeze Folasade Temitope Abena Efua Wanjiru Oluwaseun Chidi Emeka Kwame Kofi Tunde Babatunde",
        "Okafor Adeyemi Oluwadamilare Mensah Boateng Eze Nwosu Owusu-Ansah Kamau Abiodun Balogun",
    ),
    (
        5,
        "Marcia Yvonne Shanice Beverley Leroy Winston Delroy Marlon",
        "Campbell Francis Grant Lewis Bailey Gayle Clarke Henry-Baptiste",
    ),
    (
        6,
        "Agnieszka Małgorzata Katarzyna Zofia Tomasz Paweł Łukasz Ioana Ştefan Zoltán Jiří",
        "Kowalczyk Nowak Mazur Wójcik Dudek Popescu Szabó Král Horváth",
    ),
    (
        5,
        "Mei Xiu Ling Wai-Ling Ka-Yan Jun Kit Thuy Minh Hiroko",
        "Chan Wong Li Cheung Zhang Nguyen Tran Lau Yip",
    ),
    (
        4,
        "Chloé Inês María José-Luis Zoë François Jürgen Søren Élodie Beatriz",
        "García Fernández da_Silva Müller Lefèvre Ribeiro van_der_Berg Jørgensen Fernández-Castellanos",
    ),
]

FEELINGS = [
    (Booking.Feeling.KEEN, 3),
    (Booking.Feeling.CURIOUS, 6),
    (Booking.Feeling.CAUTIOUS, 5),
    (Booking.Feeling.SCEPTICAL, 2),
    (Booking.Feeling.AT_HOME, 2),
]
PEOPLE_PER_OFFICE = {"London": 230, "Sheffield": 170, "Plymouth": 70, "Cardiff": 110, "Edinburgh": 70, "Belfast": 60}


@dataclass(frozen=True)
class Person:
    """One invented member of staff, as they would fill in the form."""

    name: str
    email: str
    office: str
    team: str
    grade: str
    feeling: str


@cache
def staff() -> dict[str, tuple[Person, ...]]:
    """By office, everybody who may turn up in the diary: the same people every time, and none of the champions."""
    rng = Random("staff")
    taken = {address_of(champion.name) for champion in CHAMPIONS}
    return {
        office: tuple(_person(rng, office, taken) for _ in range(people))
        for office, people in PEOPLE_PER_OFFICE.items()
    }


def _person(rng: Random, office: str, taken: set[str]) -> Person:
    name = _name(rng)
    namesake = 1
    while (email := address_of(name, namesake)) in taken:
        namesake += 1
    taken.add(email)
    teams = [(team, people) for teams in TEAMS.values() for team, _, people in teams]
    return Person(
        name=name,
        email=email,
        office=office,
        team=weighted(rng, teams),
        grade=weighted(rng, GRADES),
        feeling=weighted(rng, FEELINGS),
    )


def _name(rng: Random) -> str:
    family = weighted(rng, [((firsts, lasts), weight) for weight, firsts, lasts in FAMILIES])
    mixed = rng.random() < 1 / 8
    lasts = rng.choice(FAMILIES)[2] if mixed else family[1]
    first, last = rng.choice(family[0].split()), rng.choice(lasts.split())
    return f"{first} {last}".replace("_", " ")


def address_of(name: str, namesake: int = 1) -> str:
    """An address in the department for a name, without its accents; the second of a name is given a number."""
    plain = name.replace("’", "").translate(str.maketrans("łŁøØ ", "lLoO."))
    plain = "".join(letter for letter in normalize("NFD", plain) if not combining(letter))
    return f"{plain}{namesake if namesake > 1 else ''}@{DOMAIN}".lower()


def weighted(rng: Random, choices: Sequence[tuple[T, int]]) -> T:
    """One of the choices, each as likely as its weight."""
    values, weights = zip(*choices, strict=True)
    return rng.choices(values, weights)[0]
