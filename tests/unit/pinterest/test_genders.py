from __future__ import annotations

import pytest

from edgee_py.pinterest.genders import gender


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        (
            "f",
            "F Female woman féminin femenino femme mujer donna vrouw Frau weiblich mulher kvinna",
        ),
        ("f", "kvinde kvinne kobieta žena kadın женщина женский 女性 女 여성"),
        ("m", "M Male man masculino masculin homme hombre uomo Mann männlich mannelijk homem"),
        ("m", "mand mężczyzna muž erkek мужчина мужской 男性 男 남성"),
        (
            "n",
            "N non-binary non-binaire divers other autre otro altro outro anders ノンバイナリー 기타 其他",
        ),
    ],
)
def test_words(letter: str, words: str) -> None:
    assert {word: gender(word) for word in words.split()} == dict.fromkeys(words.split(), letter)


@pytest.mark.parametrize("text", ["", "prefer not to say", "1", "yes", "-"])
def test_what_says_no_gender(text: str) -> None:
    assert gender(text) == ""
