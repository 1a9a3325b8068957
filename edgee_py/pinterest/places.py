"""Names of countries and states, and the codes Pinterest wants for them.

Country codes are ISO 3166-1; names are English, official where they differ, and the countries' and
their neighbours' own words in the larger markets. State codes are the postal ones of the United
States, Canada, Australia, Brazil and Germany.
"""

from __future__ import annotations

import unicodedata
from functools import cache

_OFFICIAL_PREFIXES = ("republicofthe", "republicof", "kingdomofthe", "kingdomof", "stateof", "the")


def fold(text: str) -> str:
    """Letters and digits only, lower case, without marks: `Côte d'Ivoire` → `cotedivoire`."""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(c for c in decomposed if not unicodedata.combining(c))
    kept = "".join(c for c in text.lower() if c.isalnum())
    return kept if kept.isascii() else unicodedata.normalize("NFC", kept)


def country_code(text: str) -> str:
    """The lower-case ISO 3166-1 alpha-2 code of a country's code (two or three letters) or name.

    Empty where it names no country.
    """
    key = fold(text)
    table = _countries()
    if key in table:
        return table[key]
    for prefix in _OFFICIAL_PREFIXES:
        if key.startswith(prefix) and key[len(prefix) :] in table:
            return table[key[len(prefix) :]]
    return ""


def state_code(text: str, country: str = "") -> str:
    """The lower-case postal code of a state or province, given its code or name.

    country is an alpha-2 code or empty. In a country whose states are not listed here a code of two
    or three letters stands as it is. A name that no code is known for gives an empty string: Pinterest
    matches codes, so its hash would tell on a person and match nobody.
    """
    key = fold(text)
    if country in _STATES:
        table = _states(country)
        return table.get(key) or table.get(key.removeprefix(country), "")
    if not country:
        for each in _STATES:
            table = _states(each)
            if key in table:
                return table[key]
            if key.startswith(each) and key[2:] in table.values():
                return key[2:]
    is_code = len(key) in (2, 3) and key.isascii() and key.isalpha()
    return key if is_code else ""


@cache
def _countries() -> dict[str, str]:
    return _read(_COUNTRIES)


@cache
def _states(country: str) -> dict[str, str]:
    return _read(_STATES[country])


def _read(rows: str) -> dict[str, str]:
    """A table of rows `code name name …`: every code and name to its code."""
    table: dict[str, str] = {}
    for row in rows.split("\n"):
        code, *names = row.split()
        for name in (code, *names):
            table.setdefault(name, code)
    return table


# Each row: alpha-2, alpha-3, folded names; a long row goes on in the next with the same code.
_COUNTRIES = """\
ad and andorra principalityofandorra
ae are unitedarabemirates uae emirates
af afg afghanistan islamicrepublicofafghanistan
ag atg antiguaandbarbuda antiguabarbuda
ai aia anguilla
al alb albania
am arm armenia
ao ago angola
aq ata antarctica
ar arg argentina argentinerepublic
as asm americansamoa
at aut austria osterreich
au aus australia australien australie
aw abw aruba
ax ala alandislands
az aze azerbaijan
ba bih bosniaandherzegovina bosniaherzegovina
bb brb barbados
bd bgd bangladesh peoplesrepublicofbangladesh
be bel belgium belgie belgique belgien belgica
bf bfa burkinafaso
bg bgr bulgaria българия
bh bhr bahrain
bi bdi burundi
bj ben benin
bl blm saintbarthelemy stbarthelemy
bm bmu bermuda
bn brn bruneidarussalam brunei
bo bol boliviaplurinationalstateof bolivia plurinationalstateofbolivia
bq bes bonairesinteustatiusandsaba caribbeannetherlands
br bra brazil federativerepublicofbrazil brasil brasilien bresil
bs bhs bahamas
bt btn bhutan
bv bvt bouvetisland
bw bwa botswana
by blr belarus
bz blz belize
ca can canada kanada
cc cck cocoskeelingislands cocosislands
cd cod congothedemocraticrepublicofthe congokinshasa drcongo drc democraticrepublicofthecongo
cf caf centralafricanrepublic
cg cog congo congobrazzaville
ch che switzerland swissconfederation schweiz suisse svizzera
ci civ cotedivoire ivorycoast
ck cok cookislands
cl chl chile
cm cmr cameroon
cn chn china peoplesrepublicofchina 中国
co col colombia
cr cri costarica
cu cub cuba
cv cpv caboverde capeverde
cw cuw curacao
cx cxr christmasisland
cy cyp cyprus
cz cze czechia czechrepublic cesko tschechien
de deu germany federalrepublicofgermany deutschland allemagne alemania germania duitsland niemcy
de alemanha tyskland
dj dji djibouti
dk dnk denmark danmark danemark
dm dma dominica
do dom dominicanrepublic
dz dza algeria peoplesdemocraticrepublicofalgeria
ec ecu ecuador
ee est estonia eesti
eg egy egypt arabrepublicofegypt
eh esh westernsahara
er eri eritrea
es esp spain espana espagne spanien spagna espanya espanha
et eth ethiopia federaldemocraticrepublicofethiopia
fi fin finland suomi finnland
fj fji fiji
fk flk falklandislandsmalvinas falklandislands
fm fsm micronesiafederatedstatesof federatedstatesofmicronesia micronesia
fo fro faroeislands
fr fra france frenchrepublic francia frankreich frankrijk franca
ga gab gabon gaboneserepublic
gb gbr unitedkingdom unitedkingdomofgreatbritainandnorthernireland vereinigteskonigreich
gb royaumeuni reinounido regnounito verenigdkoninkrijk wielkabrytania storbritannien storbritannia
gb isobritannia イキリス uk greatbritain britain england scotland wales northernireland
gd grd grenada
ge geo georgia
gf guf frenchguiana
gg ggy guernsey
gh gha ghana
gi gib gibraltar
gl grl greenland
gm gmb gambia
gn gin guinea
gp glp guadeloupe
gq gnq equatorialguinea
gr grc greece hellenicrepublic ελλαδα griechenland el
gs sgs southgeorgiaandthesouthsandwichislands southgeorgiasouthsandwichislands
gs southgeorgiaandsouthsandwichislands
gt gtm guatemala
gu gum guam
gw gnb guineabissau
gy guy guyana
hk hkg hongkong
hm hmd heardislandandmcdonaldislands heardmcdonaldislands heardandmcdonaldislands
hn hnd honduras
hr hrv croatia hrvatska
ht hti haiti
hu hun hungary magyarorszag ungarn
id idn indonesia
ie irl ireland irland irlande irlanda eire
il isr israel ישראל
im imn isleofman
in ind india भरत
io iot britishindianoceanterritory
iq irq iraq
ir irn iranislamicrepublicof iran islamicrepublicofiran
is isl iceland island
it ita italy italianrepublic italia italien italie
je jey jersey
jm jam jamaica
jo jor jordan hashemitekingdomofjordan
jp jpn japan 日本 japon
ke ken kenya
kg kgz kyrgyzstan kyrgyzrepublic
kh khm cambodia
ki kir kiribati
km com comoros unionofthecomoros
kn kna saintkittsandnevis stkittsnevis
kp prk koreademocraticpeoplesrepublicof northkorea democraticpeoplesrepublicofkorea
kr kor korearepublicof southkorea korea 대한민국
kw kwt kuwait
ky cym caymanislands
kz kaz kazakhstan
la lao laopeoplesdemocraticrepublic laos
lb lbn lebanon lebaneserepublic
lc lca saintlucia stlucia
li lie liechtenstein principalityofliechtenstein
lk lka srilanka democraticsocialistrepublicofsrilanka
lr lbr liberia
ls lso lesotho
lt ltu lithuania lietuva
lu lux luxembourg grandduchyofluxembourg luxemburg
lv lva latvia latvija
ly lby libya
ma mar morocco
mc mco monaco principalityofmonaco
md mda moldovarepublicof moldova
me mne montenegro
mf maf saintmartinfrenchpart stmartin
mg mdg madagascar
mh mhl marshallislands
mk mkd northmacedonia macedonia
ml mli mali
mm mmr myanmar myanmarburma burma
mn mng mongolia
mo mac macao macau
mp mnp northernmarianaislands
mq mtq martinique
mr mrt mauritania islamicrepublicofmauritania
ms msr montserrat
mt mlt malta
mu mus mauritius
mv mdv maldives
mw mwi malawi
mx mex mexico unitedmexicanstates
my mys malaysia
mz moz mozambique
na nam namibia
nc ncl newcaledonia
ne ner niger
nf nfk norfolkisland
ng nga nigeria federalrepublicofnigeria
ni nic nicaragua
nl nld netherlands nederland niederlande paysbas paisesbajos paesibassi holland
no nor norway norge norwegen noreg
np npl nepal federaldemocraticrepublicofnepal
nr nru nauru
nu niu niue
nz nzl newzealand neuseeland nouvellezelande nuevazelanda
om omn oman sultanateofoman
pa pan panama
pe per peru
pf pyf frenchpolynesia
pg png papuanewguinea independentstateofpapuanewguinea
ph phl philippines
pk pak pakistan islamicrepublicofpakistan
pl pol poland polska polen
pm spm saintpierreandmiquelon stpierremiquelon
pn pcn pitcairn pitcairnislands
pr pri puertorico
ps pse palestinestateof palestinianterritories palestine
pt prt portugal portugueserepublic
pw plw palau
py pry paraguay
qa qat qatar
re reu reunion
ro rou romania
rs srb serbia
ru rus russianfederation russia россия
rw rwa rwanda rwandeserepublic
sa sau saudiarabia
sb slb solomonislands
sc syc seychelles
sd sdn sudan
se swe sweden sverige schweden
sg sgp singapore
sh shn sainthelenaascensionandtristandacunha sthelena sainthelena
si svn slovenia slovenija
sj sjm svalbardandjanmayen svalbardjanmayen
sk svk slovakia slovakrepublic slovensko
sl sle sierraleone
sm smr sanmarino
sn sen senegal
so som somalia federalrepublicofsomalia
sr sur suriname
ss ssd southsudan
st stp saotomeandprincipe democraticrepublicofsaotomeandprincipe saotomeprincipe
sv slv elsalvador
sx sxm sintmaartendutchpart sintmaarten
sy syr syrianarabrepublic syria
sz swz eswatini swaziland
tc tca turksandcaicosislands turkscaicosislands
td tcd chad
tf atf frenchsouthernterritories
tg tgo togo togoleserepublic
th tha thailand
tj tjk tajikistan
tk tkl tokelau
tl tls timorleste democraticrepublicoftimorleste easttimor
tm tkm turkmenistan
tn tun tunisia
to ton tonga
tr tur turkiye turkei turkey
tt tto trinidadandtobago trinidadtobago
tv tuv tuvalu
tw twn taiwanprovinceofchina taiwan
tz tza tanzaniaunitedrepublicof tanzania unitedrepublicoftanzania
ua ukr ukraine украіна
ug uga uganda
um umi unitedstatesminoroutlyingislands usoutlyingislands
us usa unitedstates unitedstatesofamerica vereinigtestaaten etatsunis estadosunidos statiuniti
us verenigdestaten stanyzjednoczone yhdysvallat アメリカ合衆国 america
uy ury uruguay easternrepublicofuruguay
uz uzb uzbekistan
va vat holyseevaticancitystate vaticancity holysee vatican
vc vct saintvincentandthegrenadines stvincentgrenadines saintvincentandgrenadines
ve ven venezuelabolivarianrepublicof venezuela bolivarianrepublicofvenezuela
vg vgb virginislandsbritish britishvirginislands
vi vir virginislandsus virginislandsoftheunitedstates usvirginislands
vn vnm vietnam socialistrepublicofvietnam
vu vut vanuatu
wf wlf wallisandfutuna wallisfutuna
ws wsm samoa independentstateofsamoa
xk xkx kosovo
ye yem yemen
yt myt mayotte
za zaf southafrica
zm zmb zambia
zw zwe zimbabwe"""

# Searched in this order where the country is not known.
_STATES = {
    "us": """\
al alabama
ak alaska
az arizona
ar arkansas
ca california
co colorado
ct connecticut
de delaware
dc districtofcolumbia washingtondc
fl florida
ga georgia
hi hawaii
id idaho
il illinois
in indiana
ia iowa
ks kansas
ky kentucky
la louisiana
me maine
md maryland
ma massachusetts
mi michigan
mn minnesota
ms mississippi
mo missouri
mt montana
ne nebraska
nv nevada
nh newhampshire
nj newjersey
nm newmexico
ny newyork newyorkstate
nc northcarolina
nd northdakota
oh ohio
ok oklahoma
or oregon
pa pennsylvania
ri rhodeisland
sc southcarolina
sd southdakota
tn tennessee
tx texas
ut utah
vt vermont
va virginia
wa washington washingtonstate
wv westvirginia
wi wisconsin
wy wyoming
as americansamoa
gu guam
mp northernmarianaislands
pr puertorico
um usminoroutlyingislands
vi usvirginislands virginislands
aa armedforcesamericas
ae armedforceseurope
ap armedforcespacific""",
    "ca": """\
ab alberta
bc britishcolumbia colombiebritannique
mb manitoba
nb newbrunswick nouveaubrunswick
nl newfoundlandandlabrador newfoundland terreneuveetlabrador
ns novascotia nouvelleecosse
nt northwestterritories territoiresdunordouest
nu nunavut
on ontario
pe princeedwardisland ileduprinceedouard pei
qc quebec
sk saskatchewan
yt yukon yukonterritory""",
    "au": """\
act australiancapitalterritory
nsw newsouthwales
nt northernterritory
qld queensland
sa southaustralia
tas tasmania
vic victoria
wa westernaustralia""",
    "br": """\
ac acre
al alagoas
am amazonas
ap amapa
ba bahia
ce ceara
df distritofederal
es espiritosanto
go goias
ma maranhao
mg minasgerais
ms matogrossodosul
mt matogrosso
pa para
pb paraiba
pe pernambuco
pi piaui
pr parana
rj riodejaneiro
rn riograndedonorte
ro rondonia
rr roraima
rs riograndedosul
sc santacatarina
se sergipe
sp saopaulo
to tocantins""",
    "de": """\
bb brandenburg
be berlin
bw badenwurttemberg badenwuerttemberg
by bayern bavaria
hb bremen
he hessen hesse
hh hamburg
mv mecklenburgvorpommern
ni niedersachsen lowersaxony
nw nordrheinwestfalen northrhinewestphalia nrw
rp rheinlandpfalz rhinelandpalatinate
sh schleswigholstein
sl saarland
sn sachsen saxony
st sachsenanhalt saxonyanhalt
th thuringen thueringen thuringia""",
}
