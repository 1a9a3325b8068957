"""States and provinces where Pinterest can match them: postal codes, names, traditional abbreviations.

Source: the postal services of the United States, Canada, Australia and Brazil; ISO 3166-2 for Germany.
Abbreviations are those of style guides from before the two letters of 1963, and of Canada's in French.
"""

from __future__ import annotations

#: Each row: the code and folded names. Where the country is not known they are searched in this order.
STATES = {
    "us": """\
al alabama ala
ak alaska alas
az arizona ariz
ar arkansas ark
ca california cal calif
co colorado col colo
ct connecticut conn
de delaware del
dc districtofcolumbia washingtondc washdc
fl florida fla flor
ga georgia
hi hawaii haw
id idaho ida
il illinois ill ills
in indiana ind
ia iowa
ks kansas kan kans kas
ky kentucky ken kent
la louisiana
me maine
md maryland
ma massachusetts mass
mi michigan mich
mn minnesota minn
ms mississippi miss
mo missouri
mt montana mont
ne nebraska neb nebr
nv nevada nev
nh newhampshire
nj newjersey
nm newmexico nmex newm newmex
ny newyork
nc northcarolina ncar ncarolina nocarolina
nd northdakota ndak ndakota nodak
oh ohio o
ok oklahoma okla
or oregon ore oreg
pa pennsylvania penn penna
ri rhodeisland
sc southcarolina scar scarolina socarolina
sd southdakota sdak sdakota sodak
tn tennessee tenn
tx texas tex
ut utah
vt vermont
va virginia virg
wa washington wash
wv westvirginia wva wvirg wvirginia
wi wisconsin wis wisc
wy wyoming wyo
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
ab alberta alta alb
bc britishcolumbia colombiebritannique cb
mb manitoba man
nb newbrunswick nouveaubrunswick
nl newfoundlandandlabrador newfoundland terreneuveetlabrador newfoundlandlabrador nfld nf nfl labrador tnl terreneuve
ns novascotia nouvelleecosse
nt northwestterritories territoiresdunordouest nwt tno
nu nunavut
on ontario ont
pe princeedwardisland ileduprinceedouard pei ipe
qc quebec que pq
sk saskatchewan sask
yt yukon yukonterritory yuk""",
    "au": """\
act australiancapitalterritory
nsw newsouthwales
nt northernterritory
qld queensland
sa southaustralia saustralia
tas tasmania tasm
vic victoria vict
wa westernaustralia westaustralia waustralia""",
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
mv mecklenburgvorpommern mecklenburgwesternpomerania
ni niedersachsen lowersaxony
nw nordrheinwestfalen northrhinewestphalia nrw
rp rheinlandpfalz rhinelandpalatinate
sh schleswigholstein
sl saarland
sn sachsen saxony
st sachsenanhalt saxonyanhalt
th thuringen thueringen thuringia""",
}
