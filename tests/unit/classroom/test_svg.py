"""Drawings that only draw."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classroom.files.svg import UnsafeSvg, check_svg


def drawing(inside: str, attributes: str = "") -> bytes:
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f"<svg {names} {attributes}>{inside}</svg>".encode()


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "<path d='M0 0 L10 10'/>",
        "<style>.a { fill: #fff; stroke: url(#gradient) }</style>",
        "<rect style='fill: url( &quot;#g&quot; )' clip-path='url(#c)'/>",
        "<use href='#a'/><use xlink:href='#b'/>",
        "<image href='data:image/png;base64,iVBORw0KGgo='/>",
        "<animate attributeName='x' from='0' to='10' values='0;5;10'/>",
        "<a href=''><text>a \\ backslash in a text</text></a>",
        "<text>javascript: is only text here</text>",
        "<metadata><x xmlns='http://example.org/inkscape' y='1'/></metadata>",
    ],
)
def test_a_drawing_is_accepted(inside):
    check_svg(drawing(inside))


@pytest.mark.parametrize(
    "inside",
    [
        "<SCRIPT/>",
        "<x:script xmlns:x='http://www.w3.org/2000/svg'/>",
        "<g ONCLICK='x'/>",
        "<a xlink:href=' JavaScript:alert(1)'/>",
        "<a href='vbscript:x'/>",
        "<a href='&#x6a;avascript:x'/>",
        "<image href='data:text/html;base64,AA=='/>",
        "<image href='file:///etc/passwd'/>",
        "<style>a{behavior: url(#x)}</style>",
        "<style>@IMPORT '//evil.example'</style>",
        '<style>a { background: URL( "//evil.example" ) }</style>',
        "<style>a</style><style>b{c:u\\72 l(x)}</style>",
        "<rect fill='url(https://evil.example#a)'/>",
        "<set attributeName='xlink:href' to='#x'/>",
        "<animate attributeName='href' to='#x'/>",
        "<animate attributeName='x' to='https://evil.example'/>",
        "<animateTransform attributeName='onclick'/>",
        "<b xmlns='http://www.w3.org/1999/xhtml'/>",
        "<iframe/>",
        "<?php echo 1 ?>",
        "<g>" * 300 + "</g>" * 300,
        "<g/>" * 100_001,
        "<unclosed>",
    ],
)
def test_a_drawing_that_does_more_is_refused(inside):
    with pytest.raises(UnsafeSvg):
        check_svg(drawing(inside))


@pytest.mark.parametrize(
    "content", [b"", b"<", b"<html/>", b"<svg/>", b"\x00", b"<?xml version='1.0' encoding='nonsense'?><svg/>"]
)
def test_what_is_no_drawing_is_refused(content):
    with pytest.raises(UnsafeSvg):
        check_svg(content)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_check(content):
    with pytest.raises(UnsafeSvg):
        check_svg(b"<svg xmlns='http://www.w3.org/2000/svg'>" + content)
