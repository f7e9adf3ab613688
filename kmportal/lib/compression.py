"""Pages are sent compressed: a phone on a ward waits for bytes.

Django’s own middleware, which hides how long a page is by up to a hundred random bytes, so that whoever can put words
into a page does not learn from its length what else stands in it (BREACH); the tokens of forms differ each time anyway.
What streams is left alone (a room must not wait for the next event), and so is what is packed by its own nature.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

_PACKABLE = ("text/", "application/json", "image/svg+xml", "application/atom+xml")


class CompressPages(GZipMiddleware):
    """Gzip for text that is whole when it is sent."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.get("Content-Type", "").startswith(_PACKABLE):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed
