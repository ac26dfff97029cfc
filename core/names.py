"""People's names as payrolls and treasurers write them: folded, put in order, and held against each other.

Shared by every import. A comparison never decides whose money it is; it says
whether two ways of writing may be one person, how surely, and why.
"""

import re
import unicodedata
from dataclasses import dataclass

from rapidfuzz.distance import JaroWinkler

TITLES = frozenset({
    "alh", "alhaji", "alhaja", "hajia", "hajiya", "haj", "mallam", "malam", "mal", "mr", "mrs", "ms", "miss",
    "mss", "dr", "prof", "engr", "eng", "arc", "arch", "barr", "barrister", "chief", "otunba", "pastor", "pst",
    "rev", "revd", "reverend", "fr", "sis", "bro", "deacon", "deaconess", "dcn", "dns", "evang", "evangelist",
    "sir", "lady", "dame", "hon", "comrade", "comr", "capt", "maj", "gen", "sgt", "insp", "asp", "sp", "qs",
    "tpl", "esv", "surv", "pharm", "elder", "late", "jp", "phd", "esq", "jnr", "snr", "jr", "sr", "mni", "oon",
    "mfr", "mnse", "fnse", "nee",
})  # fmt: skip
# One spelling stands for all: what clerks write for the same name. Short forms of a longer name are not among them.
SPELLINGS = {
    variant: group.split()[0]
    for group in (
        "mohammed muhammad muhammed mohamed mohammad mohamad mohd muhd muhammadu mahammad mohammd",
        "abubakar abubakr abubaka aboubakar abubarka",
        "sulaiman suleiman sulayman suleman sulaimon sulyman",
        "usman uthman osman ousman usmanu",
        "ibrahim ebrahim ibraheem ibrahima",
        "yusuf yusuff yusufu yousuf yusif",
        "aisha aishat aishatu ayesha aysha",
        "fatima fatimah fatimat fatimoh fatimatu",
        "maryam mariam maryamu mariamu",
        "hauwa hawa hauwau",
        "abdullahi abdulahi abdullah abdallah",
        "abdulrahman abdurrahman abdulraman abdurahman",
        "halima halimah halimat halimatu",
        "zainab zaynab zainabu",
        "khadija khadijah hadiza khadijat",
        "umar umaru omar",
        "aliyu aliu alliyu",
        "isah isa issa",
        "musa moussa musah",
        "hassan hasan",
        "hussaini hussain husain husseini hussein",
        "lawal lawan lawali",
        "adamu adam",
        "danladi danlady",
        "chukwu chuku",
        "chinedu chineddu",
        "ngozi ngosi",
        "ifeoma ifyoma",
        "nnamdi namdi",
        "okafor okafo okarfor",
        "elizabeth elisabeth",
        "catherine katherine catharine",
        "stephen steven",
        "philip phillip",
    )
    for variant in group.split()
}
# Names that people shorten; enough to find a person, never enough to be sure. A short form that is a usual name
# of its own (Amaka, Emeka, Uche) is not here: it would make one person of two.
SHORT_FORMS = {
    "wale": "adewale", "seun": "oluwaseun", "tunde": "babatunde", "femi": "olufemi", "kunle": "adekunle",
    "bunmi": "olubunmi", "tope": "temitope", "dayo": "adedayo", "gbenga": "olugbenga", "segun": "olusegun",
    "bukky": "bukola", "chuks": "chukwuma", "ify": "ifeoma", "tayo": "adetayo", "nkem": "nkemdilim",
}  # fmt: skip
_LETTERS = str.maketrans(
    {"ɓ": "b", "ɗ": "d", "ƙ": "k", "ƴ": "y", "ŋ": "n", "ø": "o", "ß": "ss", "ł": "l", "đ": "d", "’": "'", "`": "'"}
)
_WORD = re.compile(r"[a-z]+")
ALIKE = 0.90  # Jaro-Winkler of two words that may be one name misspelt
NEAR = 0.80


def folded(text: str) -> str:
    """The text in lower case without tonal or other marks: "Ọlámidé" is "olamide"."""
    if text.isascii():
        return text.lower().replace("`", "'")
    spread = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(letter for letter in spread if not unicodedata.combining(letter))


def name_tokens(name: str) -> tuple[str, ...]:
    """The words of a name as written, folded, titles and punctuation gone, usual spellings made one; initials stay."""
    plain = folded(name).replace("'", "")
    plain = re.sub(r"\b(abu)[\s\-]+(bakar)\b", r"\1\2", plain)
    plain = re.sub(r"\b(abdul)[\s\-]+([a-z]{3,})\b", r"\1\2", plain)
    words = _WORD.findall(re.sub(r"[^a-z]", " ", plain))
    kept = [word for word in words if word not in TITLES]
    if len(kept) < 2:
        kept = words if len(words) <= 2 else kept or words
    return tuple(SPELLINGS.get(word, word) for word in kept)


def name_key(name: str) -> str:
    """One key for all orders and spellings of a full name: its words sorted, "ojo emeka" for "Alh. EMEKA, Ojo"."""
    return " ".join(sorted(name_tokens(name)))


@dataclass(frozen=True, slots=True)
class NameMatch:
    """How two names stand to each other.

    `verdict` is `same` (all words agree), `fits` (one is a shorter way to write the other), `near`
    (a misspelling may lie between) or `differs`; `score` is 0 to 100; `reason` is for a person to read.
    """

    verdict: str
    score: int
    reason: str

    @property
    def contradicts(self) -> bool:
        return self.verdict == "differs"


def compare_names(left: str, right: str) -> NameMatch:
    """Hold two ways of writing a name against each other, initials and word order allowed for."""
    one, two = name_tokens(left), name_tokens(right)
    if not one or not two:
        return NameMatch("differs", 0, "one of them has no name")
    if sorted(one) == sorted(two):
        return NameMatch("same", 100, "the same words")
    shorter, longer = sorted((one, two), key=lambda words: (sum(len(word) > 1 for word in words), len(words)))
    return _fit(shorter, longer)


def _fit(shorter: tuple[str, ...], longer: tuple[str, ...]) -> NameMatch:
    left = list(longer)
    exact = alike = near = initials = wrong = 0
    full = [word for word in shorter if len(word) > 1]
    rest = []
    for word in full:
        if word in left:
            left.remove(word)
            exact += 1
        else:
            rest.append(word)
    for word in rest:
        best = max(left, key=lambda other: _likeness(word, other), default="")
        likeness = _likeness(word, best) if best else 0.0
        if len(best) == 1 and word[0] == best:
            initials += 1
        elif likeness >= ALIKE:
            alike += 1
        elif likeness >= NEAR:
            near += 1
        else:
            wrong += 1
            continue
        left.remove(best)
    for initial in (word for word in shorter if len(word) == 1):
        found = next((word for word in left if word[0] == initial), None)
        if found is None:
            wrong += 1
        else:
            left.remove(found)
            initials += 1
    return _verdict(exact, alike, near, initials, wrong, left)


def _likeness(word: str, other: str) -> float:
    if len(other) == 1 or len(word) == 1:
        return 0.85 if word[0] == other[0] else 0.0
    if SHORT_FORMS.get(word) == other or SHORT_FORMS.get(other) == word:
        return NEAR
    return JaroWinkler.similarity(word, other)


def _verdict(exact: int, alike: int, near: int, initials: int, wrong: int, left: list[str]) -> NameMatch:
    words = exact + alike + near + initials + wrong
    score = round(100 * (exact + 0.9 * alike + 0.7 * near + 0.8 * initials) / words) if words else 0
    if wrong == 0 and near == 0 and exact:
        if alike:
            return NameMatch("fits", max(score - 2 * len(left), 0), "the same words, one spelt in another way")
        return NameMatch("fits", max(score - 2 * len(left), 0), "a shorter way to write the same name")
    if wrong == 0 and exact + alike:
        return NameMatch("near", max(score - 5, 0), "the words are near, as a misspelling would be")
    return NameMatch("differs", min(score, 50), "the names are different")
