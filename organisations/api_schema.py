"""How the description of the API speaks of our own fields and of tokens. Loaded when the schema is drawn."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension

PERSON = {
    "type": "object",
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
    "required": ["id", "name"],
}
REF = {
    "type": "object",
    "properties": {"kind": {"type": "string"}, "id": {"type": "integer"}},
    "required": ["kind", "id"],
}


class TokenScheme(OpenApiAuthenticationExtension):
    """Tokens are sent as ``Authorization: Bearer …``."""

    target_class = "organisations.api_authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class PersonFieldSchema(OpenApiSerializerFieldExtension):
    """Key and name, or null."""

    target_class = "organisations.api.PersonField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {**PERSON, "nullable": True}


class AllowedFieldSchema(OpenApiSerializerFieldExtension):
    """Names of moves."""

    target_class = "organisations.api.AllowedField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {"type": "array", "items": {"type": "string"}}


class RefFieldSchema(OpenApiSerializerFieldExtension):
    """Kind and key, or null."""

    target_class = "kmportal.lib.api.RefField"

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return {**REF, "nullable": True}
