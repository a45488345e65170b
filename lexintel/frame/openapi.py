"""What the OpenAPI schema says of every address alike: signing in, and the errors that any request can get."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

ERROR = {
    "type": "object",
    "description": "a sentence for people and a word for programs; or the sentences by field where something was typed wrong",
    "properties": {"detail": {"type": "string"}, "code": {"type": "string"}},
    "additionalProperties": {},
}
UNSAFE = ("post", "put", "patch", "delete")
MEANINGS = {
    "400": "something in the request cannot be understood; the answer says what",
    "401": "no token or session, or one that is not valid (any more)",
    "403": "not allowed to this person, who may see it",
    "404": "it does not exist, for this person",
    "405": "the address does not know this method",
    "406": "none of the forms that were asked for can be given",
    "409": "it does not fit the state of things; the answer says why",
    "410": "what was there is gone",
    "412": "another version of the protocol is spoken here",
    "413": "larger than allowed",
    "415": "the body is in a form that is not taken here",
    "429": "too many tries; Retry-After says for how long",
    "500": "a mistake of the server, which is in its log",
    "507": "the disk of the server is full",
}


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "lexintel.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <key>`, with a key of /api/auth/token/ or of the admin.",
        }


def with_errors(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Name the errors that an operation can end in, by what it is; what a view says of its own stays as it is."""
    result.setdefault("components", {}).setdefault("schemas", {})["Error"] = ERROR
    for address, operations in result["paths"].items():
        for method, operation in operations.items():
            for status in possible(address, method):
                operation["responses"].setdefault(
                    status,
                    {
                        "description": MEANINGS[status],
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
                    },
                )
    return result


def possible(address: str, method: str) -> list[str]:
    """The statuses of errors that a request of this kind can get."""
    statuses = ["400", "401", "403", "404", "406", "500"]
    if method in UNSAFE:
        statuses += ["409", "413", "415"]
    if address.startswith("/api/auth/"):
        statuses.append("429")
    if address.startswith("/api/uploads/"):
        statuses += ["410", "412"]
    if address.startswith(("/api/uploads/", "/api/documents/")) and method in UNSAFE:
        statuses.append("507")
    return statuses
