"""What pages may load and use, with and without the school's video."""

import pytest

from classroom.video.jitsi import Jitsi
from collab_server.security_headers import content_security_policy, permissions_policy

ORIGIN = "https://meet.school.example"


def directives(policy: str) -> dict[str, list[str]]:
    return {name: rest for name, *rest in (part.split() for part in policy.split("; "))}


def test_without_video_nothing_comes_from_elsewhere():
    assert "http" not in content_security_policy(video_origin=None)
    assert "frame-src" not in directives(content_security_policy(video_origin=None))
    assert permissions_policy(video_origin=None).startswith("camera=(self), ")


def test_with_video_exactly_its_origin_may_bring_a_script_and_a_frame():
    without = directives(content_security_policy(video_origin=None))
    policy = directives(content_security_policy(video_origin=ORIGIN))
    assert policy["script-src"] == [*without["script-src"], ORIGIN]
    assert policy["frame-src"] == ["'self'", ORIGIN]
    changed = {"script-src", "frame-src"}
    assert {name: rest for name, rest in policy.items() if name not in changed} == {
        name: rest for name, rest in without.items() if name not in changed
    }


def test_the_frame_of_the_video_may_use_camera_microphone_and_screen_and_nothing_else():
    parts = permissions_policy(video_origin=ORIGIN).split(", ")
    assert parts == [
        *(f'{name}=(self "{ORIGIN}")' for name in ("camera", "microphone", "display-capture")),
        "geolocation=()",
    ]


@pytest.mark.parametrize(
    ("domain", "origin"),
    [
        ("meet.school.example", "https://meet.school.example"),
        ("meet.school.example:8443", "https://meet.school.example:8443"),
        ("127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("localhost", "http://localhost"),
        ("localhost:9000", "http://localhost:9000"),
        ("192.168.1.5", "https://192.168.1.5"),
    ],
)
def test_video_is_encrypted_unless_it_is_on_this_very_machine(domain, origin):
    jitsi = Jitsi(domain, "app", "secret")
    assert jitsi.origin == origin
    assert "secret" not in repr(jitsi)
