"""One list of categories for all sources; the source's own words are kept beside it."""

from __future__ import annotations

from functools import lru_cache

# Ours, then the words of sources that mean it. The words are those of Eventbrite's categories and formats
# (SOURCES: /categories/) and of Yelp's thirteen event categories.
_WORDS = {
    "music": "music,concert,concerts,concert or performance,gig,dj,live music,musicevent",
    "arts": "performing & visual arts,arts,visual-arts,performing-arts,art,theatre,theater,dance,comedy,"
    "exhibition,theaterevent,danceevent,visualartsevent,comedyevent",
    "film": "film,film & media,cinema,screening,screeningevent",
    "talks": "lectures-books,seminar or talk,books,literature,poetry,literaryevent",
    "fashion": "fashion,fashion & beauty,beauty",
    "food": "food-and-drink,food & drink,food,drink,foodevent",
    "festival": "festivals-fairs,festival or fair,festival,fair,market,festivalevent",
    "charity": "charities,charity & causes,charity,causes,fundraiser",
    "sports": "sports-active-life,sports & fitness,sports,fitness,running,sportsevent",
    "nightlife": "nightlife,party or social gathering,party,club",
    "family": "kids-family,family & education,family,kids,children,childrensevent",
    "business": "business & professional,business,networking,meeting or networking event,conference,"
    "businessevent",
    "technology": "science & technology,science & tech,science,technology,tech,hackathon",
    "community": "community & culture,community,culture,socialevent",
    "health": "health & wellness,health,wellness,yoga",
    "spirituality": "religion & spirituality,spirituality,religion",
    "government": "government & politics,government,politics",
    "outdoors": "travel & outdoor,travel,outdoor,tour",
    "home": "home & lifestyle,home",
    "seasonal": "seasonal & holiday,holiday,seasonal",
    "vehicles": "auto",
    "hobbies": "hobbies & special interest,hobbies,games,gaming",
    "school": "school activities,workshop,class,course,educationevent",
    "other": "other",
}
# Words with commas of their own cannot be in the lists above.
_BY_WORD = {
    "film, media & entertainment": "film",
    "auto, boat & air": "vehicles",
    "class, training, or workshop": "school",
    **{word: ours for ours, words in _WORDS.items() for word in words.split(",")},
}

#: The categories of our own, in a fixed order.
CATEGORIES: tuple[str, ...] = tuple(_WORDS)

#: Eventbrite's ids of its top categories, for records without the expansion.
EVENTBRITE_IDS = {
    "101": "Business & Professional",
    "102": "Science & Technology",
    "103": "Music",
    "104": "Film, Media & Entertainment",
    "105": "Performing & Visual Arts",
    "106": "Fashion & Beauty",
    "107": "Health & Wellness",
    "108": "Sports & Fitness",
    "109": "Travel & Outdoor",
    "110": "Food & Drink",
    "111": "Charity & Causes",
    "112": "Government & Politics",
    "113": "Community & Culture",
    "114": "Religion & Spirituality",
    "115": "Family & Education",
    "116": "Seasonal & Holiday",
    "117": "Home & Lifestyle",
    "118": "Auto, Boat & Air",
    "119": "Hobbies & Special Interest",
    "120": "School Activities",
    "199": "Other",
}


@lru_cache(maxsize=1024)
def category(raw: tuple[str, ...]) -> str | None:
    """Return our category for the first word we know; "other" only where nothing else fits."""
    found = [ours for ours in map(_of_word, raw) if ours is not None]
    return next((ours for ours in found if ours != "other"), found[0] if found else None)


@lru_cache(maxsize=2048)
def _of_word(word: str) -> str | None:
    return _BY_WORD.get(word.strip().lower())
