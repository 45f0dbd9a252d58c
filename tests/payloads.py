"""Texts that try to be something else: markup, code, formulas, commands of a terminal, other letters than they look.

`PAYLOADS` maps each to the code with which a text field refuses it, or to None: then it is text like any other, and
whatever shows it has to show it as it is. None of them is a name.
"""

from __future__ import annotations

import unicodedata
from html.parser import HTMLParser

HTML = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "<svg><script xlink:href='data:,alert(1)'/></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<svg><foreignObject><iframe srcdoc='<b>'></foreignObject></svg>",
    "<math><mtext></table><mglyph><style><img src onerror=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<object data='data:text/html,<b>'></object>",
    "<meta http-equiv=refresh content='0;url=//example.org'>",
    "<base href=//example.org/>",
    "<link rel=stylesheet href=//example.org/x.css>",
    "<form action=//example.org><input autofocus onfocus=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "</style><style>*{display:none}</style>",
    "</title></textarea></table></td>",
    "<td onclick=alert(1)>",
    "<!--><script>alert(1)</script-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///'>]><x>&e;</x>",
    "&lt;script&gt;",
    "&#60;script&#62; &amp;amp; &nbsp; &notin",
    "<<b>script>alert(1)<</b>/script>",
    "\uff1cscript\uff1e",
    '" style="position:fixed" x="',
    "' autofocus onfocus='alert(1)",
    "` onmouseover=alert(1) `",
    "<",
    "&",
    "<\u00a0script>",
)
SCRIPTS = (
    "javascript:alert(1)",
    "JaVaScRiPt&colon;alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "vbscript:msgbox(1)",
    "file:///etc/hostname",
    "//example.org/x.js",
    "https://example.org/\"onclick='alert(1)",
    "https://user:word@example.org/?q=<b>#&x=1",
    "';alert(1);//",
    '"-alert(1)-"',
    "</script>${alert(1)}",
    "expression(alert(1))",
    "url('javascript:alert(1)')",
    "@import '//example.org/x.css';",
)
MARKDOWN = (
    "[x](javascript:alert(1))",
    "![x](//example.org/x.png)",
    "[x]: javascript:alert(1)",
    "<https://example.org>",
    "```\n<b>\n```",
    "# not a heading",
    "* * *",
    "| a | b |\n|---|---|",
    "**bold** _it_ ~~no~~ `code`",
    "a\n===\n",
)
TEMPLATES = (
    "{{7*7}}",
    "{{ self.__init__.__globals__ }}",
    "{% for x in y %}",
    "${x}",
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "$(id)",
    "`id`",
    "; id #",
    "{0.__class__}",
    "{self.case}",
    "{}{}{0}{1}",
    "{!r:>{width}}",
    "%s%s%s%n",
    "%(name)s",
    "%99999999d",
    "100 %",
)
FORMULAS = (
    r"$\frac{1}{0}$",
    r"$\frac{}$",
    "$x^2$",
    "a $ b",
    "$$",
    r"\$",
    "_a^b",
    r"\input{x} \write18{id} \end{document}",
    r"\textbf{x} & y \\ % z",
    "=cmd|'/C calc'!A0",
    "=HYPERLINK(1)",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
)
READERS = (
    "a: b",
    "- a",
    "!!python/object/apply:os.system [id]",
    "&x *x",
    "<<: {a: 1}",
    "--- a",
    "... a",
    "|\n a",
    "'\"",
    '\\" \\u0041 \\x41 \\n',
    '{"__proto__": 1}',
    "__proto__",
    "\\",
    "a # b",
    "0.5",
    "2024-03-22",
    "a,b;c\td",
    "two\nlines",
    "../../x",
    "a" * 20_000,
    "<b>" * 6_000,
)
LETTERS = (
    "מי הורה על התקיפה؟",
    "من أمر بالهجوم",
    "می\u200cخواهم",
    "क्\u200dष",
    "谁下令的",
    "👩\u200d🚒🏳️",
    "aⅿiе",
    "e" + "\u0301" * 500,
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d" * 200,
    "\u2028a\u2029b",
    "\u00a0a\u3000b",
    "\ue000\U0010ffff",
    "\ufffd\ufffe\uffff",
    "ﷺ" * 100,
)
CONTROLS = (
    "\x1b[31mred\x1b[0m",
    "\x1b[2J\x1b[H",
    "\x1b]0;title\x07",
    "\x1b]8;;https://example.org\x07x\x1b]8;;\x07",
    "\x1b]52;c;aWQ=\x07",
    "\x1bP+q\x1b\\",
    "\x9b31m",
    "\x9d0;title\x9c",
    "\x85next",
    "a\rb",
    "a\b\b\bb",
    "a\x07",
    "a\x0bb\x0cc",
    "a\x7f",
    "a\x00b",
    "a\x1ab",
    "\u202egnp.exe",
    "\u2066a\u2069",
    "\u200ea\u200f",
    "\u061ca",
    "a\u200bb",
    "a\u2060b",
    "a\ufeffb",
    "a\u00adb",
    "\U000e0041\U000e0042",
    "\ufff9a\ufffab\ufffb",
    "a\ud800b",
    "\udc80",
    "\ude00\ud83d",
)
EMPTY = ("", " ", "\n\t\n", "\u3000", "\u00a0", "\u2028", "\u0301", "\u115f\u3164", "\u2800", "\u200c\u034f")
TOO_LONG = ("a" * 20_001, "<b>" * 7_000, "\U0001f525" * 30_000)

PAYLOADS: dict[str, str | None] = {
    **dict.fromkeys((*HTML, *SCRIPTS, *MARKDOWN, *TEMPLATES, *FORMULAS, *READERS, *LETTERS), None),
    **dict.fromkeys(CONTROLS, "E_TEXT_CONTROL"),
    **dict.fromkeys(EMPTY, "E_MISSING"),
    **dict.fromkeys(TOO_LONG, "E_LIMIT"),
}
ALLOWED = tuple(text for text, code in PAYLOADS.items() if code is None)

JOINERS = "\u200c\u200d"
"""What is invisible and may stand in a text all the same."""


def unseen(text: str) -> set[str]:
    """Signs that a terminal would obey instead of showing them."""
    return {sign for sign in text if unicodedata.category(sign) in ("Cc", "Cf", "Cs")} - {"\n", *JOINERS}


class Page(HTMLParser):
    """What a page consists of, as a browser reads it.

    Attributes
    ----------
    tags, attributes
        Every tag that is opened, and every attribute with its value.
    others
        Comments, declarations and instructions.
    shown
        All text, one entry for each stretch between tags.
    """

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str | None]] = set()
        self.others: list[str] = []
        self.shown: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(attrs)

    def handle_data(self, data: str) -> None:
        self.shown.append(data)

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment
