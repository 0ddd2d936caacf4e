"""Whether a text is prose, and in which language: what is left of the original in a translation.

Names, codes, acronyms, units and the terms that translators keep are no prose, in whatever language they stand. Where
words alone cannot tell (`Online Drive` may be a product), the pages do: a capitalized word is a common one if they
write it in lower case elsewhere. What remains in doubt is no finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_SCRIPTS = {
    "zh": re.compile(f"[{_HAN}]"),
    "ja": re.compile(f"[{_HAN}\u3041-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7a3]"),
}
_EAST = re.compile(f"[{_HAN}\u3041-\u30ff\uac00-\ud7a3]")
_EAST_GRAMMAR = re.compile("[。的了是在和为与或请可否不用于将会由该此这时\u3041-\u309f]|[\uac00-\ud7a3]{2}")
# What may stand in any language in the middle of a text: code, addresses, markup, quotations, asides.
_ASIDE = re.compile(
    r"`{1,2}[^`\n]{0,2000}`{1,2}|<code>[^<>\n]{0,300}</code>|\]\([^()\s]{0,500}\)|https?://\S{1,500}|</?[A-Za-z][^<>]{0,200}>|\{[^{}\s]{0,80}\}"
    r"|\"[^\"\n]{0,300}\"|“[^”\n]{0,300}”|「[^」\n]{0,300}」|'(?:[^'\n]{0,300})'(?![A-Za-z])"
)
_FENCE = re.compile(r"^[ \t]*(```|~~~)[^\n]*\n(?:(?![ \t]*\1)[^\n]*\n){0,2000}[ \t]*\1[^\n]*", re.MULTILINE)
_QUALIFIED_NAME = re.compile(r"[a-z0-9_.-]+ \([^()]*\)")  # `invalid_param (document)`
_TITLE = re.compile(r"\[[A-Z][\w’'-]{0,40}(?: [A-Z][\w’'-]{0,40}){0,8}\](?=\()")  # a page by its name, linked to
_BEGIN = re.compile(r"(?:^|[.:!?] )\W{0,3}([A-Z][a-z]+)")  # in capitals whatever it is
_IN_PARENTHESES = re.compile(r"[(（][^()（）\n]{0,300}[)）]")
_WORD = re.compile(r"(?<![A-Za-z0-9_./@#$-])[A-Za-z]{2,}(?:['’][a-z]{1,2})?(?![A-Za-z0-9_/@-]|\.[A-Za-z])")
_RUN = re.compile(r"(?<![A-Za-z])[A-Za-z]{2,40}(?:[ ,]{1,2}[A-Za-z]{1,40}){3,200}")
_GRAMMAR = re.compile(
    r"(?:an?|the|of|to|in|on|at|by|for|from|with|without|and|or|not|no|is|are|was|were|be|been|has|have|had|does?|did"
    r"|can|could|cannot|may|must|should|will|would|if|when|where|which|who|whose|that|this|these|those|it|its|as|than"
    r"|then|into|only|any|all|each|every|more|less|per|your?|we)\Z"
)
_CONNECTIVES = frozenset({"and", "or", "of", "to", "per", "with", "for", "the"})  # stand between names and codes too
# Terms that Chinese and Japanese documentation keeps in English, by choice.
_KEPT = re.compile(
    r"(?:agents?|apis?|apps?|bearer|blob|boolean|bot|chatbot|chatflow|cookies?|embedding|emoji|endpoint|hook|html|https?"
    r"|ids?|json|keys?|llm|markdown|mock|null|payload|pipeline|plugin|prompt|rerank|schema|sdk|session|slug|tag|tokens?"
    r"|uris?|urls?|webhooks?|workflows?|yaml)\Z"
)
_REASONS = frozenset(
    {"payload too large", "unprocessable content", *(status.phrase.casefold() for status in HTTPStatus)}
)
_MARKUP = " \t#>*-|_"
_SENTENCE_END = (".", "!", "?", "。")


def is_script_own(language: str) -> bool:
    """Whether a language is written in a script that tells it from English."""
    return language in _SCRIPTS


def has_own_script(text: str, language: str) -> bool:
    """Whether a text holds a character of the script of its language; True for languages in Latin letters."""
    return text.isascii() is False and bool(_SCRIPTS[language].search(text)) if language in _SCRIPTS else True


def vocabulary(texts: Iterable[str]) -> frozenset[str]:
    """The words that these texts write in lower case."""
    return frozenset(word for text in texts for word in _WORD.findall(_ASIDE.sub(" ", text)) if word.islower())


def left_in(text: str, language: str, original: str, common: frozenset[str]) -> str:
    """The first line of a text that is not in its language, or nothing.

    `original` is the text of the same place in another language; `common` the words that are known to be no names.
    """
    if not is_script_own(language):
        if text == original and is_english(text, common) and language != "en":
            return text.strip()
        return "" if text.isascii() else next(filter(_is_eastern, _lines(text)), "").strip()
    plain = "\n" not in text and has_own_script(text, language) and not _RUN.search(text)
    if plain or _is_eastern(original):
        return ""
    lines = _lines(text)
    # A line of capitalized words may be the caption of something that has a name; alone, it is the text itself.
    words = common if len(lines) == 1 else frozenset()
    return next((line.strip() for line in lines if _is_left(line, language, original, words)), "")


def _lines(text: str) -> list[str]:
    return (_FENCE.sub("", text) if "\n" in text else text).splitlines()


def _is_left(line: str, language: str, original: str, common: frozenset[str]) -> bool:
    if not has_own_script(line, language):
        return is_english(line, common)
    rest = _IN_PARENTHESES.sub(" · ", _ASIDE.sub(" · ", line))
    for run in _RUN.findall(rest):
        words = run.replace(",", " ").split()
        if run in original and sum(map(_is_grammar, words)) > 1:
            return True
    return False


def is_english(line: str, common: frozenset[str]) -> bool:
    """Whether a line without any other script is English prose, not a name, a code or a list of such."""
    rest = _ASIDE.sub(" ", _TITLE.sub(" ", line)).strip(_MARKUP)
    line = line.strip(_MARKUP)
    if _QUALIFIED_NAME.fullmatch(line) or line.lstrip("0123456789 ").rstrip(".").casefold() in _REASONS:
        return False
    words = [word for word in _WORD.findall(rest) if not word.isupper() and not _is_mixed(word)]
    grammar = any(map(_is_grammar, words))
    content = [word for word in words if not _is_grammar(word) and not _KEPT.match(word.lower())]
    known = [word for word in content if word.islower() or word.lower() in common]
    if len({word for word in words if word.islower() and _is_grammar(word)} - _CONNECTIVES) > 1:
        begin = set(_BEGIN.findall(rest)) - set(known)
        content = [word for word in content if word not in begin]
        if not content:
            return True
    if not known or ("," in rest and not grammar) or 5 * len(known) < 3 * len(content):
        return False
    if any(word.islower() for word in content):
        return grammar or (rest.lstrip()[:1].isupper() and (len(content) > 1 or rest.rstrip().endswith(_SENTENCE_END)))
    return len(known) == len(content) and (len(known) > 1 or rest.rstrip().endswith(_SENTENCE_END))


def _is_grammar(word: str) -> bool:
    return bool(_GRAMMAR.match(word.lower()))


def _is_mixed(word: str) -> bool:
    return not (word.islower() or (word[0].isupper() and word[1:].islower()))


def _is_eastern(line: str) -> bool:
    """Whether a line is prose in an East Asian language: it has its grammar, and no more Latin letters than others."""
    if line.isascii():
        return False
    rest = _IN_PARENTHESES.sub(" ", _ASIDE.sub(" ", line))
    east = len(_EAST.findall(rest))
    return (
        east > 3
        and east >= sum(character.isascii() and character.isalpha() for character in rest)
        and bool(_EAST_GRAMMAR.search(rest))
    )
