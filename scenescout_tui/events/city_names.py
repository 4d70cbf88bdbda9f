"""Cities that go by different names in different languages."""

from __future__ import annotations

from functools import lru_cache

from scenescout_tui.events.folding import fold

_NAMES = """
aachen, aix la chapelle, aken
antwerpen, antwerp, anvers, amberes
athens, athina, athen, athenes, atenas, atene
barcelona, barcelone, barcellona
basel, basle, bale, basilea
beijing, peking, pekin, pechino
belgrade, beograd, belgrad, belgrado
berlin, berlino
bern, berne, berna
bilbao, bilbo
bologna, bologne
bolzano, bozen
brno, brunn
bratislava, pressburg
bruges, brugge, brujas, bruegge
brussels, bruxelles, brussel, bruselas, bruessel
bucharest, bucuresti, bukarest, bucarest
budapest
cologne, koln, koeln, colonia, keulen
copenhagen, kobenhavn, kopenhagen, copenhague, copenaghen, koebenhavn
cracow, krakow, krakau, cracovia, cracovie
den haag, the hague, s gravenhage, la haye, la haya, laia, haag
donostia, san sebastian, donostia san sebastian
dresden, dresde
dublin, baile atha cliath
edinburgh, edimburgo, edimbourg
florence, firenze, florenz, florencia
frankfurt, frankfurt am main, francfort
freiburg, freiburg im breisgau, fribourg en brisgau
gdansk, danzig
geneva, geneve, genf, ginebra, ginevra
genoa, genova, genua, genes
ghent, gent, gand, gante
gothenburg, goteborg, goeteborg
hamburg, hambourg, hamburgo, amburgo
hanover, hannover, hanovre
havana, la habana, la havane
helsinki, helsingfors
istanbul, estambul, constantinople
jerusalem, yerushalayim, al quds
kyiv, kiev, kiew, kyjiw
la coruna, a coruna, corunna
lausanne, losanna
leuven, louvain, lowen
liege, luik, luttich
lille, rijsel
lisbon, lisboa, lissabon, lisbonne, lisbona
ljubljana, laibach
london, londres, londra, londen
lucerne, luzern, lucerna
luxembourg, luxemburg, luxemburgo
lviv, lwow, lemberg, lvov
lyon, lyons, lione
mainz, mayence, maguncia
marseille, marseilles, marsella, marsiglia
mexico city, ciudad de mexico, mexico, cdmx, mexiko stadt
milan, milano, mailand
moscow, moskva, moskau, moscu, moscou, mosca
mumbai, bombay
munich, munchen, muenchen, monaco di baviera
naples, napoli, neapel, napoles
new york, new york city, nyc, nueva york, nova iorque, nova york, manhattan
nice, nizza, niza
nuremberg, nurnberg, nuernberg
oporto, porto
padua, padova
palma, palma de mallorca
paris, parigi
prague, praha, prag, praga
reykjavik, reikiavik
rome, roma, rom
saint petersburg, st petersburg, sankt peterburg, petersburg
salzburg, salzbourg, salisburgo
seville, sevilla, siviglia
sofia, sofija
stockholm, estocolmo, stoccolma
strasbourg, strassburg, estrasburgo
stuttgart, estugarda, stoccarda
syracuse, siracusa
tallinn, reval
thessaloniki, salonica, saloniki
tokyo, tokio
trieste, triest
turin, torino
turku, abo
valencia, valence
vatican, vaticano
venice, venezia, venedig, venecia, venise
vienna, wien, viena, vienne, wenen
vilnius, wilno, vilna
warsaw, warszawa, warschau, varsovia, varsovie, varsavia
wroclaw, breslau
zagreb, agram
zaragoza, saragossa
zurich, zuerich, zurigo
"""

#: Folded name → the name compared.
KNOWN_CITIES = {
    name: line.split(", ")[0] for line in reversed(_NAMES.strip().split("\n")) for name in line.split(", ")
}
#: The names of one word, for words in titles.
KNOWN_WORDS = {name: city for name, city in KNOWN_CITIES.items() if " " not in name and " " not in city}

#: City → its names of one word.
NAMES_OF: dict[str, frozenset[str]] = {
    line.split(", ")[0]: frozenset(name for name in line.split(", ") if " " not in name)
    for line in reversed(_NAMES.strip().split("\n"))
}


@lru_cache(maxsize=4096)
def city_key(city: str) -> str:
    """Return a city's name as it is compared: folded, and in English where it has a name of its own."""
    folded = fold(city)
    return KNOWN_CITIES.get(folded, folded)
