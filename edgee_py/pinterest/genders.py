"""The words for a person's gender in the larger languages, and Pinterest's letter for each."""

from __future__ import annotations

from functools import cache

from edgee_py.pinterest.text_forms import fold

#: Folded words. Letters alone are those of forms: `w` weiblich, `h` homme and hombre, `k` kobieta, kvinde
#: and kadın, `v` vrouw, `d` divers.
_WORDS = {
    "f": """\
f female woman girl lady feminine mrs ms miss w weiblich frau femme feminin madame mme mujer femenino
femenina sra senora donna femmina femminile signora mulher feminino feminina v vrouw vrouwelijk k kvinna
kvinnlig kvinde kvindelig kvinne kvinnelig kobieta zenski zena zensky kadin bayan nainen no nő femeie ж
жен женский женщина жіноча жінка γυναικα θηλυ 女 女性 女子 女士 여 여성 여자 perempuan wanita nu หญิง
انثى נקבה אישה""",
    "m": """\
m male man boy gentleman masculine mr mister maennlich mannlich mann herr homme masculin monsieur h hombre
masculino sr senor uomo maschio maschile signore homem mannelijk manlig mand mandlig mannlig mezczyzna
meski muz muzsky erkek bay mies ferfi barbat м муж мужской мужчина чоловіча чоловік ανδρας αρρεν 男 男性
男子 先生 남 남성 남자 lakilaki pria nam ชาย ذكر זכר גבר""",
    "n": """\
n nonbinary nb enby x d diverse divers other another genderqueer thirdgender nichtbinar nichtbinaer
andere nonbinaire autre nobinario nobinaria nobinarie otro otra nonbinario nonbinaria altro altra
naobinario naobinaria outro outra nietbinair nonbinair anders ickebinar annat ikkebinaer ikkebinar andet
annet niebinarna inna inne nebinarni jine nonbiner diger muu небинарный другой другое ノンハイナリー
その他 논바이너리 기타 非二元 其他""",
}


def gender(text: str) -> str:
    """`f`, `m`, or `n` for non-binary, from the usual words; anything else is junk.

    Source: the text of `ge` in Pinterest's OpenAPI description.
    """
    return _letters().get(fold(text), "")


@cache
def _letters() -> dict[str, str]:
    return {fold(word): letter for letter, words in _WORDS.items() for word in words.split()}
