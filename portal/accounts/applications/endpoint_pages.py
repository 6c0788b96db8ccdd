"""The webhook endpoints of an application: list, add, edit, switch, rotate, test and delete."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import member_access as access
from portal.accounts.applications.credentials import notify_owner, show_once
from portal.accounts.applications.endpoint_form import EndpointForm
from portal.accounts.applications.own_applications import find_application
from shop.access.models import Application
from shop.access.tokens import WEBHOOKS
from shop.notifications.webhooks.endpoints import (
    LARGEST_NUMBER,
    EndpointDisabledError,
    TooManyEndpointsError,
    change,
    delete,
    register,
    rotate_secret,
)
from shop.notifications.webhooks.models import Delivery, WebhookEndpoint
from shop.notifications.webhooks.ping import TooManyTestsError, send_test

SWITCHED_OFF = gettext_lazy("Please switch the endpoint on first.")

EndpointView = Callable[..., HttpResponse]


def endpoint_required(view: EndpointView) -> EndpointView:
    """Decorate a view that gets an endpoint of an application that the member owns.

    Others' endpoints, and those that are deleted meanwhile, are answered with 404.
    """

    @access.member_required
    @wraps(view)
    def guarded(request: HttpRequest, pk: int, endpoint: int, **kwargs: object) -> HttpResponse:
        application = find_application(request, pk)
        found = get_object_or_404(_endpoints_of(application), pk=endpoint)
        try:
            return view(request, found, **kwargs)
        except WebhookEndpoint.DoesNotExist as error:
            raise Http404 from error

    return guarded


def may_have_endpoints(application: Application) -> bool:
    """Return whether an application has the scope that its endpoints need in the API, too."""
    return WEBHOOKS in application.oauth_client.get_scopes()


@access.member_required
@require_safe
def endpoints(request: HttpRequest, pk: int) -> HttpResponse:
    """List the endpoints of an application, each with the state of its newest delivery."""
    application = find_application(request, pk)
    newest = Delivery.objects.filter(endpoint=OuterRef("pk")).order_by("-created_at", "-pk")
    found = _endpoints_of(application).annotate(
        last_state=Subquery(newest.values("state")[:1]),
        last_at=Subquery(newest.values("created_at")[:1]),
    )
    context = {
        "application": application,
        "allowed": may_have_endpoints(application),
        "rows": [
            (each, Delivery.State(each.last_state) if each.last_state else None) for each in found
        ],
        "most": LARGEST_NUMBER,
        "signing_secret": application.signing_secrets.first(),
    }
    return render(request, "accounts/applications/endpoints.html", context)


@access.member_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an endpoint; the response shows its signing secret once."""
    application = find_application(request, pk)
    if not may_have_endpoints(application):
        raise Http404
    form = EndpointForm(access.post_data(request))
    if form.is_valid():
        return _register(request, application, form)
    return _show_form(request, application, form)


@access.recent_login_to_post
def _register(request: HttpRequest, application: Application, form: EndpointForm) -> HttpResponse:
    try:
        with transaction.atomic():
            made = register(application, form.cleaned_data)
            notify_owner(request, "webhook_url_set")
    except TooManyEndpointsError:
        text = _("An application can have up to %(number)s endpoints. Please delete one first.")
        form.add_error(None, text % {"number": LARGEST_NUMBER})
        return _show_form(request, application, form)
    title, back = _("Your endpoint is registered"), _address(made)
    return show_once(request, application, title, [(_("Signing secret"), made.secret)], back)


@endpoint_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit_endpoint(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    """Edit URL and events of an endpoint, and whether it is switched on."""
    before = {"url": found.url, "events": found.events, "enabled": found.enabled}
    form = EndpointForm(access.post_data(request), initial=before)
    if form.is_valid():
        return _change(request, found, form)
    return _show_form(request, found.application, form, found)


@access.recent_login_to_post
def _change(request: HttpRequest, found: WebhookEndpoint, form: EndpointForm) -> HttpResponse:
    with transaction.atomic():
        if form.cleaned_data["url"] != found.url:
            notify_owner(request, "webhook_url_set")
        change(found, form.cleaned_data)
    messages.success(request, _("The endpoint is saved."))
    return redirect(_address(found))


@endpoint_required
@require_POST
def switch_endpoint(request: HttpRequest, found: WebhookEndpoint, *, on: bool) -> HttpResponse:
    """Switch an endpoint on or off."""
    change(found, {"enabled": on})
    if on:
        messages.success(request, _("The endpoint is switched on. It gets events from now on."))
    else:
        messages.success(request, _("The endpoint is switched off. Nothing more is sent there."))
    return redirect(_address(found))


@endpoint_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_endpoint(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    """Name what is lost with an endpoint; POST deletes it."""
    if request.method != "POST":
        waiting = found.deliveries.filter(state=Delivery.State.WAITING).count()
        context = {"application": found.application, "endpoint": found, "waiting": waiting}
        return render(request, "accounts/applications/delete_endpoint.html", context)
    return _delete(request, found)


@access.recent_login_to_post
def _delete(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    delete(found)
    messages.success(request, _("The endpoint is deleted."))
    return redirect("portal_endpoints", found.application_id)


@endpoint_required
@require_http_methods(["GET", "HEAD", "POST"])
def rotate_endpoint(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    """Explain how long the old secret signs; POST makes a new one and shows it once."""
    if request.method != "POST":
        context = {"application": found.application, "endpoint": found}
        return render(request, "accounts/applications/rotate_secret.html", context)
    return _rotate(request, found)


@access.recent_login_to_post
def _rotate(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    with transaction.atomic():
        secret = rotate_secret(found)
        notify_owner(request, "signing_secret_renewed")
    title, shown = _("Your new signing secret"), [(_("Signing secret"), secret)]
    return show_once(request, found.application, title, shown, _address(found))


@endpoint_required
@require_POST
def test_endpoint(request: HttpRequest, found: WebhookEndpoint) -> HttpResponse:
    """Send a test event; its own page shows the answer as it arrives."""
    try:
        sent = send_test(found)
    except EndpointDisabledError:
        messages.warning(request, SWITCHED_OFF)
    except TooManyTestsError:
        messages.warning(
            request, _("Several test events are already waiting. Please wait until they are sent.")
        )
    else:
        return redirect("portal_delivery", found.application_id, found.pk, sent.webhook_id)
    return redirect(_address(found))


def _endpoints_of(application: Application) -> QuerySet[WebhookEndpoint]:
    found = WebhookEndpoint.objects.filter(application=application).order_by("pk")
    found = found.select_related("application__oauth_client")
    return found if may_have_endpoints(application) else found.none()


def _address(endpoint: WebhookEndpoint) -> str:
    return reverse("portal_endpoint", args=[endpoint.application_id, endpoint.pk])


def _show_form(
    request: HttpRequest,
    application: Application,
    form: EndpointForm,
    endpoint: WebhookEndpoint | None = None,
) -> HttpResponse:
    context = {"application": application, "form": form, "endpoint": endpoint}
    status = 422 if form.errors else 200
    return render(request, "accounts/applications/endpoint_form.html", context, status=status)
