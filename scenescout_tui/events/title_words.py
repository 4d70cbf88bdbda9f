"""Words of titles: what says nothing, what many events are called, and the same in other languages.

Folded like the titles (lower case, no accents). Each line of `_MEANINGS` is one meaning, its English word
first; the lists are short on purpose: what they do not know is compared letter by letter.
"""

from __future__ import annotations

_FUNCTION = """
a al alla am an and as at au auf aux av avec bei by chez com con d da dal dans das de degli dei del della
delle dem den der des det di die do dos du e een ein eine einer el en et ett for from fur gli het i il im
in is its l la las le les lo los met mit my na nas nel no nos o och of og on op or os our par para per por
pour s su sur te the till to tra um uma un una unas und unos van vom von voor w with y your z zum zur
"""

_NEUTRAL = """
aka anniversary annual band concert conference edition ensemble evening event feat featuring free friends ft
gig group guest guests hosts in international introducing invite invites live more national new night official
onstage orchestra original others performance person present presented presenting presents production
program programme quartet quintet recital series session show special spectacle stage support tba tbc
ticket tickets today tomorrow tonight tour trio vs w welcomes
"""

_TICKET = """
abendkasse abgesagt added adiado admission advance afgelast aflyst agotadas agotado allocation anmeldung
annule annullato aplazado ausverkauft availability available back biglietti bilety bilhetes billet billets
billetter billetterie bogo boletos book booking bookings buy called can cancelado canceled cancelled
capacity cash change changed complet concession concessions confirmed date dates demand dernieres discount
discounted donate donation door doors due eintritt encore entrada entradas entrance entry esaurito
esgotado extra fast few final first get guestlist happening held hosted inscription installt kaarten
karten last left limited list longer low matinee moved odwolane off offer only out pay place places
popular postponed prenotazione presale price prices register registration release releases remaining
reporte required rescheduled reservation reservations reserve reserved restkarten return returns revised
rinviato rsvp sale seat seats selling signup slutsalt sold spots takes taking tickets time udsolgt
uitverkocht ultimas updated venda venta venue verlegt verschoben vorverkauf waiting waitlist was what you
"""

_SUBTITLE = """
acoustic album anniversary band captioned cast concert directed directo dubbed electric ep farewell gira
imax launch live lp omu orchestral ov premiere preview previews recital record relaxed release residency
reunion set show songs staged starring stripped subtitled tour tournee unplugged vivo vose world written
"""

_SLOTS = """
admission class course escape exhibition experience ghost guided lesson museum planetarium ride slot tasting
walk walking workshop
"""

_GENERIC = """
acoustic adult adults afternoon ages all along babies baby bachata bar beginner best bingo blues board
bootcamp breathwork burlesque cabaret cafe cake card chi circle clothes club comics community craft crafts
dancing dating disco discovery dj drag drinks drop early english figure fitness flow french friday funk
general german group gym happy hatha hits hour improv italian jam karaoke late latin level local
masterclass meet metal mic mindfulness mixer model monday monthly morning neighbourhood networking parents
pilates pop pub punk repair rock salsa saturday seniors session sessions showcase sing singles slam social
soul spanish special speed stand standup sunday supper support swap swim swimming swing tai talk tango
taster techno teens thursday toddler toddlers top trivia tuesday up variety vinyasa volunteer volunteers
wednesday weekly writer writers zumba
"""

_MEANINGS = """
concert concerto konzert konzerte concierto conciertos concerti concertos koncert konsert konzertabend
concert concerten
night nacht noche noches nuit nuits notte notti noite noites nights natt noc
evening abend soiree serata velada tarde avond aften kveld evenings
day tag dia jour journee giorno giornata dag days dzien
weekend wochenende fin-de-semana weekends
christmas xmas weihnachten weihnacht navidad navideno navidena noel natale natal natalizio kerst jul
newyear neujahr silvester nochevieja capodanno reveillon nieuwjaar
easter ostern oster pascua paques pasqua pascoa pasen
summer sommer verano ete estate verao zomer estival sommar
winter invierno hiver inverno
spring fruhling fruehling primavera printemps lente
autumn herbst otono automne autunno outono herfst
festival festivals festspiele festivales festiwal fest fests
fair feria messe foire fiera feira fayre
market markt mercado marche mercato mercadillo
exhibition wystawa utstallning ausstellung exposicion exposition mostra exposicao tentoonstelling
exhibition utstilling udstilling exhibit expo
opening eroffnung vernissage inauguracion inaugurazione inauguracao
workshop warsztaty verksted vaerksted verkstad werkstatt taller atelier laboratorio oficina workshops kurs
workshop werkplaats
course curso cours corso cursus
class klasse clase classe lezione aula classes
lesson lessons unterricht clases lezioni
lecture vortrag conferencia conferenza palestra lezing vorlesung talk talks charla
reading letture lesung lectura lecture-publique lettura leitura readings
discussion diskussion debate debat dibattito podiumsdiskussion debates
meeting treffen encuentro rencontre incontro encontro meetup
tour fuhrung visita visite rundgang rondleiding tours
guided guiada guidata guidee gefuhrte guiadas gefuhrter
walk spaziergang paseo promenade passeggiata wandeling caminata wanderung
theatre theater teatro theatral toneel teater
play stuck obra piece spettacolo peca
dance tanz danza danse danca dans baile tanzabend
ballet ballett balletto
opera oper opernabend operas
music musik musica musique muziek musik
singing gesang canto chant zang
choir chor coro choeur koor
orchestra orchester orquesta orchestre orkest
symphony sinfonie symphonie sinfonia
piano klavier pianoforte
guitar gitarre guitarra guitare chitarra gitaar
organ orgel organo orgue orgao
film filme kino cine cinema pelicula films peliculas movie filme movies
screening vorfuhrung proyeccion projection proiezione projecao
photography fotografie fotografia photographie photo foto photos fotos
painting malerei pintura peinture pittura schilderen
drawing zeichnen dibujo dessin disegno desenho
art kunst arte arts
modern moderne moderno moderna
contemporary zeitgenossische contemporaneo contemporanea contemporain contemporaine
baroque barock barroca barroco baroque barocca barocco
classical klassik clasica clasico classique classica klassische klassiek
folk volksmusik folclore folklore
poetry poesie poesia lyrik poezie
book buch libro livre livro boek books libros
story geschichte historia histoire storia cuento stories geschichten cuentos historias
children kinder ninos infantil enfants bambini criancas kids kinderen kid
family familie familia famille famiglia familien families familiar
women frauen mujeres femmes donne mulheres vrouwen
men manner hombres hommes uomini homens
young jung joven jeune giovane jovem
old alt viejo vieja vieux vieille vecchio vecchia velho velha alte
new neu neue nuevo nueva nouveau nouvelle nuovo nuova novo nova neues nieuw
long lange largo larga longue lunga
great grosse gran grand grande grosser
open offen offene abierto abierta ouvert ouverte aperto aperta aberto
city stadt ciudad ville citta cidade stad town pueblo
museum museo musee museu museen museos musees museums musei
church kirche iglesia eglise chiesa igreja
garden garten jardin giardino jardim tuin
castle schloss burg castillo chateau castello castelo
ceramics keramik ceramica ceramique pottery topferei topfern ceramicas
cooking kochen cocina cuisine cucina cozinha koken kochkurs
wine wein vino vin vinho wijn
beer bier cerveza biere birra cerveja
food essen comida nourriture cibo
tasting verkostung degustazione degustation cata degustacion weinprobe
breakfast fruhstuck desayuno colazione
jazz jazzu dzez
nordic nordisk nordisch nordische nordico nordica nordique
international internationale internacional internationaal internazionale internacionais
national nationale nacional nazionale
european europaische europeo europea europeen europeenne
world welt mundo monde mondo wereld
violin violine violon violino geige
cello violoncello violonchelo violoncelle
trumpet trompete trompeta trompette tromba
drum trommel tambor tambour percussion schlagzeug
edition edicion edizione edicao ausgabe auflage
session sesion seance sessione sessao sesiones
voice stimme voz voix voce voices stimmen voces
song lied cancion chanson canzone songs lieder canciones chansons canzoni cancao
heart herz corazon coeur cuore coracao
love liebe amor amour amore
moon mond luna lune lua
sun sonne sol soleil sole
star stern estrella etoile stella stars sterne estrellas etoiles stelle
dream traum sueno reve sogno dreams traume suenos reves sogni
fire feuer fuego feu fuoco
wind viento vent vento
mountain berg montana montagne montagna
river fluss rio riviere fiume
house haus casa maison huis
bridge brucke puente pont ponte
road strada route
journey reise viaje voyage viaggio reisen
king konig rey roi
queen konigin reina reine regina
wolf lobo loup lupo
bird vogel pajaro oiseau uccello birds vogel pajaros oiseaux uccelli
tree baum arbol arbre albero
flower blume flor fleur fiore flowers blumen flores fleurs fiori
red rot rojo roja rouge rosso rossa
blue blau azul bleu blu
white weiss blanco blanca blanc blanche bianco bianca
black schwarz negro negra noir noire nero nera
green grun verde vert verte
golden goldene dorado dorada dore dorato
big grosses
little kleine klein pequeno pequena petit petite piccolo piccola
first erste primero primera premier premiere primo prima
last letzte ultimo ultima dernier derniere
death tod muerte mort morte
life leben vida vie vita
time zeit tiempo temps tempo
peace frieden paz paix pace
war krieg guerra guerre
solidarity solidaritat solidaridad solidarite solidarieta
charity benefiz benefico beneficencia caritatif beneficenza benefit
chamber kammer camara chambre camera kammermusik
string streich cuerda cordes archi strings
sacred sakral sacra sacro sacre sagrada
ancient antike antiguo antigua ancien ancienne antico antica
medieval mittelalter mittelalterlich medievale
puppet puppen marionetas marionnettes marionette titeres burattini puppets
clown payaso
sport sports deporte deportes
football fussball futbol calcio futebol
chess schach ajedrez echecs scacchi xadrez
sewing nahen costura couture cucito
knitting stricken punto tricot
writing schreiben escritura ecriture scrittura escrita
languages sprachen idiomas langues lingue
exchange austausch intercambio echange scambio
debut
brunch
lunch mittagessen almuerzo dejeuner pranzo almoco
dinner abendessen cena diner jantar
coffee kaffee
tea
bread brot pan
cheese kase queso fromage formaggio queijo
chocolate schokolade chocolat cioccolato
vegan vegano vegane vegana
health gesundheit salud sante salute
climate klima clima climat
future zukunft futuro avenir
digital digitale numerique
introduction einfuhrung introduccion introduzione introducao intro
conversation gesprach conversacion conversazione conversa
open-air freiluft
yoga
meditation meditacion meditazione
running lauf carrera course-a-pied corsa
race rennen
bike fahrrad bicicleta velo bicicletta
game spiel juego jeu gioco jogo games spiele juegos jeux
quiz
comedy comedia comedie commedia
magic magie magia zauber
circus zirkus circo cirque
party fiesta fete festa feier feest parties
carnival karneval fasching carnaval carnevale
light licht luz lumiere luce lights lichter luces lumieres luci
sea meer mar mer
forest wald bosque foret bosco
water wasser agua eau acqua
street strasse calle rue strada rua
urban stadtische urbano urbana urbain urbaine
science wissenschaft ciencia scienza
history geschichtlich historico storico
language sprache idioma langue lingua
beginners anfanger principiantes debutants principianti iniciantes
free gratis gratuito kostenlos gratuit eintritt-frei
tribute homenaje hommage omaggio tributo homenagem
farewell abschied despedida adieux addio
"""

# German writes one word where others write two.
_COMPOUNDS = """
weihnachtskonzert christmas concert
weihnachtsmarkt christmas market
neujahrskonzert newyear concert
silvesterkonzert newyear concert
osterkonzert easter concert
sommerkonzert summer concert
sommerfest summer party
herbstkonzert autumn concert
kinderkonzert children concert
familienkonzert family concert
familienvorstellung family show
kindervorstellung children show
zusatzkonzert extra concert
zusatzvorstellung extra show
sondervorstellung special show
benefizkonzert charity concert
kammerkonzert chamber concert
kirchenkonzert church concert
adventskonzert advent concert
sinfoniekonzert symphony concert
schulkonzert school concert
jubilaumskonzert anniversary concert
figurentheater puppet theatre
puppentheater puppet theatre
schreibwerkstatt writing workshop
topferkurs ceramics course
nahkurs sewing course
sprachcafe language cafe
schachturnier chess tournament
strassenfest street party
weinfest wine festival
bierfest beer festival
lichterfest light festival
buchmesse book fair
kunstmarkt art market
nachtmarkt night market
wochenmarkt weekly market
fruhlingsmarkt spring market
fruhlingsfest spring party
herbstmarkt autumn market
ostermarkt easter market
adventsmarkt advent market
kinderfest children party
theaterfestival theatre festival
tanzfestival dance festival
kulturnacht culture night
museumsnacht museum night
kindertheater children theatre
chorkonzert choir concert
orgelkonzert organ concert
klavierkonzert piano concert
klavierabend piano evening
jazzabend jazz evening
jazznacht jazz night
jazzfestival jazz festival
filmfestival film festival
musikfestival music festival
filmabend film evening
filmnacht film night
weinprobe wine tasting
kunstausstellung art exhibition
fotoausstellung photography exhibition
stadtfuhrung city guided tour
altstadt old city
altstadtfuhrung guided old city tour
spieleabend game evening
flohmarkt flea market
lesekreis book club
kochkurs cooking course
tanzabend dance evening
"""

#: Two or three folded words → what they stand for.
PHRASES = {
    "new years": "newyear",
    "new year": "newyear",
    "nouvel an": "newyear",
    "ano nuevo": "newyear",
    "ano novo": "newyear",
    "anno nuovo": "newyear",
    "fin de semana": "weekend",
    "fuhrung durch": "guided tour",
    "day of the dead": "dia muertos",
    "childrens": "children",
    "womens": "women",
    "mens": "men",
}

#: Words that only hold others together.
FUNCTION_WORDS = frozenset(_FUNCTION.split())

#: Words that many titles carry or leave out: beside others they make no difference.
NEUTRAL_WORDS = frozenset(_NEUTRAL.split())

#: Words of tickets, prices and of whether something takes place; they make no difference either.
TICKET_WORDS = frozenset(_TICKET.split())

#: Words of subtitles that say in what form the thing of the title is given.
SUBTITLE_WORDS = frozenset(_SUBTITLE.split())


#: With a word of their own these are a name.
ENSEMBLES = frozenset(["band", "choir", "duo", "ensemble", "orchestra", "quartet", "quintet", "trio"])
#: Words of what is given for one group after the other: nobody opens the doors half an hour before it.
SLOT_WORDS = frozenset(_SLOTS.split())


def _meanings() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _MEANINGS.strip().split("\n"):
        words = line.split()
        for word in words:
            found.setdefault(word, (words[0],))
    for line in _COMPOUNDS.strip().split("\n"):
        compound, *words = line.split()
        found[compound] = tuple(words)
    return found


#: Folded word → the English words it stands for.
MEANINGS = _meanings()
#: What houses everywhere put on: a title of such words alone is at home at many addresses.
GENERIC_WORDS = frozenset(_GENERIC.split()) | {word for words in MEANINGS.values() for word in words}
