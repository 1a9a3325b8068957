"""The names of countries.

Source: ISO 3166-1; the English names in use, of all countries; of the larger markets also their own and
those of Unicode's CLDR in German, French, Spanish, Italian, Portuguese, Dutch, Swedish, Danish, Norwegian,
Polish, Czech, Turkish, Russian, Japanese, Korean and Chinese. What the rules in `places` find is left out.
"""

from __future__ import annotations

#: Each row: alpha-2, alpha-3, folded names; a long row goes on in the next with the same code.
COUNTRIES = """\
ad and andorra
ae are unitedarabemirates vereinigtearabischeemirate emiratsarabesunis emiratosarabesunidos
ae emiratiarabiuniti emiradosarabesunidos verenigdearabischeemiraten forenadearabemiraten
ae deforenedearabiskeemirater deforentearabiskeemirater zjednoczoneemiratyarabskie
ae spojenearabskeemiraty birlesikarapemirlikleri оаэ アラフ首長国連邦 아랍에미리트 阿拉伯联合酋长国
ae الاماراتالعربيةالمتحدة uae emirates vae eau emirats dubai abudhabi
af afg afghanistan
ag atg antiguabarbuda antigua
ai aia anguilla
al alb albania shqiperia
am arm armenia
ao ago angola
aq ata antarctica
ar arg argentina argentinien argentine argentinie argentyna arjantin аргентина アルセンチン 아르헨티나 阿根廷
ar republicaargentina argentinerepublic
as asm americansamoa
at aut austria osterreich autriche oostenrijk osterrike ostrig rakousko avusturya австрия オーストリア
at 오스트리아 奥地利 oesterreich republikosterreich
au aus australia australien australie avustralya австралия オーストラリア 오스트레일리아 澳大利亚 aussie
aw abw aruba
ax ala alandislands aland
az aze azerbaijan
ba bih bosniaherzegovina bosnia bosnaihercegovina
bb brb barbados
bd bgd bangladesh bangladesch banglades bangladeche bangladesz бангладеш ハンクラテシュ 방글라데시 孟加拉国 বলদশ
be bel belgium belgien belgique belgica belgio belgie belgia belcika бельгия ヘルキー 벨기에 比利时
be royaumedebelgique koninkrijkbelgie
bf bfa burkinafaso uppervolta
bg bgr bulgaria bulgarien bulgarie bulgarije bulharsko bulgaristan болгария フルカリア 불가리아 保加利亚
bg българия
bh bhr bahrain
bi bdi burundi
bj ben benin
bl blm saintbarthelemy saintbarts saintbarth
bm bmu bermuda
bn brn brunei bruneidarussalam
bo bol bolivia boliviaplurinationalstateof
bq bes caribbeannetherlands bonairesinteustatiussaba bonaire besislands dutchcaribbean
br bra brazil brasilien bresil brasil brasile brazilie brazylia brezilya бразилия フラシル 브라질 巴西
br republicafederativadobrasil
bs bhs bahamas
bt btn bhutan
bv bvt bouvetisland
bw bwa botswana
by blr belarus byelorussia беларусь белоруссия weissrussland
bz blz belize
ca can canada kanada канада カナタ 캐나다 加拿大
cc cck cocoskeelingislands cocosislands keelingislands
cd cod democraticrepubliccongo drcongo drc congodemocraticrepublic congodr congodrc congokinshasa
cd zaire congothedemocraticrepublicofthe democraticrepublicofthecongo
cf caf centralafricanrepublic car
cg cog congo congobrazzaville congorepublic
ch che switzerland schweiz suisse suiza svizzera suica zwitserland sveits szwajcaria svycarsko
ch isvicre швеицария スイス 스위스 瑞士 svizra schweizerischeeidgenossenschaft confoederatiohelvetica
ch confederationsuisse helvetia dieschweiz lasuisse swissconfederation
ci civ cotedivoire ivorycoast elfenbeinkuste costademarfil
ck cok cookislands
cl chl chile chili cile sili чили チリ 칠레 智利 republicadechile
cm cmr cameroon cameroun
cn chn china chine cina kina chiny cin китаи 中国 중국 mainlandchina prc prchina chinapr 中华人民共和国 中國
cn 中国大陆 volksrepublikchina vrchina
co col colombia kolumbien colombie kolumbia kolumbie kolombiya колумбия コロンヒア 콜롬비아 哥伦比亚
co republicadecolombia
cr cri costarica
cu cub cuba
cv cpv capeverde caboverde
cw cuw curacao
cx cxr christmasisland
cy cyp cyprus chypre zypern κυπρος chipre cipro
cz cze czechia tschechien tchequie chequia cechia tchequia tsjechie tjeckien tjekkiet tsjekkia
cz czechy cesko cekya чехия チェコ 체코 捷克 czechrepublic ceskarepublika tschechischerepublik
cz republiquetcheque republicacheca repubblicaceca tsjechischerepubliek republikaczeska
cz tjeckiskarepubliken dentjekkiskerepublik dentsjekkiskerepublikk cekcumhuriyeti чешскаяреспублика
cz チェコ共和国 체코공화국 捷克共和国
de deu germany deutschland allemagne alemania germania alemanha duitsland tyskland niemcy nemecko
de almanya германия トイツ 독일 德国 bundesrepublikdeutschland brd federalrepublicgermany westgermany
de republiquefederaledallemagne republicafederaldealemania repubblicafederaledigermania
dj dji djibouti
dk dnk denmark danemark dinamarca danimarca denemarken danmark dania dansko danimarka дания テンマーク
dk 덴마크 丹麦 daenemark
dm dma dominica
do dom dominicanrepublic republicadominicana republiquedominicaine dominikanischerepublik
do repubblicadominicana
dz dza algeria algerie الجزاير
ec ecu ecuador equateur equador ekwador ekvador эквадор エクアトル 에콰도르 厄瓜多尔 republicadelecuador
ee est estonia estland estonie estonsko estonya эстония エストニア 에스토니아 爱沙尼亚 eesti
eg egy egypt agypten egypte egipto egitto egito egypten egipt misir египет エシフト 이집트 埃及 مصر
eh esh westernsahara
er eri eritrea
es esp spain spanien espagne espana spagna espanha spanje spania hiszpania spanelsko ispanya
es испания スヘイン 스페인 西班牙 espanya espainia reinodeespana
et eth ethiopia
fi fin finland finnland finlande finlandia finsko finlandiya финляндия フィンラント 핀란드 芬兰 suomi
fj fji fiji
fk flk falklandislands falklands islasmalvinas malvinas falklandislandsmalvinas
fm fsm micronesia micronesiafederatedstatesof
fo fro faroeislands faeroeislands faroes
fr fra france frankreich francia franca frankrijk frankrike frankrig francja francie fransa франция
fr フランス 프랑스 法国 republiquefrancaise frenchrepublic metropolitanfrance
ga gab gabon gaboneserepublic
gb gbr unitedkingdom uk vereinigteskonigreich royaumeuni reinounido regnounito verenigdkoninkrijk
gb vk storbritannien storbritannia wielkabrytania wlkbryt spojenekralovstvi birlesikkrallik
gb великобритания британия イキリス 英国 영국 ydeyrnasunedig greatbritain britain england scotland wales
gb northernireland unitedkingdomgreatbritainnorthernireland ukgb grossbritannien grandebretagne
gb granbretana granbretagna grabretanha grootbrittannie velkabritanie buyukbritanya ingiltere
gb англия 英國 inglaterra angleterre inghilterra engeland anglia anglie schottland ecosse escocia
gb scozia paysdegalles nordirland irlandedunord nireland isobritannia μεγαληβρετανια
gb unitedkingdomofgreatbritainandnorthernireland
gd grd grenada
ge geo georgia
gf guf frenchguiana
gg ggy guernsey
gh gha ghana
gi gib gibraltar
gl grl greenland gronland
gm gmb gambia
gn gin guinea guineaconakry
gp glp guadeloupe
gq gnq equatorialguinea
gr grc el greece griechenland grece grecia griekenland grekland graekenland hellas grecja recko
gr yunanistan греция キリシャ 그리스 希腊 ελλαδα hellenicrepublic ελλας
gs sgs southgeorgiasouthsandwichislands southgeorgiaandthesouthsandwichislands
gs southgeorgiaandsouthsandwichislands
gt gtm guatemala
gu gum guam
gw gnb guineabissau
gy guy guyana
hk hkg hongkongsarchina hongkong sonderverwaltungsregionhongkong raschinoisedehongkong
hk raedehongkongchina rasdihongkong hongkongraedachina hongkongsarvanchina hongkongsar sarhongkong
hk hongkongsarkina srahongkongchiny hongkongzaociny cinhongkongoib гонконгсар гонконг
hk 中華人民共和国香港特別行政区 香港 홍콩중국특별행정구 홍콩 中国香港特别行政区 中國香港特別行政區
hm hmd heardmcdonaldislands heardislandmcdonaldislands heardislandandmcdonaldislands
hm heardandmcdonaldislands
hn hnd honduras
hr hrv croatia kroatien croatie croacia croazia kroatie kroatia chorwacja chorvatsko hirvatistan
hr хорватия クロアチア 크로아티아 克罗地亚 hrvatska republikahrvatska
ht hti haiti
hu hun hungary ungarn hongrie hungria ungheria hongarije ungern wegry madarsko macaristan венгрия
hu ハンカリー 헝가리 匈牙利 magyarorszag
id idn indonesia indonesien indonesie indonezja endonezya индонезия イントネシア 인도네시아 印度尼西亚
ie irl ireland irland irlande irlanda ierland irlandia irsko ирландия アイルラント 아일랜드 爱尔兰 eire
ie irishrepublic republikirland republiquedirlande
il isr israel israele izrael israil израиль イスラエル 이스라엘 以色列 ישראל
im imn isleman isleofman
in ind india indien inde indie hindistan индия イント 인도 印度 भरत bharat hindustan
io iot britishindianoceanterritory chagos diegogarcia
iq irq iraq
ir irn iran persia iranislamicrepublicof
is isl iceland island islande islandia islanda ijsland izlanda исландия アイスラント 아이슬란드 冰岛
it ita italy italien italie italia wlochy italya италия イタリア 이탈리아 意大利 repubblicaitaliana
it italianrepublic
je jey jersey
jm jam jamaica
jo jor jordan الاردن
jp jpn japan japon giappone japao japonia japonsko japonya япония 日本 일본 nippon nihon 日本国
ke ken kenya kenia quenia kena кения ケニア 케냐 肯尼亚
kg kgz kyrgyzstan kyrgyzrepublic kirghizia
kh khm cambodia kampuchea
ki kir kiribati
km com comoros comoroislands
kn kna saintkittsnevis saintchristophernevis
kp prk northkorea democraticpeoplesrepublickorea peoplesdemocraticrepublickorea dprk dprkorea
kp nkorea koreadpr koreademocraticpeoplesrepublic koreademocraticpeoplesrepublicof
kp democraticpeoplesrepublicofkorea
kr kor korea southkorea skorea rok republickorea korearepublic sudkorea coreedusud coreadelsur
kr coreadelsud coreiadosul zuidkorea sydkorea sorkorea koreapoludniowa jiznikorea guneykore
kr республикакорея 韓国 대한민국 한국 韩国 suedkorea coree corea koreja 남한 南韩 republikkorea republiquedecoree
kr republicadecorea korearepublicof
kw kwt kuwait الكويت
ky cym caymanislands
kz kaz kazakhstan kasachstan kazajistan kazakistan cazaquistao kazachstan kazakstan kasakhstan
kz казахстан カサフスタン 카자흐스탄 哈萨克斯坦 қазақстан
la lao laos laopeoplesdemocraticrepublic laopdr
lb lbn lebanon lebaneserepublic
lc lca saintlucia
li lie liechtenstein furstentumliechtenstein
lk lka srilanka ceylon
lr lbr liberia
ls lso lesotho
lt ltu lithuania litauen lituanie lituania litouwen litwa litva litvanya литва リトアニア 리투아니아 立陶宛
lt lietuva
lu lux luxembourg luxemburg luxemburgo lussemburgo luksemburg lucembursko люксембург ルクセンフルク 룩셈부르크
lu 卢森堡 letzebuerg grandduchedeluxembourg
lv lva latvia lettland lettonie letonia lettonia letland lotwa lotyssko letonya латвия ラトヒア 라트비아
lv 拉脱维亚 latvija
ly lby libya libyanarabjamahiriya
ma mar morocco marokko maroc marruecos marocco marrocos marocko maroko fas марокко モロッコ 모로코 摩洛哥
ma المغرب
mc mco monaco principautedemonaco
md mda moldova moldavia moldovarepublicof
me mne montenegro
mf maf saintmartinfrenchpart saintmartin collectivitysaintmartin
mg mdg madagascar
mh mhl marshallislands
mk mkd northmacedonia macedonia fyrom fyrmacedonia macedoniafyrom macedoniafyr
ml mli mali
mm mmr myanmarburma myanmar burma
mn mng mongolia
mo mac macaosarchina macao macausar macaosar macau
mp mnp northernmarianaislands marianaislands saipan
mq mtq martinique
mr mrt mauritania mauritanie
ms msr montserrat
mt mlt malta malte
mu mus mauritius maurice ilemaurice
mv mdv maldives
mw mwi malawi
mx mex mexico mexiko mexique messico meksyk meksika мексика メキシコ 멕시코 墨西哥 estadosunidosmexicanos
mx mejico unitedmexicanstates
my mys malaysia malaisie malasia maleisie malezja malajsie malezya малаизия マレーシア 말레이시아 马来西亚
mz moz mozambique
na nam namibia
nc ncl newcaledonia
ne ner niger
nf nfk norfolkisland
ng nga nigeria nigerie nijerya нигерия ナイシェリア 나이지리아 尼日利亚
ni nic nicaragua
nl nld netherlands niederlande paysbas paisesbajos paesibassi paisesbaixos nederland nederlanderna
nl nederlandene holandia nizozemsko hollanda нидерланды オランタ 네덜란드 荷兰 holland hollande holanda
nl olanda holandsko голландия hollandia
no nor norway norwegen norvege noruega norvegia noorwegen norge norwegia norsko norvec норвегия
no ノルウェー 노르웨이 挪威 noreg kongeriketnorge
np npl nepal
nr nru nauru
nu niu niue
nz nzl newzealand neuseeland nouvellezelande nuevazelanda nuovazelanda novazelandia nieuwzeeland
nz nyazeeland nowazelandia novyzeland yenizelanda новаязеландия ニューシーラント 뉴질랜드 新西兰 nzealand aotearoa
nz aotearoanewzealand
om omn oman
pa pan panama
pe per peru perou перу ヘルー 페루 秘鲁 republicadelperu
pf pyf frenchpolynesia tahiti
pg png papuanewguinea
ph phl philippines philippinen filipinas filippine filipijnen filippinerna filippinerne filippinene
ph filipiny filipinler филиппины フィリヒン 필리핀 菲律宾 pilipinas
pk pak pakistan paquistao пакистан ハキスタン 파키스탄 巴基斯坦 پاکستان
pl pol poland polen pologne polonia polska polsko polonya польша ホーラント 폴란드 波兰 rzeczpospolitapolska
pl republikapolska
pm spm saintpierremiquelon
pn pcn pitcairnislands pitcairn
pr pri puertorico
ps pse palestinianterritories palestine palestinianterritory palestinianterritoryoccupied
ps occupiedpalestinianterritory palestinianauthority westbankgaza gazastrip palestinestateof
pt prt portugal portogallo portugalia portugalsko portekiz португалия ホルトカル 포르투갈 葡萄牙
pt republicaportuguesa portugueserepublic
pw plw palau
py pry paraguay
qa qat qatar قطر
re reu reunion lareunion reunionisland
ro rou romania rumanien roumanie rumania romenia roemenie rumaenien rumunia rumunsko romanya
ro румыния ルーマニア 루마니아 罗马尼亚
rs srb serbia serbien serbie servia servie srbsko sirbistan сербия セルヒア 세르비아 塞尔维亚 србија srbija
rs republikasrbija
ru rus russia russland russie rusia rusland ryssland rosja rusko rusya россия ロシア 러시아 俄罗斯
ru russianfederation russischefoderation россиискаяфедерация рф federationderussie
ru federacionderusia federazionerussa
rw rwa rwanda rwandeserepublic
sa sau saudiarabia saudiarabien arabiesaoudite arabiasaudi arabiasaudita saoediarabie
sa arabiasaudyjska saudskaarabie suudiarabistan саудовскаяаравия サウシアラヒア 사우디아라비아 沙特阿拉伯
sa المملكةالعربيةالسعودية ksa saudi saoudiarabie
sb slb solomonislands
sc syc seychelles
sd sdn sudan
se swe sweden schweden suede suecia svezia zweden sverige szwecja svedsko isvec швеция スウェーテン 스웨덴
se 瑞典 konungariketsverige
sg sgp singapore singapur singapour singapura сингапур シンカホール 싱가포르 新加坡
sh shn sainthelena sainthelenaascensiontristandacunha ascensionisland tristandacunha
sh sainthelenaascensionandtristandacunha
si svn slovenia slowenien slovenie eslovenia slovenien slowenia slovinsko slovenya словения スロヘニア
si 슬로베니아 斯洛文尼亚 slovenija republikaslovenija
sj sjm svalbardjanmayen svalbardjanmayenislands svalbard janmayen
sk svk slovakia slowakei slovaquie eslovaquia slovacchia slowakije slovakien slovakiet slowacja
sk slovensko slovakya словакия スロハキア 슬로바키아 斯洛伐克 slovakrepublic slovenskarepublika
sk slowakischerepublik republiqueslovaque republicaeslovaca
sl sle sierraleone
sm smr sanmarino
sn sen senegal
so som somalia
sr sur suriname
ss ssd southsudan
st stp saotomeprincipe saotome saotomeeprincipe democraticrepublicofsaotomeandprincipe
sv slv elsalvador
sx sxm sintmaartendutchpart saintmartindutchpart saintmaarten sintmaarten
sy syr syria syrianarabrepublic
sz swz eswatini swaziland
tc tca turkscaicosislands turkscaicos turksandcaicosislands
td tcd chad tchad
tf atf frenchsouthernterritories frenchsouthernantarcticlands
tg tgo togo togoleserepublic
th tha thailand thailande tailandia thailandia tajlandia thajsko tayland таиланд タイ 태국 泰国 ไทย
tj tjk tajikistan
tk tkl tokelau
tl tls timorleste easttimor
tm tkm turkmenistan
tn tun tunisia tunisie تونس
to ton tonga
tr tur turkiye turkei turquie turquia turchia turkije turkiet tyrkiet tyrkia turcja turecko турция
tr トルコ 튀르키예 土耳其 turkey tuerkei turkiyecumhuriyeti
tt tto trinidadtobago trinidad
tv tuv tuvalu
tw twn republicchina taiwan taiwanroc chinesetaipei tajwan tchajwan tayvan таивань 台湾 대만 台灣 臺灣
tw taiwanprovinceofchina
tz tza tanzania tanzaniaunitedrepublicof
ua ukr ukraine ucrania ucraina oekraine ukraina ukrajina ukrayna украина ウクライナ 우크라이나 乌克兰 украіна
ug uga uganda
um umi usoutlyingislands unitedstatesminoroutlyingislands usminoroutlyingislands
us usa unitedstatesamerica unitedstates america usofa vereinigtestaaten etatsunis estadosunidos
us eeuu statiuniti eua verenigdestaten vs stanyzjednoczone spojenestaty amerikabirlesikdevletleri
us abd соединенныештаты сша アメリカ合衆国 アメリカ 미국 美国 estadosunidosdeamerica estadosunidosdaamerica
us estadosunidosdenorteamerica etatsunisdamerique statiunitidamerica vereinigtestaatenvonamerika
us verenigdestatenvanamerika amerikasforentastater forentastaterna usas deforenedestater
us amerikasforentestater stanyzjednoczoneameryki spojenestatyamericke соединенныештатыамерики 米国
us 미합중국 美利坚合众国 美國 amerika amerique yhdysvallat ηνωμενεςπολιτειες ηπα الولاياتالمتحدة ארצותהברית
uy ury uruguay uruguai urugwaj уругваи ウルクアイ 우루과이 乌拉圭 republicaorientaldeluruguay
uz uzb uzbekistan
va vat vaticancity holyseevaticancitystate vaticancitystate holysee vatican
vc vct saintvincentgrenadines saintvincent saintvincentandthegrenadines
ve ven venezuela venezuelarb venezuelabolivarianrepublicof
vg vgb britishvirginislands bvi virginislandsbritish virginislandsuk
vi vir usvirginislands unitedstatesvirginislands usvi virginislandsus virginislandsunitedstates
vi virginislandsusa virginislandsoftheunitedstates
vn vnm vietnam vietna vietname wietnam вьетнам ヘトナム 베트남 越南
vu vut vanuatu
wf wlf wallisfutuna wallisfutunaislands
ws wsm samoa westernsamoa
xk xkx kosovo
ye yem yemen
yt myt mayotte
za zaf southafrica sudafrika afriquedusud sudafrica africadosul zuidafrika sydafrika sorafrika
za republikapoludniowejafryki jihoafrickarepublika guneyafrika южноафриканскаяреспублика 南アフリカ
za 남아프리카 南非 suidafrika rsa safrica
zm zmb zambia
zw zwe zimbabwe"""
