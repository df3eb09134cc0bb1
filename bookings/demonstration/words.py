"""What people in the demonstration ask, need and say."""

# question, topics (slugs), symptoms (their words, at least as they begin)
QUESTIONS: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = [
    ("I set up an account in 2019 and have not looked at it since. Should I start again?", ("x-twitter",),
     ("I opened an account",)),
    ("What do I write in the box that says “headline”?", ("linkedin",), ("My profile says nothing",)),
    ("Can I say where I work?", ("guidelines", "can-i-say-this"), ("I am worried about saying",)),
    ("My manager asked me to post about our consultation and I do not know how.", ("can-i-say-this", "x-twitter"), ()),
    ("How do I stop people from work finding my holiday photos?", ("privacy", "instagram"), ("I would like to keep",)),
    ("Is Viva Engage the same as Yammer was?", ("viva-engage",), ()),
    ("Our community has four hundred members and three of them talk.", ("viva-engage",), ("My team has news",)),
    ("I would like to write about lock keeping. Who would read it?", ("blogs",), ("I would like to write",)),
    ("How do I add captions to a film I made on my phone?", ("photos-and-video", "youtube"), ("I have pictures",)),
    ("What is the difference between Mastodon and Bluesky?", ("mastodon", "bluesky"), ()),
    ("A resident tagged me in something angry about a flood wall. Do I answer?", ("can-i-say-this", "facebook-groups"),
     ("Somebody was unpleasant",)),
    ("Can I like things that a minister posts?", ("guidelines", "can-i-say-this"), ("I am worried about saying",)),
    ("How do I follow the people who know about coastal erosion without being followed?", ("starting-out", "bluesky"),
     ("I want to hear",)),
    ("Our page on boat licences still has last year’s fees.", ("govuk-content",), ("My page on GOV.UK",)),
    ("I have never used any of it. My daughter laughs at me.", ("starting-out",), ("I do not know where",)),
    ("How often should I post? Once a month feels like a lot.", ("linkedin", "starting-out"), ("I read a lot",)),
    ("I would like two-step sign-in on everything and keep getting stuck.", ("privacy",), ()),
    ("Does alt text have to describe every single boat?", ("photos-and-video", "govuk-content"), ()),
    ("We have lovely drone footage of a breakwater and nowhere to put it.", ("youtube", "photos-and-video"),
     ("I have pictures",)),
    ("Is Tumblr still going? I miss it.", ("tumblr",), ()),
    ("How do I leave a group without anybody noticing?", ("facebook-groups", "privacy"), ()),
    ("Could you read one post with me before I press the button?", ("linkedin", "can-i-say-this"),
     ("I read a lot",)),
    ("What do the new guidelines change for me?", ("guidelines",), ()),
    ("People keep asking me about tides. I would like to answer in one place.", ("blogs", "x-twitter"),
     ("I would like to write",)),
    ("I want to show our apprentices’ work without breaking any rules.", ("instagram", "guidelines"),
     ("My team has news",)),
    ("Who is talking about the harbour works, and where?", ("x-twitter", "facebook-groups"), ("I want to hear",)),
    ("I moved teams and my profile still says the old one, in three places.", ("linkedin", "viva-engage"),
     ("My profile says nothing",)),
    ("Do I need a separate account for work?", ("starting-out", "privacy", "guidelines"), ("I would like to keep",)),
]  # fmt: skip

ADJUSTMENTS = [
    "I lip-read, so a seat facing the champion would help.",
    "I use a wheelchair: a table I can get my knees under, please.",
    "Somewhere quiet if there is a choice. I find the café loud.",
    "I have a guide dog, Biscuit, who will sleep through it.",
    "Large print for anything on paper, 18 point or bigger.",
    "I am dyslexic and would rather be shown than given a handout.",
    "I stammer. I need a moment and no finishing of sentences, thank you.",
    "I have to leave ten minutes early for a medical appointment.",
    "Could I bring my colleague, who interprets BSL for me?",
    "I get migraines, so a place away from the window, please.",
]

# Asked for at offices or about topics where nothing suited: office (or nothing), topic (or nothing), days ago.
REQUESTS = [
    ("Plymouth", "linkedin", 3), ("Plymouth", "", 5), ("Belfast", "blogs", 6), ("Edinburgh", "", 9),
    ("Edinburgh", "x-twitter", 12), ("Belfast", "", 15), ("", "tumblr", 20), ("Plymouth", "linkedin", 24),
    ("Edinburgh", "starting-out", 31), ("Cardiff", "mastodon", 40), ("", "govuk-content", 44),
    ("Belfast", "photos-and-video", 52),
]  # fmt: skip

THANKS = (
    "I went back to my desk and posted for the first time. Nothing broke.",
    "Thank you for not making me feel silly for asking.",
    "My whole team has set the privacy settings that you showed me.",
    "You had the patience of a saint. I can do it on my own now.",
    "Best twenty minutes of my week, and good coffee too.",
    "I thought it was not for people like me. I was wrong.",
)

NEXT_STEPS = (
    "Write two lines about your work in the headline, and change them until they sound like you.",
    "Post once before the next coffee morning. A photo of the tide gauge will do.",
    "Follow ten people who know about coasts, and read for a week before you write.",
    "Turn on two-step sign-in, with the app on your phone.",
    "Ask your team what they would like to hear, and bring three answers.",
    "Read the page of the guidelines about opinions, and bring what is still unclear.",
    "Add alt text to the last three pictures that you posted.",
    "Show your manager the draft, and come back when it has been read.",
)

PLEDGES = (
    "One photo a week from the river, for a month.",
    "Answer one question in the community every Friday.",
    "Write about lock keeping before the boats come out.",
    "Thank somebody in public once a week.",
    "Open an account, and say hello from it.",
)
