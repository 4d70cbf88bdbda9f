"""Countries: their codes, English names and usual currency (ISO 3166-1, ISO 4217)."""

from __future__ import annotations

from functools import lru_cache

from scenescout_tui.safe_text import clean

# alpha-2, alpha-3, currency, name; one country a line.
_TABLE = """
AD AND EUR Andorra
AE ARE AED United Arab Emirates
AF AFG AFN Afghanistan
AG ATG XCD Antigua and Barbuda
AI AIA XCD Anguilla
AL ALB ALL Albania
AM ARM AMD Armenia
AO AGO AOA Angola
AQ ATA - Antarctica
AR ARG ARS Argentina
AS ASM USD American Samoa
AT AUT EUR Austria
AU AUS AUD Australia
AW ABW AWG Aruba
AX ALA EUR Aland Islands
AZ AZE AZN Azerbaijan
BA BIH BAM Bosnia and Herzegovina
BB BRB BBD Barbados
BD BGD BDT Bangladesh
BE BEL EUR Belgium
BF BFA XOF Burkina Faso
BG BGR EUR Bulgaria
BH BHR BHD Bahrain
BI BDI BIF Burundi
BJ BEN XOF Benin
BL BLM EUR Saint Barthelemy
BM BMU BMD Bermuda
BN BRN BND Brunei
BO BOL BOB Bolivia
BQ BES USD Caribbean Netherlands
BR BRA BRL Brazil
BS BHS BSD Bahamas
BT BTN BTN Bhutan
BV BVT NOK Bouvet Island
BW BWA BWP Botswana
BY BLR BYN Belarus
BZ BLZ BZD Belize
CA CAN CAD Canada
CC CCK AUD Cocos Islands
CD COD CDF DR Congo
CF CAF XAF Central African Rep.
CG COG XAF Congo
CH CHE CHF Switzerland
CI CIV XOF Ivory Coast
CK COK NZD Cook Islands
CL CHL CLP Chile
CM CMR XAF Cameroon
CN CHN CNY China
CO COL COP Colombia
CR CRI CRC Costa Rica
CU CUB CUP Cuba
CV CPV CVE Cape Verde
CW CUW XCG Curacao
CX CXR AUD Christmas Island
CY CYP EUR Cyprus
CZ CZE CZK Czechia
DE DEU EUR Germany
DJ DJI DJF Djibouti
DK DNK DKK Denmark
DM DMA XCD Dominica
DO DOM DOP Dominican Republic
DZ DZA DZD Algeria
EC ECU USD Ecuador
EE EST EUR Estonia
EG EGY EGP Egypt
EH ESH MAD Western Sahara
ER ERI ERN Eritrea
ES ESP EUR Spain
ET ETH ETB Ethiopia
FI FIN EUR Finland
FJ FJI FJD Fiji
FK FLK FKP Falkland Islands
FM FSM USD Micronesia
FO FRO DKK Faroe Islands
FR FRA EUR France
GA GAB XAF Gabon
GB GBR GBP United Kingdom
GD GRD XCD Grenada
GE GEO GEL Georgia
GF GUF EUR French Guiana
GG GGY GBP Guernsey
GH GHA GHS Ghana
GI GIB GIP Gibraltar
GL GRL DKK Greenland
GM GMB GMD Gambia
GN GIN GNF Guinea
GP GLP EUR Guadeloupe
GQ GNQ XAF Equatorial Guinea
GR GRC EUR Greece
GS SGS GBP South Georgia
GT GTM GTQ Guatemala
GU GUM USD Guam
GW GNB XOF Guinea-Bissau
GY GUY GYD Guyana
HK HKG HKD Hong Kong
HM HMD AUD Heard Island
HN HND HNL Honduras
HR HRV EUR Croatia
HT HTI HTG Haiti
HU HUN HUF Hungary
ID IDN IDR Indonesia
IE IRL EUR Ireland
IL ISR ILS Israel
IM IMN GBP Isle of Man
IN IND INR India
IO IOT USD British Indian Ocean Territory
IQ IRQ IQD Iraq
IR IRN IRR Iran
IS ISL ISK Iceland
IT ITA EUR Italy
JE JEY GBP Jersey
JM JAM JMD Jamaica
JO JOR JOD Jordan
JP JPN JPY Japan
KE KEN KES Kenya
KG KGZ KGS Kyrgyzstan
KH KHM KHR Cambodia
KI KIR AUD Kiribati
KM COM KMF Comoros
KN KNA XCD Saint Kitts and Nevis
KP PRK KPW North Korea
KR KOR KRW South Korea
KW KWT KWD Kuwait
KY CYM KYD Cayman Islands
KZ KAZ KZT Kazakhstan
LA LAO LAK Laos
LB LBN LBP Lebanon
LC LCA XCD Saint Lucia
LI LIE CHF Liechtenstein
LK LKA LKR Sri Lanka
LR LBR LRD Liberia
LS LSO LSL Lesotho
LT LTU EUR Lithuania
LU LUX EUR Luxembourg
LV LVA EUR Latvia
LY LBY LYD Libya
MA MAR MAD Morocco
MC MCO EUR Monaco
MD MDA MDL Moldova
ME MNE EUR Montenegro
MF MAF EUR Saint Martin
MG MDG MGA Madagascar
MH MHL USD Marshall Islands
MK MKD MKD North Macedonia
ML MLI XOF Mali
MM MMR MMK Myanmar
MN MNG MNT Mongolia
MO MAC MOP Macau
MP MNP USD Northern Mariana Islands
MQ MTQ EUR Martinique
MR MRT MRU Mauritania
MS MSR XCD Montserrat
MT MLT EUR Malta
MU MUS MUR Mauritius
MV MDV MVR Maldives
MW MWI MWK Malawi
MX MEX MXN Mexico
MY MYS MYR Malaysia
MZ MOZ MZN Mozambique
NA NAM NAD Namibia
NC NCL XPF New Caledonia
NE NER XOF Niger
NF NFK AUD Norfolk Island
NG NGA NGN Nigeria
NI NIC NIO Nicaragua
NL NLD EUR Netherlands
NO NOR NOK Norway
NP NPL NPR Nepal
NR NRU AUD Nauru
NU NIU NZD Niue
NZ NZL NZD New Zealand
OM OMN OMR Oman
PA PAN PAB Panama
PE PER PEN Peru
PF PYF XPF French Polynesia
PG PNG PGK Papua New Guinea
PH PHL PHP Philippines
PK PAK PKR Pakistan
PL POL PLN Poland
PM SPM EUR Saint Pierre and Miquelon
PN PCN NZD Pitcairn
PR PRI USD Puerto Rico
PS PSE ILS Palestine
PT PRT EUR Portugal
PW PLW USD Palau
PY PRY PYG Paraguay
QA QAT QAR Qatar
RE REU EUR Reunion
RO ROU RON Romania
RS SRB RSD Serbia
RU RUS RUB Russia
RW RWA RWF Rwanda
SA SAU SAR Saudi Arabia
SB SLB SBD Solomon Islands
SC SYC SCR Seychelles
SD SDN SDG Sudan
SE SWE SEK Sweden
SG SGP SGD Singapore
SH SHN SHP Saint Helena
SI SVN EUR Slovenia
SJ SJM NOK Svalbard and Jan Mayen
SK SVK EUR Slovakia
SL SLE SLE Sierra Leone
SM SMR EUR San Marino
SN SEN XOF Senegal
SO SOM SOS Somalia
SR SUR SRD Suriname
SS SSD SSP South Sudan
ST STP STN Sao Tome and Principe
SV SLV USD El Salvador
SX SXM XCG Sint Maarten
SY SYR SYP Syria
SZ SWZ SZL Eswatini
TC TCA USD Turks and Caicos Is
TD TCD XAF Chad
TF ATF EUR French Southern Territories
TG TGO XOF Togo
TH THA THB Thailand
TJ TJK TJS Tajikistan
TK TKL NZD Tokelau
TL TLS USD East Timor
TM TKM TMT Turkmenistan
TN TUN TND Tunisia
TO TON TOP Tonga
TR TUR TRY Turkey
TT TTO TTD Trinidad and Tobago
TV TUV AUD Tuvalu
TW TWN TWD Taiwan
TZ TZA TZS Tanzania
UA UKR UAH Ukraine
UG UGA UGX Uganda
UM UMI USD US Outlying Islands
US USA USD United States
UY URY UYU Uruguay
UZ UZB UZS Uzbekistan
VA VAT EUR Vatican City
VC VCT XCD Saint Vincent and the Grenadines
VE VEN VES Venezuela
VG VGB USD British Virgin Islands
VI VIR USD US Virgin Islands
VN VNM VND Vietnam
VU VUT VUV Vanuatu
WF WLF XPF Wallis and Futuna
WS WSM WST Samoa
YE YEM YER Yemen
YT MYT EUR Mayotte
ZA ZAF ZAR South Africa
ZM ZMB ZMW Zambia
ZW ZWE USD Zimbabwe
"""

# How people and feeds write some of them otherwise.
_OTHER_NAMES = {
    "america": "US",
    "brasil": "BR",
    "burma": "MM",
    "czech republic": "CZ",
    "deutschland": "DE",
    "england": "GB",
    "espana": "ES",
    "españa": "ES",
    "great britain": "GB",
    "holland": "NL",
    "italia": "IT",
    "korea": "KR",
    "macedonia": "MK",
    "northern ireland": "GB",
    "osterreich": "AT",
    "republic of ireland": "IE",
    "russian federation": "RU",
    "schweiz": "CH",
    "scotland": "GB",
    "suisse": "CH",
    "swaziland": "SZ",
    "the netherlands": "NL",
    "turkiye": "TR",
    "türkiye": "TR",
    "u.k.": "GB",
    "u.s.": "US",
    "u.s.a.": "US",
    "uk": "GB",
    "united states of america": "US",
    "wales": "GB",
    "österreich": "AT",
}

_ROWS = tuple(row.split(" ", 3) for row in _TABLE.strip().splitlines())
_CURRENCIES = {code: currency for code, _, currency, _ in _ROWS if currency != "-"}
_CODES = {code for code, _, _, _ in _ROWS}
_BY_NAME = {
    **{alpha3.lower(): code for code, alpha3, _, _ in _ROWS},
    **{name.lower(): code for code, _, _, name in _ROWS},
    **_OTHER_NAMES,
}

#: All currencies in use somewhere, three capitals each.
CURRENCIES: frozenset[str] = frozenset(_CURRENCIES.values())


@lru_cache(maxsize=1024)
def country_code(text: str) -> str | None:
    """Return the ISO 3166-1 alpha-2 code of a code or English name in any capitalisation, or None."""
    name = " ".join(clean(text).split())
    if name.upper() in _CODES:
        return name.upper()
    return _BY_NAME.get(name.lower())


def currency_of(country: str | None) -> str | None:
    """Return the usual currency of a country (alpha-2), or None."""
    return _CURRENCIES.get(country) if country is not None else None
