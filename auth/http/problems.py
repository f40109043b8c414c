"""Render every error of the API as problem details (RFC 9457)."""

import http
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from auth import errors
from auth.http.body_limit import BodyLimit
from persistence.errors import ConstraintViolated, FileTooLarge, KeyReused

PROBLEM_MEDIA_TYPE = "application/problem+json"
BEARER = MappingProxyType({"WWW-Authenticate": "Bearer"})


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """How one kind of error is told."""

    status: int
    code: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)


ProblemTable = Mapping[type[Exception], ProblemKind]

NOT_FOUND = ProblemKind(404, "not_found", "There is nothing here, or nothing for you.")
VALIDATION_FAILED = ProblemKind(422, "validation_failed", "Some fields are missing or wrong.")
INTERNAL_ERROR = ProblemKind(500, "internal_error", "Something went wrong on our side. Nothing was changed.")

SHARED_PROBLEMS: ProblemTable = MappingProxyType(
    {
        errors.TokenMissing: ProblemKind(401, "token_missing", "Sign in first.", BEARER),
        errors.TokenInvalid: ProblemKind(401, "token_invalid", "This access token is not valid.", BEARER),
        errors.TokenExpired: ProblemKind(401, "token_expired", "This access token is too old.", BEARER),
        errors.SessionRevoked: ProblemKind(401, "token_revoked", "You were signed out. Sign in again.", BEARER),
        errors.AccountBlocked: ProblemKind(401, "account_blocked", "This account is blocked.", BEARER),
        errors.CredentialsInvalid: ProblemKind(
            401, "invalid_credentials", "The e-mail address or the password is wrong."
        ),
        errors.SignInPending: ProblemKind(
            403, "account_pending", "This account waits for an administrator's approval."
        ),
        errors.SignInBlocked: ProblemKind(403, "account_blocked", "This account is blocked."),
        errors.RefreshInvalid: ProblemKind(401, "refresh_invalid", "Your sign-in has ended. Sign in again."),
        errors.LinkInvalid: ProblemKind(
            403, "link_invalid", "This link has been used, or is too old. Ask for another one."
        ),
        errors.PasswordWrong: ProblemKind(403, "password_wrong", "This is not your password."),
        errors.SignInAgain: ProblemKind(
            403,
            "sign_in_again",
            "Sign out, sign in again, and do this within ten minutes: you have no password to prove it.",
        ),
        errors.SignOnInvalid: ProblemKind(
            403, "sign_on_invalid", "This sign-in is over, or began in another browser. Begin again."
        ),
        errors.SignOnFailed: ProblemKind(403, "sign_on_failed", "The other house did not confirm who you are."),
        errors.EmailUnverified: ProblemKind(
            403, "email_unverified", "The other house has not confirmed your e-mail address."
        ),
        errors.NotWelcome: ProblemKind(403, "not_welcome", "Only addresses of this school get in like this."),
        errors.NoAccount: ProblemKind(403, "no_account", "No account here is connected to this one."),
        errors.ProviderUnavailable: ProblemKind(
            503, "provider_unavailable", "The other house does not answer. Try again in a moment.", {"Retry-After": "5"}
        ),
        errors.RegistrationClosed: ProblemKind(403, "registration_closed", "Nobody can register in this role."),
        errors.InvitationRequired: ProblemKind(
            403, "invitation_required", "Registering in this role needs an invitation."
        ),
        errors.InvitationInvalid: ProblemKind(
            403, "invitation_invalid", "This invitation is not valid, or not any more."
        ),
        errors.ForeignOrigin: ProblemKind(403, "forbidden", "Another site's page may not do this."),
        errors.Forbidden: ProblemKind(403, "forbidden", "You are not allowed to do this."),
        errors.NotFound: NOT_FOUND,
        errors.TooManyAttempts: ProblemKind(429, "too_many_attempts", "Too many attempts. Wait a moment."),
        errors.Overloaded: ProblemKind(
            503, "overloaded", "Very many people are here right now. Try again in a moment.", {"Retry-After": "5"}
        ),
        errors.PictureRefused: ProblemKind(
            415, "picture_refused", "This is no PNG, JPEG, WebP or GIF, is damaged, or has too many pixels."
        ),
        errors.BodyTooLarge: ProblemKind(413, "body_too_large", "The request is too large."),
        errors.AddressTaken: ProblemKind(409, "address_taken", "An account has this e-mail address already."),
        KeyReused: ProblemKind(422, "idempotency_key_reused", "This Idempotency-Key was used for another request."),
        FileTooLarge: ProblemKind(413, "file_too_large", "The file is too large."),
    }
)

_HTTP_CODES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: ("malformed_request", "The request cannot be read."),
        404: (NOT_FOUND.code, NOT_FOUND.detail),
        405: ("method_not_allowed", "This cannot be done here."),
        406: ("not_acceptable", "There is no answer in the wanted format."),
        413: ("body_too_large", "The request is too large."),
        415: ("unsupported_media_type", "This kind of content is not accepted."),
    }
)


def problem_response(kind: ProblemKind, *, errors: list[dict[str, str]] | None = None, **more: Any) -> Response:
    """Return the response for a kind of error; ``more`` replaces its ``detail`` or ``code``, or stands beside them."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": http.HTTPStatus(kind.status).phrase,
        "status": kind.status,
        "detail": kind.detail,
        "code": kind.code,
        **more,
    }
    if errors is not None:
        body["errors"] = errors
    return JSONResponse(body, kind.status, headers=dict(kind.headers), media_type=PROBLEM_MEDIA_TYPE)


def install(
    app: FastAPI,
    *,
    table: ProblemTable,
    constraints: Mapping[str, type[Exception]],
    body_max_bytes: int,
    streamed_paths: re.Pattern[str],
) -> None:
    """Register the handlers of all errors, and bound the bodies of requests.

    Args:
        app: where to register.
        table: error → how it is told.
        constraints: name of a database constraint → the error that its violation is.
        body_max_bytes: the most that the body of a request may have.
        streamed_paths: matches whole the paths whose routes read their bodies piece by piece and bound them themselves.
    """

    def from_table(_request: Request, error: Exception) -> Response:
        return _known_problem(error, table)

    def constraint_violated(_request: Request, error: Exception) -> Response:
        domain_error = constraints.get(cast(ConstraintViolated, error).constraint)
        return problem_response(INTERNAL_ERROR if domain_error is None else table[domain_error])

    handlers: dict[type[Exception], Callable[[Request, Exception], Response]] = {
        **dict.fromkeys(table, from_table),
        errors.Conflict: _conflict,
        errors.FieldInvalid: _field_invalid,
        errors.ContentInvalid: _content_invalid,
        ConstraintViolated: constraint_violated,
        RequestValidationError: _validation_failed,
        HTTPException: _http_exception,
        Exception: _unexpected,
    }
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)
    app.add_middleware(
        BodyLimit,
        max_bytes=body_max_bytes,
        streamed_paths=streamed_paths,
        refusal=problem_response(table[errors.BodyTooLarge]),
    )


def _known_problem(error: Exception, table: ProblemTable) -> Response:
    kind = next(table[ancestor] for ancestor in type(error).__mro__ if ancestor in table)
    response = problem_response(kind)
    if isinstance(error, errors.TooManyAttempts):
        response.headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    return response


def _conflict(_request: Request, error: Exception) -> Response:
    conflict = cast(errors.Conflict, error)
    kind = ProblemKind(409, conflict.code, conflict.detail)
    if isinstance(conflict, errors.ChangedMeanwhile):
        return problem_response(kind, conflicts=conflict.conflicts)
    return problem_response(kind)


def _field_invalid(_request: Request, error: Exception) -> Response:
    invalid = cast(errors.FieldInvalid, error)
    return problem_response(VALIDATION_FAILED, errors=[{"field": invalid.field, "message": invalid.message}])


def _content_invalid(_request: Request, error: Exception) -> Response:
    invalid = cast(errors.ContentInvalid, error)
    return problem_response(ProblemKind(422, invalid.code, invalid.detail))


def _validation_failed(_request: Request, error: Exception) -> Response:
    found = cast(RequestValidationError, error).errors()
    if any(each["loc"][0] == "path" for each in found):
        # An id that cannot be one names nothing: whoever asks learns no more than for an unknown id.
        return problem_response(NOT_FOUND)
    return problem_response(
        VALIDATION_FAILED,
        errors=[{"field": _field_path(each["loc"]), "message": _message(each)} for each in found],
    )


def _http_exception(_request: Request, error: Exception) -> Response:
    exception = cast(HTTPException, error)
    code, detail = _HTTP_CODES.get(exception.status_code, ("http_error", str(exception.detail)))
    return problem_response(ProblemKind(exception.status_code, code, detail, exception.headers or {}))


def _unexpected(_request: Request, _error: Exception) -> Response:
    return problem_response(INTERNAL_ERROR)


def _field_path(location: tuple[str | int, ...]) -> str:
    """Return the dotted path; what stands first only says which part of the request it was."""
    if location[0] == "body" and len(location) == 2 and isinstance(location[1], int):
        return "body"  # the position of a JSON error
    return ".".join(str(part) for part in location[1:]) or str(location[0])


def _message(found: Mapping[str, Any]) -> str:
    messages = {
        "missing": "is required",
        "extra_forbidden": "is not known here",
        "json_invalid": "is not valid JSON",
        "string_type": "must be text",
    }
    return messages.get(found["type"]) or str(found["msg"]).removeprefix("Value error, ")
