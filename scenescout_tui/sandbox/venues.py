"""The places of the sandbox: invented venues in real cities."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians


@dataclass(frozen=True, slots=True)
class City:
    """A real city: `country` is ISO 3166-1 alpha-2, `zone` an IANA name, `currency` ISO 4217, degrees are WGS
    84.
    """

    name: str
    region: str
    country: str
    zone: str
    currency: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Venue:
    """An invented place in a real city; `number` makes its ids."""

    number: int
    name: str
    address: str
    postal: str
    city: City
    latitude: float
    longitude: float


_CITIES = {
    "berlin": City("Berlin", "BE", "DE", "Europe/Berlin", "EUR", 52.5200, 13.4050),
    "london": City("London", "England", "GB", "Europe/London", "GBP", 51.5074, -0.1278),
    "manchester": City("Manchester", "England", "GB", "Europe/London", "GBP", 53.4808, -2.2426),
    "lisbon": City("Lisboa", "Lisboa", "PT", "Europe/Lisbon", "EUR", 38.7223, -9.1393),
    "krakow": City("Kraków", "Małopolskie", "PL", "Europe/Warsaw", "PLN", 50.0647, 19.9450),
    "new york": City("New York", "NY", "US", "America/New_York", "USD", 40.7128, -74.0060),
    "chicago": City("Chicago", "IL", "US", "America/Chicago", "USD", 41.8781, -87.6298),
    "phoenix": City("Phoenix", "AZ", "US", "America/Phoenix", "USD", 33.4484, -112.0740),
    "san francisco": City("San Francisco", "CA", "US", "America/Los_Angeles", "USD", 37.7749, -122.4194),
    "toronto": City("Toronto", "ON", "CA", "America/Toronto", "CAD", 43.6532, -79.3832),
    "tokyo": City("Tokyo", "Tokyo", "JP", "Asia/Tokyo", "JPY", 35.6762, 139.6503),
    "sydney": City("Sydney", "NSW", "AU", "Australia/Sydney", "AUD", -33.8688, 151.2093),
}

# name, address, postal code, city, metres north and east of the city's middle
_PLACES: tuple[tuple[str, str, str, str, int, int], ...] = (
    ("Kulturhaus Lindenhof", "Lindenhofstraße 14", "10405", "berlin", 2100, 900),
    ("The Copper Still", "Oranienplatz 31", "10999", "berlin", -1900, 1300),
    ("Salon Morgenrot", "Kastanienweg 85", "10435", "berlin", 2600, 300),
    ("Halle Siebzehn", "Am Spreeufer 17", "10245", "berlin", -700, 3900),
    ("The Lantern Room", "9 Wick Yard", "E8 3PN", "london", 4100, 4600),
    ("St Brannock's Hall", "112 Camber Road", "SE15 4QL", "london", -4200, 4300),
    ("Paper Mill Studios", "3 Mill Passage", "N1 7RR", "london", 3000, 1700),
    ("Galley & Sons", "47 Harbour Walk", "SE1 2TU", "london", -500, 3500),
    ("The Weighbridge", "18 Cotton Street", "M4 6DE", "manchester", 500, 900),
    ("Room Nine", "9 Tib Lane", "M2 4JA", "manchester", -100, -200),
    ("Cross Street Mechanics", "60 Cross Street", "M3 1NU", "manchester", 400, -500),
    ("Casa do Vapor", "Rua da Bica 22", "1200-055", "lisbon", -1000, -600),
    ("Armazém 12", "Cais do Gás 12", "1200-109", "lisbon", -1600, -400),
    ("Jardim Sonoro", "Largo da Graça 5", "1170-165", "lisbon", 600, 800),
    ("Piwnica pod Sową", "ul. Bracka 7", "31-005", "krakow", -300, -500),
    ("Młyn Kultury", "ul. Mogilska 40", "31-546", "krakow", 500, 2100),
    ("Dom Zegarmistrza", "ul. Józefa 19", "31-056", "krakow", -1300, 100),
    ("The Velvet Anchor", "218 Bleeker Alley", "10012", "new york", 1500, 700),
    ("Harbor & Main", "77 Water Street", "10005", "new york", -800, -100),
    ("Gantry Theater", "401 Plaza Avenue", "11101", "new york", 3500, 5200),
    ("Second Story Books", "1350 Fulton Row", "11216", "new york", -3600, 4600),
    ("Lakeside Assembly", "900 N Shore Drive", "60611", "chicago", 2200, 800),
    ("The Brass Ferry", "1814 W Division Row", "60622", "chicago", 2800, -3600),
    ("Union Row Gallery", "2233 S Union Row", "60616", "chicago", -3100, -1200),
    ("Saguaro Social", "515 E Roosevelt Way", "85004", "phoenix", 1200, 600),
    ("Copperline Stage", "88 W Jackson Court", "85003", "phoenix", -200, -700),
    ("Fog Street Auditorium", "310 Fog Street", "94133", "san francisco", 2600, 900),
    ("The Tin Whistle", "2900 Mission Alley", "94110", "san francisco", -2400, 100),
    ("Presidio Barn", "12 Barn Loop", "94129", "san francisco", 2300, -3600),
    ("Foundry on Queen", "1020 Queen Street W", "M6J 1H6", "toronto", -700, -2600),
    ("The Maple Annex", "330 Bloor Lane", "M5S 1W2", "toronto", 1300, -1500),
    ("Harbourfront Loft", "207 Quay Street W", "M5J 1A7", "toronto", -1500, 100),
    ("Shimokita Basement", "2-12-4 Kitazawa", "155-0031", "tokyo", -1600, 1400),
    ("Hoshi Hall", "1-8-3 Hoshicho", "150-0042", "tokyo", -1500, 3400),
    ("Kissa Tsubame", "4-5-9 Yanaka", "110-0001", "tokyo", 5000, 10400),
    ("The Wharf Lantern", "14 Hickson Lane", "2000", "sydney", 1200, -200),
    ("Banksia Hall", "231 King Parade", "2042", "sydney", -3400, -2500),
    ("Saltwater Rooms", "5 Gowrie Steps", "2026", "sydney", -2600, 6200),
    ("Pod Kasztanem", "ul. Lubicz 3", "31-034", "krakow", 200, 800),
    ("Botanical Pavilion", "Unter den Ulmen 2", "14195", "berlin", -7200, -6900),
)

_METRES_PER_DEGREE = 111_320.0


def _build() -> tuple[Venue, ...]:
    venues = []
    for number, (name, address, postal, city_key, north, east) in enumerate(_PLACES):
        city = _CITIES[city_key]
        latitude = round(city.latitude + north / _METRES_PER_DEGREE, 6)
        longitude = round(city.longitude + east / (_METRES_PER_DEGREE * cos(radians(city.latitude))), 6)
        venues.append(Venue(number, name, address, postal, city, latitude, longitude))
    return tuple(venues)


VENUES: tuple[Venue, ...] = _build()
