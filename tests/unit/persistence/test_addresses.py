"""The address of a database: of one server, or of several."""

import pytest

from persistence.addresses import servers_of


@pytest.mark.parametrize(
    ("url", "servers"),
    [
        (
            "postgresql://u:p@db.example:5433/lectern?sslmode=require",
            ["postgresql://u:p@db.example:5433/lectern?sslmode=require"],
        ),
        ("postgres://u@db/lectern", ["postgres://u@db/lectern"]),
        ("postgresql:///lectern", ["postgresql:///lectern"]),
        ("postgresql://lectern@/lectern?host=/run/a%20b", ["postgresql://lectern@/lectern?host=/run/a%20b"]),
        (
            "postgresql://u:p%40@one:5432,two,[::1]:5434/lectern?target_session_attrs=read-write",
            [
                "postgresql://u:p%40@one:5432/lectern?target_session_attrs=read-write",
                "postgresql://u:p%40@two/lectern?target_session_attrs=read-write",
                "postgresql://u:p%40@[::1]:5434/lectern?target_session_attrs=read-write",
            ],
        ),
        (
            "postgresql://u@/l?host=one,/run/two&port=5433",
            ["postgresql://u@one:5433/l", "postgresql://u@/l?host=/run/two&port=5433"],
        ),
        ("postgresql://u@/l?host=one,two&port=1,2", ["postgresql://u@one:1/l", "postgresql://u@two:2/l"]),
        (
            "postgresql://u@%2Frun%2Fa,%2Frun%2Fb:5433/l",
            ["postgresql://u@/l?host=/run/a", "postgresql://u@/l?host=/run/b&port=5433"],
        ),
    ],
)
def test_each_server_has_an_address_of_its_own(url: str, servers: list[str]) -> None:
    assert servers_of(url) == servers


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://x/y", "must begin with postgresql://"),
        ("postgresql://a\n/b", "must begin with"),
        ("nonsense", "must begin with"),
        ("postgresql://u@[::1/l", "can be read"),
        ("postgresql://u@a/l?host", "can be read"),
        ("postgresql://u@a,,b/l", "one:5432,two:5432"),
        ("postgresql://u@a:1:2/l", "one:5432,two:5432"),
        ("postgresql://u@/l?host=a,&port=1", "a port for each host"),
        ("postgresql://u@/l?host=a,b,c&port=1,2", "a port for each host"),
        ("postgresql://u@a:99999/l", "ports from 1 to 65535"),
        ("postgresql://u@a:0/l", "ports from 1 to 65535"),
        ("postgresql://u@a,b/l?target_session_attrs=any", "written to"),
        ("postgresql://u@a,b/l?target_session_attrs=prefer-standby", "written to"),
    ],
)
def test_what_is_no_address_to_write_to_is_refused_in_a_few_words(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refusal:
        servers_of(url)
    assert url not in str(refusal.value)
