"""A body that can do no harm, whatever was pasted into it."""

from __future__ import annotations

import re

import pytest

from backend.essentials.body import plain, sanitise

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="JaVaScRiPt:alert(1)">x</a>',
    '<a href="java\tscript:alert(1)">x</a>',
    '<a href="&#106;avascript:alert(1)">x</a>',
    '<a href=" javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:msgbox(1)">x</a>',
    '<p onclick="alert(1)">x</p>',
    '<p style="background:url(javascript:alert(1))">x</p>',
    '<p style="position:fixed;inset:0">x</p>',
    "<iframe src=//evil.example></iframe>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<object data=evil.swf></object>",
    "<embed src=evil.swf>",
    '<form action="https://evil.example"><input name=q><button>Gửi</button></form>',
    "<style>@import 'https://evil.example/x.css';</style>",
    '<link rel=stylesheet href="https://evil.example/x.css">',
    '<meta http-equiv=refresh content="0;url=https://evil.example">',
    '<base href="https://evil.example/">',
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><script>alert(1)</script></template>",
    "<video><source onerror=alert(1)></video>",
    "<details open ontoggle=alert(1)>x</details>",
    '<table background="javascript:alert(1)"><tr><td>x</td></tr></table>',
    "<x onclick=alert(1)>x</x>",
    '<p id="tl-data" class="alert">x</p>',
    '<a href="https://a.example" target="_blank" rel="opener">x</a>',
    "<a href='https://a.example' onmouseover='alert(1)'>x</a>",
    "<<script>alert(1);//<</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "<p>\ud800\udfff</p>",
]
HARMFUL = re.compile(
    r"<(script|style|iframe|object|embed|form|input|button|link|meta|base|svg|math|img|video|source"
    r"|template|details|noscript|x)\b|\son\w+\s*=|javascript:|vbscript:|data:|style=|class=|\bid=|target=",
    re.IGNORECASE,
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_runs_or_dresses_up_survives(attack: str) -> None:
    safe = sanitise(f"<p>Đầu tin</p>{attack}")
    tags = "".join(re.findall(r"<[^>]*>", safe))
    assert not HARMFUL.search(tags), safe
    assert safe.startswith("<p>Đầu tin</p>")
    assert "alert(1)" not in tags


@pytest.mark.parametrize("attack", ATTACKS)
def test_cleaning_twice_changes_nothing(attack: str) -> None:
    once = sanitise(attack)
    assert sanitise(once) == once


def test_a_plain_article_is_kept_as_it_is() -> None:
    article = (
        "<h2>Lịch</h2><p>Thứ <strong>Năm</strong>, 7 giờ 30.</p><ul><li>Sổ tiêm</li></ul>"
        '<table><thead><tr><th scope="col">Ngày</th></tr></thead>'
        "<tbody><tr><td>3/12</td></tr></tbody></table>"
    )
    assert sanitise(article) == article


def test_links_leave_without_a_handle_on_the_page() -> None:
    safe = sanitise('<a href="https://gialai.gov.vn">Cổng tỉnh</a> <a href="tel:115">115</a>')
    assert safe.count('rel="noopener"') == 2
    assert 'href="tel:115"' in safe


def test_the_words_of_unknown_tags_are_kept() -> None:
    assert sanitise("<article><font color=red>Nghỉ học ngày mai</font></article>") == (
        "Nghỉ học ngày mai"
    )


def test_plain_words_keep_their_lines() -> None:
    html = "<h2>Lịch &amp; nơi tiêm</h2><p>Thứ Năm<br>Thứ Sáu</p><ul><li>Sổ</li><li>Thẻ</li></ul>"
    assert plain(html) == "Lịch & nơi tiêm\nThứ Năm\nThứ Sáu\nSổ\nThẻ"
    assert plain("") == ""
