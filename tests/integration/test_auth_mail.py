"""Forgotten passwords and changes of address, with a real mail server; and mail servers that are away."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from auth.mail.models import MailState, OutgoingMailRow
from auth.mail.postbox import Postbox
from auth.mail.rules import ATTEMPTS_MAX
from auth.mail.transport import MailServer
from persistence.base import utc_now
from tests.integration.conftest import PASSWORD, PUBLIC_URL, Api, Client
from tests.mailbox import Mailbox, mailbox, plain, rich, secret_in
from tests.running_server import free_port

IsProblem = Callable[..., None]
SENDER = "Schule Ä <lectern@school.example>"
NEW_PASSWORD = "another good password"


@dataclass
class Hours:
    """The time of day that the postbox goes by."""

    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Post:
    """A school with a mail server."""

    api: Api
    box: Mailbox
    hours: Hours

    def use(self, url: str) -> Postbox:
        server = MailServer(url, SENDER)
        postbox = Postbox(self.api.services.database, server, public_url=PUBLIC_URL, now=self.hours)
        self.api.replace(postbox=postbox)
        return postbox

    async def deliver(self) -> int:
        return await self.api.services.postbox.send_due()

    async def rows(self) -> list[OutgoingMailRow]:
        async with self.api.services.database.transaction() as transaction:
            return list((await transaction.session.scalars(select(OutgoingMailRow).order_by(OutgoingMailRow.id))).all())

    async def link_for(self, email: str) -> str:
        assert (await self.api.client().post("/auth/password-reset", {"email": email})).status_code == 202
        await self.deliver()
        return secret_in(self.box.to(email)[-1])


@pytest.fixture
async def post(api: Api) -> AsyncIterator[Post]:
    async with mailbox() as box:
        post = Post(api, box, Hours(utc_now()))
        post.use(box.url)
        yield post


async def reset(api: Api, token: str, password: str = NEW_PASSWORD):
    return await api.client().request("PUT", "/auth/password", json={"token": token, "password": password})


async def test_a_forgotten_password_is_replaced_with_a_link_and_every_sign_in_ends(
    post: Post, is_problem: IsProblem
) -> None:
    person = await post.api.person("student", "林 <b>美</b>")
    await person.patch("/me", {"locale": "de-AT"})
    link = await post.link_for(person.email)
    message = post.box.to(person.email)[0]
    assert (message["Subject"], message["From"], message["Content-Language"]) == ("Neues Passwort wählen", SENDER, "de")
    assert f"{PUBLIC_URL}/reset-password#{link}" in plain(message)
    assert f'href="{PUBLIC_URL}/reset-password#{link}"' in rich(message)
    assert "<b>" in plain(message)
    assert "<b>" not in rich(message)
    assert (await reset(post.api, link)).status_code == 204
    is_problem(await person.get("/me"), 401, "token_revoked")
    is_problem(await person.sign_in(person.email), 401, "invalid_credentials")
    assert (await person.sign_in(person.email, NEW_PASSWORD)).status_code == 200
    await post.deliver()
    assert post.box.to(person.email)[-1]["Subject"] == "Dein Passwort wurde geändert"
    is_problem(await reset(post.api, link), 403, "link_invalid")


async def test_a_known_and_an_unknown_address_are_answered_alike(post: Post) -> None:
    person = await post.api.student()
    answers = [
        await post.api.client().post("/auth/password-reset", {"email": email})
        for email in (person.email, "nobody@school.example")
    ]
    known, unknown = answers
    assert (known.status_code, known.content, known.headers) == (unknown.status_code, unknown.content, unknown.headers)
    assert await post.deliver() == 1
    assert [row.state for row in await post.rows()] == [MailState.SENT, MailState.DROPPED]
    assert [message["To"] for message in post.box.arrived] == [person.email]


async def test_no_secret_of_a_link_is_in_the_database(post: Post) -> None:
    person = await post.api.student()
    link = await post.link_for(person.email)
    async with post.api.services.database.transaction() as transaction:
        for table in ("account_links", "outgoing_mails"):
            found = await transaction.session.execute(text(f"select {table}::text from {table}"))
            assert all(link not in row[0] for row in found.all())


async def test_only_the_newest_link_works_and_only_for_an_hour(post: Post, is_problem: IsProblem) -> None:
    person = await post.api.student()
    first = await post.link_for(person.email)
    second = await post.link_for(person.email)
    is_problem(await reset(post.api, first), 403, "link_invalid")
    async with post.api.services.database.transaction() as transaction:
        await transaction.session.execute(text("update account_links set expires_at = now()"))
    is_problem(await reset(post.api, second), 403, "link_invalid")
    is_problem(await reset(post.api, "unknown"), 403, "link_invalid")
    assert (await person.get("/me")).status_code == 200


async def test_a_refused_password_does_not_use_the_link_up(post: Post, is_problem: IsProblem) -> None:
    person = await post.api.student()
    link = await post.link_for(person.email)
    is_problem(await reset(post.api, link, "short"), 422, "validation_failed", "password")
    assert (await reset(post.api, link)).status_code == 204


async def test_a_blocked_person_gets_no_link_and_can_use_none(post: Post, is_problem: IsProblem) -> None:
    admin, person = await post.api.admin(), await post.api.student()
    link = await post.link_for(person.email)
    await admin.post(f"/admin/users/{person.id}/block", {"reason": "Spam"})
    is_problem(await reset(post.api, link), 403, "link_invalid")
    await post.api.client().post("/auth/password-reset", {"email": person.email})
    assert await post.deliver() == 0
    is_problem(await admin.post(f"/admin/users/{person.id}/password-reset"), 409, "account_blocked")


async def test_an_administrator_has_a_link_sent_and_it_is_written_down(post: Post, is_problem: IsProblem) -> None:
    admin, person = await post.api.admin(), await post.api.student()
    assert (await admin.post(f"/admin/users/{person.id}/password-reset")).status_code == 202
    await post.deliver()
    assert (await reset(post.api, secret_in(post.box.to(person.email)[0]))).status_code == 204
    entries = (await admin.get("/admin/audit")).json()["items"]
    assert [(each["action"], each["subject"]["id"]) for each in entries] == [("reset_sent", person.id)]
    is_problem(await person.post(f"/admin/users/{admin.id}/password-reset"), 401, "token_revoked")


async def change_email(person: Client, email: str, password: str = PASSWORD):
    return await person.put("/me/email", {"email": email, "password": password})


async def test_an_address_changes_once_it_is_confirmed_and_the_old_one_is_told(
    post: Post, is_problem: IsProblem
) -> None:
    person = await post.api.student()
    old = await post.link_for(person.email)
    is_problem(await change_email(person, "new@school.example", "not my password"), 403, "password_wrong")
    is_problem(await change_email(person, "new@school.example", "x"), 403, "password_wrong")
    is_problem(await change_email(person, person.email), 409, "same_address")
    assert (await change_email(person, "New@school.example")).status_code == 202
    assert (await person.get("/me")).json()["email"] == person.email
    await post.deliver()
    link = secret_in(post.box.to("new@school.example")[0])
    assert (await post.api.client().put("/auth/email", {"token": link})).status_code == 204
    assert (await person.get("/me")).json()["email"] == "new@school.example"
    await post.deliver()
    assert post.box.to(person.email)[-1]["Subject"] == "Your e-mail address was changed"
    is_problem(await reset(post.api, old), 403, "link_invalid")
    is_problem(await post.api.client().put("/auth/email", {"token": link}), 403, "link_invalid")
    assert (await post.api.client().sign_in("new@school.example")).status_code == 200


async def test_a_taken_address_is_only_told_to_who_reads_its_mail(post: Post, is_problem: IsProblem) -> None:
    person, other = await post.api.student(), await post.api.student()
    assert (await change_email(person, other.email)).status_code == 202
    await post.deliver()
    link = secret_in(post.box.to(other.email)[0])
    is_problem(await post.api.client().put("/auth/email", {"token": link}), 409, "address_taken")
    assert (await person.get("/me")).json()["email"] == person.email


async def test_a_link_for_one_purpose_is_worth_nothing_for_another(post: Post, is_problem: IsProblem) -> None:
    person = await post.api.student()
    link = await post.link_for(person.email)
    is_problem(await post.api.client().put("/auth/email", {"token": link}), 403, "link_invalid")
    assert (await reset(post.api, link)).status_code == 204


async def test_nobodys_mailbox_is_flooded(post: Post, is_problem: IsProblem) -> None:
    client = post.api.client()
    for email in ("a@school.example", "unknown@school.example"):
        answers = [await client.post("/auth/password-reset", {"email": email}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [202] * 5 + [429]
        is_problem(answers[-1], 429, "too_many_attempts")


async def test_without_a_mail_server_it_is_said_so(api: Api, is_problem: IsProblem) -> None:
    admin, person = await api.admin(), await api.student()
    assert (await person.get("/auth/options")).json()["mail"] is False
    for answer in (
        await person.post("/auth/password-reset", {"email": person.email}),
        await change_email(person, "new@school.example"),
        await admin.post(f"/admin/users/{person.id}/password-reset"),
    ):
        is_problem(answer, 409, "mail_not_configured")


async def test_mail_waits_for_a_server_that_is_away_and_then_arrives(post: Post) -> None:
    person = await post.api.student()
    port = free_port()
    post.use(f"smtp://127.0.0.1:{port}")
    await post.api.client().post("/auth/password-reset", {"email": person.email})
    assert await post.deliver() == 1
    [row] = await post.rows()
    assert (row.state, row.attempts, row.error) == (MailState.WAITING, 1, "ConnectionRefusedError")
    assert await post.deliver() == 0
    async with mailbox(port=port) as back:
        post.hours.at += timedelta(seconds=31)
        assert await post.deliver() == 1
        assert len(back.arrived) == 1
        assert (await reset(post.api, secret_in(back.arrived[0]))).status_code == 204


async def test_a_server_that_stays_away_is_given_up_after_a_while(post: Post) -> None:
    person = await post.api.student()
    post.use(f"smtp://127.0.0.1:{free_port()}")
    await post.api.client().post("/auth/password-reset", {"email": person.email})
    for _ in range(ATTEMPTS_MAX):
        assert await post.deliver() == 1
        post.hours.at += timedelta(hours=1)
    assert await post.deliver() == 0
    assert [(row.state, row.attempts) for row in await post.rows()] == [(MailState.FAILED, ATTEMPTS_MAX)]


@pytest.mark.parametrize(
    ("answer", "state"),
    [("550 no such mailbox", MailState.FAILED), ("450 try again later", MailState.WAITING)],
)
async def test_what_the_server_answers_decides_whether_it_is_tried_again(
    post: Post, answer: str, state: MailState
) -> None:
    person = await post.api.student()
    post.box.answer = answer
    await post.api.client().post("/auth/password-reset", {"email": person.email})
    await post.deliver()
    assert [(row.state, row.attempts) for row in await post.rows()] == [(state, 1)]


async def test_a_mail_that_a_killed_process_had_taken_is_sent_later(post: Post) -> None:
    person = await post.api.student()
    await post.api.client().post("/auth/password-reset", {"email": person.email})
    assert await post.api.services.postbox._take() is not None
    assert await post.deliver() == 0
    post.hours.at += timedelta(seconds=31)
    assert await post.deliver() == 1
    assert len(post.box.arrived) == 1


async def test_nothing_is_sent_of_what_was_rolled_back(post: Post) -> None:
    admin, person = await post.api.admin(), await post.api.student()

    async with post.api.services.database.transaction() as transaction:
        await transaction.session.execute(text("alter table audit_entries add constraint none check (false) not valid"))
    try:
        answer = await admin.post(f"/admin/users/{person.id}/password-reset")
        assert answer.status_code == 500
    finally:
        async with post.api.services.database.transaction() as transaction:
            await transaction.session.execute(text("alter table audit_entries drop constraint none"))
    assert await post.rows() == []


@pytest.mark.parametrize(
    ("password", "state"), [("right", MailState.SENT), ("wrong", MailState.WAITING), ("wr%C3%B6ng", MailState.WAITING)]
)
async def test_the_server_is_given_our_name_and_password(api: Api, password: str, state: MailState) -> None:
    async with mailbox(asks_for_password=True) as box:
        post = Post(api, box, Hours(utc_now()))
        post.use(box.url.replace("://", f"://lectern:{password}@"))
        person = await api.student()
        await api.client().post("/auth/password-reset", {"email": person.email})
        await post.deliver()
        assert [row.state for row in await post.rows()] == [state]
        assert {name for name, _ in box.signed_in} <= {"lectern"}
