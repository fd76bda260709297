"""Characters of JIS X 0208 levels 1 and 2, which is what the online system takes; and how widely they are written."""

import unicodedata

_SAME_IN_JIS = str.maketrans({"－": "−", "～": "〜", "∥": "‖", "￠": "¢", "￡": "£", "￢": "¬"})
"""Characters that keyboards give and JIS X 0208 writes with another code point."""
_JAPANESE = ("CJK", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA")


def count_foreign_to_jis(text: str) -> int:
    """How many characters the online system would refuse."""
    return sum(not _in_jis(sign) for sign in text.translate(_SAME_IN_JIS) if sign not in "\n\t")


def mixes_widths(text: str) -> bool:
    """Whether a Japanese text also holds half-width letters, digits or signs, which full-width fields refuse."""
    is_japanese = any(unicodedata.name(sign, "").startswith(_JAPANESE) for sign in text)
    return is_japanese and holds_half_width(text)


def holds_half_width(text: str) -> bool:
    """Whether any sign of a text is half-width."""
    return any(_is_narrow(sign) for sign in text)


def in_full_width(text: str) -> str:
    """The same text with every half-width sign in full width; half-width kana join their marks."""
    composed = unicodedata.normalize("NFKC", text)
    return "".join(_widened(sign) for sign in composed)


def _widened(sign: str) -> str:
    if sign == " ":
        return "\u3000"
    return chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign


def _is_narrow(sign: str) -> bool:
    return sign not in "\n\t" and unicodedata.east_asian_width(sign) in ("Na", "H")


def _in_jis(sign: str) -> bool:
    try:
        sign.encode("iso2022_jp")
    except UnicodeEncodeError:
        return sign in "¢£¬−‖〜"
    return True
