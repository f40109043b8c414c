import stat
from pathlib import Path

import pytest

from auth.registration import RegistrationMode
from collab_server.settings import Environment, Settings, SettingsError

LONG_KEY = "k" * 32


def problems_of(**variables: str) -> list[str]:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment({f"LECTERN_{name}": value for name, value in variables.items()})
    return refusal.value.problems


def test_without_variables_the_defaults_of_development_hold() -> None:
    settings = Settings.from_environment({"PATH": "/bin"})
    assert settings.env is Environment.DEVELOPMENT
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.demo
    assert settings.registration.teacher is RegistrationMode.OPEN


def test_production_is_careful_by_default() -> None:
    settings = Settings.from_environment({"LECTERN_ENV": "production", "LECTERN_SECRET_KEY": LONG_KEY})
    assert not settings.demo
    assert settings.registration.student is RegistrationMode.OPEN
    assert settings.registration.teacher is RegistrationMode.APPROVAL


def test_every_problem_is_listed_at_once() -> None:
    problems = problems_of(PORT="0", ENV="staging", DEMO="perhaps", FILE_MAX_BYTES="1_000", PUBLIC_URL="lectern")
    assert [problem.split()[0] for problem in problems] == [
        "LECTERN_DEMO",
        "LECTERN_ENV",
        "LECTERN_FILE_MAX_BYTES",
        "LECTERN_PORT",
        "LECTERN_PUBLIC_URL",
    ]
    assert all("\n" not in problem for problem in problems)


def test_a_misspelt_name_is_a_problem_and_the_right_one_is_offered() -> None:
    assert problems_of(REGISTRATON="student=open") == [
        "LECTERN_REGISTRATON is not a setting; did you mean LECTERN_REGISTRATION?"
    ]


def test_the_test_suites_own_variables_are_left_alone() -> None:
    Settings.from_environment({"LECTERN_TEST_BROWSER": "/usr/bin/chromium"})


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment({"LECTERN_PORT": "", "LECTERN_HOST": " "}) == Settings.from_environment({})


def test_production_refuses_an_empty_secret_key() -> None:
    assert problems_of(ENV="production") == ["LECTERN_SECRET_KEY must be set when LECTERN_ENV=production"]


def test_production_refuses_passwords_that_are_cheap_to_guess() -> None:
    cheap = {"PASSWORD_HASH_BYTES": "8192", "PASSWORD_HASH_PASSES": "1"}
    assert problems_of(ENV="production", SECRET_KEY=LONG_KEY, **cheap) == [
        "LECTERN_PASSWORD_HASH_BYTES must be at least 19922944 when LECTERN_ENV=production",
        "LECTERN_PASSWORD_HASH_PASSES must be at least 2 when LECTERN_ENV=production",
    ]
    Settings.from_environment({f"LECTERN_{name}": value for name, value in cheap.items()})


def test_a_short_secret_key_is_refused_without_showing_it() -> None:
    (problem,) = problems_of(SECRET_KEY="hunter2")
    assert "at least 32" in problem
    assert "hunter2" not in problem


def test_a_bad_database_url_is_refused_without_showing_its_password() -> None:
    (problem,) = problems_of(DATABASE_URL="mysql://root:hunter2@db/lectern")
    assert problem.startswith("LECTERN_DATABASE_URL must begin with postgresql://")
    assert "hunter2" not in problem


def test_a_database_may_be_on_several_servers_that_can_be_written_to() -> None:
    url = "postgresql://lectern:hunter2@one:5432,two:5433/lectern?target_session_attrs=read-write"
    assert Settings.from_environment({"LECTERN_DATABASE_URL": url}).database_url == url
    (problem,) = problems_of(DATABASE_URL=url.replace("read-write", "prefer-standby"))
    assert problem == ("LECTERN_DATABASE_URL must lead to servers that are written to: target_session_attrs=read-write")


@pytest.mark.parametrize("text", ["open", "student", "student=maybe", "admin=open", "student=open,student=closed"])
def test_a_bad_registration_policy_is_refused(text: str) -> None:
    (problem,) = problems_of(REGISTRATION=text)
    assert problem.startswith("LECTERN_REGISTRATION must be like")


def test_a_role_that_the_registration_policy_does_not_name_may_not_register() -> None:
    settings = Settings.from_environment({"LECTERN_REGISTRATION": "student=invitation"})
    assert settings.registration.student is RegistrationMode.INVITATION
    assert settings.registration.teacher is RegistrationMode.CLOSED


@pytest.mark.parametrize("text", ["0", "-1", "36501", "a year", "1.5"])
def test_histories_are_whole_or_go_back_some_days(text: str) -> None:
    assert Settings.from_environment({}).history_days is None
    assert Settings.from_environment({"LECTERN_HISTORY_DAYS": "365"}).history_days == 365
    assert problems_of(HISTORY_DAYS=text) == [
        f"LECTERN_HISTORY_DAYS must be a whole number from 1 to 36500, not {text!r}"
    ]


def test_limits_that_contradict_each_other_are_refused() -> None:
    (problem,) = problems_of(MESSAGE_MAX_BYTES="33554432", FIRST_SYNC_MAX_BYTES="1048576")
    assert "LECTERN_FIRST_SYNC_MAX_BYTES" in problem


@pytest.mark.parametrize("url", ["https://school.example/lectern", "ftp://school.example", "https://", "https://a@b"])
def test_a_public_url_is_only_a_scheme_and_a_host(url: str) -> None:
    (problem,) = problems_of(PUBLIC_URL=url)
    assert problem.startswith("LECTERN_PUBLIC_URL")


@pytest.mark.parametrize(
    ("host", "url"), [("0.0.0.0", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000"), ("a.b", "http://a.b:8000")]
)
def test_the_default_public_url_can_be_opened_on_this_machine(host: str, url: str) -> None:
    assert Settings.from_environment({"LECTERN_HOST": host}).public_url == url


JITSI = {"JITSI_DOMAIN": "meet.school.example", "JITSI_APP_ID": "lectern", "JITSI_APP_SECRET": "s3cret of Jitsi"}


def test_video_needs_its_three_settings_or_none() -> None:
    settings = Settings.from_environment({f"LECTERN_{name}": value for name, value in JITSI.items()})
    assert settings.jitsi_domain == "meet.school.example"
    assert "s3cret" not in repr(settings) + str(settings.described())
    assert Settings.from_environment({}).jitsi_domain == ""
    for missing in JITSI:
        problems = problems_of(**{name: value for name, value in JITSI.items() if name != missing})
        assert problems == [f"LECTERN_{missing} must be set too: Jitsi needs all three"]


@pytest.mark.parametrize(
    "domain",
    ["https://meet.school.example", "meet.school.example/", "a b", "meet;script-src *", "-x", "meet:port", "*"],
)
def test_a_video_domain_is_only_a_host_and_a_port(domain: str) -> None:
    problems = problems_of(**{**JITSI, "JITSI_DOMAIN": domain})
    assert problems[0].startswith("LECTERN_JITSI_DOMAIN must be a host name")


def test_secrets_are_neither_in_the_repr_nor_in_the_description() -> None:
    settings = Settings.from_environment(
        {"LECTERN_SECRET_KEY": LONG_KEY, "LECTERN_DATABASE_URL": "postgresql://u:hunter2@db/x"}
    )
    shown = repr(settings) + str(settings.described())
    assert LONG_KEY not in shown
    assert "hunter2" not in shown


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    first = settings.with_secret_key().secret_key
    assert len(first) >= 32
    assert settings.with_secret_key().secret_key == first
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_a_given_secret_key_is_not_written_down(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path, secret_key=LONG_KEY).with_secret_key().secret_key == LONG_KEY
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_secret_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret_key").write_text("short")
    with pytest.raises(SettingsError, match="is damaged"):
        Settings(data_dir=tmp_path).with_secret_key()


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("a.b", False)],
)
def test_a_server_is_local_when_only_this_machine_can_reach_it(host: str, local: bool) -> None:
    assert Settings(host=host).local is local


def test_mail_needs_a_server_and_a_sender() -> None:
    settings = Settings.from_environment(
        {
            "LECTERN_SMTP_URL": "smtps://lectern:se%40cret@mail.school.example:465",
            "LECTERN_MAIL_FROM": "Lectern <lectern@school.example>",
        }
    )
    assert "se%40cret" not in str(settings.described())
    assert problems_of(SMTP_URL="smtp://mail.school.example") == [
        "LECTERN_MAIL_FROM must be set too: mail needs a server and a sender"
    ]
    assert problems_of(MAIL_FROM="lectern@school.example") == [
        "LECTERN_SMTP_URL must be set too: mail needs a server and a sender"
    ]


@pytest.mark.parametrize(
    "url",
    ["mail.school.example", "http://mail", "smtp://", "smtp://mail:0x", "smtp://mail/path", "smtp://a:%C3%B6@mail"],
)
def test_a_wrong_mail_server_is_named_and_its_password_is_not(url: str) -> None:
    [problem] = [each for each in problems_of(SMTP_URL=url) if "SMTP_URL" in each]
    assert problem == ("LECTERN_SMTP_URL must be like smtp://user:password@mail.school.example:587, or smtps://…")


@pytest.mark.parametrize("sender", ["Lectern", "lectern@", "@school.example", "a b@school.example", "x@school"])
def test_a_wrong_sender_is_a_problem(sender: str) -> None:
    assert any(each.startswith("LECTERN_MAIL_FROM must be like") for each in problems_of(MAIL_FROM=sender))


S3 = {
    "FILES_S3_BUCKET": "lectern",
    "FILES_S3_ENDPOINT": "https://s3.school.example",
    "FILES_S3_ACCESS_KEY_ID": "key",
    "FILES_S3_SECRET_ACCESS_KEY": "hidden",
}


def test_an_s3_store_needs_a_bucket_and_a_key() -> None:
    settings = Settings.from_environment({f"LECTERN_{name}": value for name, value in S3.items()})
    assert settings.files_s3_bucket == "lectern"
    assert "hidden" not in f"{settings!r}{settings.described()}"
    for missing in ("FILES_S3_BUCKET", "FILES_S3_ACCESS_KEY_ID", "FILES_S3_SECRET_ACCESS_KEY"):
        (problem,) = problems_of(**{name: value for name, value in S3.items() if name != missing})
        assert problem.startswith(f"LECTERN_{missing} must be set too")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FILES_S3_BUCKET", "My Bucket"),
        ("FILES_S3_ENDPOINT", "s3.school.example"),
        ("FILES_S3_ENDPOINT", "https://s3.school.example/lectern"),
        ("FILES_S3_REGION", "Europe"),
        ("FILES_S3_PREFIX", "../other"),
        ("FILES_S3_PREFIX", "a//b"),
        ("PERSON_FILES_MAX_BYTES", "5 GB"),
        ("UNUSED_FILES_KEPT_DAYS", "0"),
    ],
)
def test_a_wrong_setting_for_files_is_named(name: str, value: str) -> None:
    problem, *_ = problems_of(**{**S3, name: value})
    assert problem.startswith(f"LECTERN_{name} must be")


def test_providers_of_sign_on_are_read_and_never_shown() -> None:
    provider = '{"id": "school", "name": "School", "issuer": "https://id.example", "client_id": "x", "client_secret": "hush-hush"}'
    settings = Settings.from_environment({"LECTERN_OIDC_PROVIDERS": f"[{provider}]"})
    assert [each.id for each in settings.oidc_providers] == ["school"]
    assert "hush-hush" not in f"{settings!r} {settings.described()}"
    [problem] = problems_of(OIDC_PROVIDERS=f"[{provider.replace('https', 'http')}]")
    assert problem.startswith("LECTERN_OIDC_PROVIDERS provider 1: issuer must begin with https://")
    assert "hush-hush" not in problem
