"""The description of the API, from which the web app's types are made.

``python -m classroom.openapi`` prints it, always the same for the same code, without a database.
"""

import json
import sys
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from auth.http.problems import PROBLEM_MEDIA_TYPE
from auth.http.responses import problems
from classroom.routes import described_routes

TITLE = "Lectern"
VERSION = "1"
PROBLEM_REFERENCE = "#/components/schemas/Problem"
PROBLEM_CONTENT = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": PROBLEM_REFERENCE}}}
UNUSED_SCHEMAS = ("HTTPValidationError", "ValidationError")


def openapi_document() -> dict[str, Any]:
    """Return the OpenAPI document of everything under ``/api``."""
    app = FastAPI(openapi_url=None)
    app.include_router(described_routes())
    document = get_openapi(title=TITLE, version=VERSION, routes=app.routes)
    for path in document["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            if "requestBody" in operation:
                responses["400"] = {"description": problems(400)[400]["description"], "content": dict(PROBLEM_CONTENT)}
            if "422" in responses and not _is_problem(responses["422"]):
                # FastAPI adds its own description wherever there are parameters; ours says when there is something to say.
                del responses["422"]
            for response in responses.values():
                if _is_problem(response):
                    response["content"] = dict(PROBLEM_CONTENT)
    for name in UNUSED_SCHEMAS:
        document["components"]["schemas"].pop(name, None)
    return document


def _is_problem(response: dict[str, Any]) -> bool:
    schemas = [content.get("schema", {}) for content in response.get("content", {}).values()]
    return any(schema.get("$ref") == PROBLEM_REFERENCE for schema in schemas)


def main() -> None:
    """Print the document as JSON."""
    sys.stdout.write(json.dumps(openapi_document(), indent=2, sort_keys=True, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
