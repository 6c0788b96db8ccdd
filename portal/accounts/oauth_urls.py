"""URLs below /oauth/, in the namespaces that allauth reverses; no OpenID."""

from django.urls import include, path

from portal.accounts import oauth

views = [
    path("authorize", oauth.authorize, name="authorization"),
    path("token", oauth.token, name="token"),
    path("revoke", oauth.revoke, name="revoke"),
]
urlpatterns = [path("", include(([path("", include((views, "oidc")))], "idp")))]
