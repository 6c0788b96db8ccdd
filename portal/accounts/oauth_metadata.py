"""The metadata of the OAuth 2 endpoints, by which programs configure themselves (RFC 8414)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt

from portal.accounts.oauth_grants import GRANTS, described_error
from shop.access.tokens import SCOPES
from shop.base_url import base_url

# There are no clients without a secret.
BY_SECRET = ["client_secret_basic", "client_secret_post"]


@csrf_exempt
def authorization_server(request: HttpRequest) -> HttpResponse:
    """Answer the metadata to anybody, also to browsers at other addresses."""
    if request.method not in {"GET", "HEAD"}:
        refusal = "This URL supports GET only."
        return described_error(405, "invalid_request", refusal, {"Allow": "GET, HEAD"})
    response = JsonResponse(_metadata(base_url(request)))
    patch_cache_control(response, public=True, max_age=300)
    response["Access-Control-Allow-Origin"] = "*"
    return response


def _metadata(issuer: str) -> dict[str, object]:
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + reverse("idp:oidc:authorization"),
        "token_endpoint": issuer + reverse("idp:oidc:token"),
        "revocation_endpoint": issuer + reverse("idp:oidc:revoke"),
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        "token_endpoint_auth_methods_supported": BY_SECRET,
        "revocation_endpoint_auth_methods_supported": BY_SECRET,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": issuer + reverse("api_docs"),
        "ui_locales_supported": ["de", "en"],
    }
