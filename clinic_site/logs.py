"""Logs: one JSON object a line, without anything that a patient or a colleague typed.

What is written is decided here, not where something is logged: addresses lose their tokens and
queries, exceptions keep their class and place but not their message or variables, because a
message can carry a value ("Key (phone)=(…) already exists").

Imported by the settings, so nothing here reads them.
"""

from __future__ import annotations

import re
import traceback
from types import TracebackType
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

# /a/<token>/, the writer's link to a review, an appointment's reference, allauth's keys for a new
# password.
_SECRETS = re.compile(
    r"(/a/|/r/mine/|/r/invited/|/password/reset/key/|/confirm-email/)(?!visit/)[^/\s\"'?]+"
)
_BOOKING = re.compile(r"(/[a-z]{2})?/appointments/")
_QUERY = re.compile(r"(/[^\s\"'?]*)\?[^\s\"']*")


def masked(text: str) -> str:
    """`text` with the secret parts and queries of addresses in it replaced by ***."""
    return _QUERY.sub(r"\1", _SECRETS.sub(r"\1***", text))


ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def _told(exc: BaseException) -> dict[str, Any]:
    """Class, place, and for a database error its code and constraint."""
    frames = traceback.extract_tb(exc.__traceback__)
    told: dict[str, Any] = {
        "type": f"{type(exc).__module__}.{type(exc).__qualname__}",
        "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
    }
    if sqlstate := getattr(exc, "sqlstate", None):
        told["sqlstate"] = sqlstate
        told["constraint"] = getattr(getattr(exc, "diag", None), "constraint_name", None)
    if exc.__cause__ is not None and exc.__cause__ is not exc:
        told["because"] = _told(exc.__cause__)
    return told


def _tell_exception(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        import sys

        exc_info = sys.exc_info()
    exc = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(exc, BaseException):
        event["exception"] = _told(exc)
    event.pop("exception_message", None)
    event.pop("stack_info", None)
    return event


def _mask(_logger: Any, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    return {key: masked(value) if isinstance(value, str) else value for key, value in event.items()}


_SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

structlog.configure(
    processors=[
        *_SHARED,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)

_logger = structlog.get_logger(__name__)

CONFIG: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _SHARED,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _tell_exception,
                _mask,
                structlog.processors.JSONRenderer(),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # Its own handlers would mail or print whole requests.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        # Each command would begin with a page of these.
        "procrastinate.blueprints": {"level": "WARNING"},
        "procrastinate.periodic": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
    },
}


class RequestLog(RequestMiddleware):
    """One line at the end of each request: method, masked path, status. Never who the patient is,
    never the query, the browser or the address; the access log says who of the staff looked."""

    def prepare(self, request: HttpRequest) -> None:
        import uuid

        structlog.contextvars.bind_contextvars(request_id=str(uuid.uuid4()))

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {masked(request.path)}"

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        """A patient's answer on a booking page has a line without its status: the three answers to
        the warning signs lead to different ones, and the log must not tell them apart."""
        is_an_answer = request.method == "POST" and _BOOKING.match(request.path)
        if not is_an_answer or response.status_code >= 500:
            super().handle_response(request, response)
            return
        _logger.info("request_finished", request=self.format_request(request))
        structlog.contextvars.clear_contextvars()

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        """Nothing: to ask who it is would open the session on pages that have none."""
