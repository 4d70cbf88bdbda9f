"""The fields that a table's columns may be mapped to, and which column names mean them by themselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

# Each field with the column names that mean it, in English, Spanish, German and French, folded as `_folded`
# does.
_COLUMNS = {
    "id": "id uid eventid externalid identifier identificador",
    "title": "title name eventname eventtitle summary event headline titulo nombre titel veranstaltung "
    "titre nom",
    "description": "description details about body descripcion beschreibung",
    "start": "start startdate startdatetime startsat begins begin date eventdate datestart dtstart when "
    "fecha fechainicio inicio datum beginn startdatum datedebut debut",
    "start_time": "starttime time begintime doors timestart hora horainicio uhrzeit startzeit heure",
    "end": "end enddate enddatetime endsat ends finish dateend dtend fechafin fin ende enddatum datefin",
    "end_time": "endtime finishtime timeend horafin endzeit",
    "timezone": "timezone tz zone zonahoraria zeitzone",
    "all_day": "allday wholeday ganztags",
    "venue_name": "venue venuename location place locationname where eventlocation lugar nombreinstalacion "
    "ort veranstaltungsort lieu",
    "address": "address street streetaddress address1 venueaddress direccion calle adresse strasse",
    "city": "city town locality venuecity ciudad localidad municipio stadt ville",
    "state": "state region province county provincia bundesland",
    "postal": "postal postcode postalcode zip zipcode codigopostal plz codepostal",
    "country": "country venuecountry pais land pays",
    "latitude": "latitude lat latitud breitengrad",
    "longitude": "longitude lon lng long longitud langengrad",
    "online": "online isonline virtual onlineevent",
    "price": "price cost ticketprice prices entryfee fee admission precio preis eintritt prix tarif",
    "price_min": "pricemin minprice pricefrom lowprice",
    "price_max": "pricemax maxprice priceto highprice",
    "free": "free isfree gratuito gratis kostenlos gratuit",
    "currency": "currency pricecurrency moneda wahrung",
    "status": "status eventstatus estado",
    "category": "category categories type eventtype genre categoria tipo kategorie",
    "tags": "tags keywords labels etiquetas",
    "organizer": "organizer organiser organizername organisername host promoter organizador veranstalter",
    "url": "url link website web eventurl webpage moreinfo enlace",
    "tickets_url": "ticketsurl ticketurl tickets ticketlink bookingurl booking",
    "image_url": "imageurl image picture photo poster imagen bild",
    "capacity": "capacity maxattendees aforo kapazitat",
    "contact_email": "contactemail email mail",
    "contact_phone": "contactphone phone telephone telefono telefon",
}
# The names of the form, and others that people write in a mapping.
_ALSO = {
    "start_date": "start",
    "end_date": "end",
    "place": "venue_name",
    "venue": "venue_name",
    "location": "venue_name",
    "region": "state",
    "postcode": "postal",
    "zip": "postal",
    "image": "image_url",
    "organiser": "organizer",
    "lat": "latitude",
    "lon": "longitude",
}
_NOT_A_LETTER = re.compile(r"[^a-z0-9]+")

#: Stands in a mapping for a field that the table does not have, whatever its columns are called.
NO_COLUMN = "-"
#: Every field there is.
FIELDS: tuple[str, ...] = tuple(_COLUMNS)

_BY_COLUMN = {name: field for field, names in _COLUMNS.items() for name in names.split()}


def known_field(name: str) -> str | None:
    """Return the field of that name, or that is meant by another name for it ("start_date"); None if there
    is none.
    """
    plain = name.strip().lower().replace("-", "_")
    return plain if plain in _COLUMNS else _ALSO.get(plain)


def columns_of(headers: Iterable[str], given: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the column of each field: as `given` says, else by the columns' own names.

    The first of several columns that mean the same wins; a column may serve several fields. The column "-"
    stands for none at all.
    """
    named = list(headers)
    by_folded = {_folded(name): name for name in reversed(named)}
    found: dict[str, str] = {}
    for name in named:
        field = _BY_COLUMN.get(_folded(name))
        if field is not None:
            found.setdefault(field, name)
    for field, column in given:
        if column == NO_COLUMN:
            found.pop(field, None)
        else:
            found[field] = column if column in named else by_folded.get(_folded(column), column)
    return found


def missing_columns(headers: Iterable[str], given: Iterable[tuple[str, str]]) -> list[str]:
    """Return the columns that a mapping names and the table does not have."""
    known = set(headers)
    folded = {_folded(name) for name in known}
    wanted = [column for _, column in given if column != NO_COLUMN]
    return [column for column in wanted if column not in known and _folded(column) not in folded]


def is_table(columns: Mapping[str, str]) -> bool:
    """Tell whether columns are those of events: a title and a start at least."""
    return "title" in columns and "start" in columns


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss"))
    return _NOT_A_LETTER.sub("", plain)
