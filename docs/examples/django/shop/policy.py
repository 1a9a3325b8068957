"""What pages are sent with. For the policy Django 6 brings a middleware and a nonce of its own."""

import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

# Python in the visitor's browser is WebAssembly, in a worker; it posts to this site only.
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'wasm-unsafe-eval'; worker-src 'self'; "
    "connect-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class ContentSecurityPolicy:
    """Gives each request a nonce, `request.csp_nonce` in templates, and each answer the policy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        request.csp_nonce = nonce = secrets.token_urlsafe(16)
        response = self._get_response(request)
        response["Content-Security-Policy"] = POLICY.format(nonce=nonce)
        return response


class NeverCached:
    """Keeps pages, which say who is signed in and what was bought, out of every cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        response = self._get_response(request)
        add_never_cache_headers(response)
        return response
