"""The guide's code for OAuth 2 and for limits, run against a server of the shop."""

import json
import re
import subprocess
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from allauth.idp.oidc.models import Token
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from portal.accounts.apps import OAUTH_ERRORS
from portal.accounts.oauth_grants import DESCRIPTIONS
from shop.access.applications import create_application
from shop.access.models import RateLimitBucket
from shop.access.tokens import issue
from tests.accounts.oauth import Program, consent, parameters
from tests.api.guides import page, printed, sent_by
from tests.api.test_docs import node
from tests.factories import make_user
from tests.pages import visitor

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("empty_cache"),
]


def sent_back(base: str, url: str) -> dict[str, str]:
    """Return the parameters that the program gets after a user's consent at `url`."""
    assert url.startswith(f"{base}/oauth/authorize?")
    browser = visitor(make_user())
    browser.defaults["HTTP_HOST"] = urlsplit(base).netloc
    return parameters(consent(browser, dict(parse_qsl(urlsplit(url).query))))


def status(base: str, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.get(f"{base}/api/orders", headers=headers, timeout=600).status_code


def test_printed_python_gets_refreshes_and_revokes_tokens(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, program = live_server.url, Program()
    monkeypatch.setenv("CLIENT_ID", program.id)
    monkeypatch.setenv("CLIENT_SECRET", program.secret)
    scope: dict[str, Any] = {}
    exec(printed("oauth-python", base), scope)
    own = scope["by_credentials"]()
    assert status(base, own["access_token"]) == 200
    url, state, verifier = scope["begin"]()
    query = sent_back(base, url)
    with pytest.raises(PermissionError, match="not the answer"):
        scope["finish"](query, "another state", verifier)
    with pytest.raises(PermissionError, match="not the answer"):
        scope["finish"]({**query, "iss": "https://evil.example"}, state, verifier)
    first = scope["finish"](query, state, verifier)
    assert first["scope"] == "orders:read orders:write"
    second = scope["refresh"](first)
    assert status(base, second["access_token"]) == 200
    scope["revoke"](second["access_token"])
    assert status(base, second["access_token"]) == 401
    with pytest.raises(PermissionError, match="invalid_grant: The code or refresh token"):
        scope["refresh"](first)
    assert status(base, own["access_token"]) == 200
    with pytest.raises(PermissionError, match="access_denied: The user declined"):
        refusal = {"error": "access_denied", "error_description": "The user declined."}
        scope["finish"]({**refusal, "state": state, "iss": base}, state, verifier)


def by_javascript(base: str, program: Program, script: str) -> Any:
    """Return the output of `script` after the guide's code."""
    source = f"{printed('oauth-javascript', base)}\n{script}"
    run = subprocess.run(
        [node(), "--input-type=module", "--eval", source],
        capture_output=True,
        check=False,
        timeout=600,
        env={"CLIENT_ID": program.id, "CLIENT_SECRET": program.secret},
    )
    assert run.returncode == 0, run.stderr.decode()
    return json.loads(run.stdout)


def test_printed_javascript_gets_refreshes_and_revokes_tokens(live_server: LiveServer) -> None:
    base, program = live_server.url, Program()
    begun = by_javascript(base, program, "console.log(JSON.stringify(begin()));")
    query = sent_back(base, begun["url"])
    arguments = ", ".join(map(json.dumps, (query, begun["state"], begun["verifier"])))
    own, first, second, refusals = by_javascript(
        base,
        program,
        f"""
        const refusals = [];
        const note = (error) => refusals.push(error.message);
        const own = await byCredentials();
        try {{ await finish({json.dumps(query)}, "another", ""); }} catch (error) {{ note(error); }}
        const first = await finish({arguments});
        const second = await refresh(first);
        await revoke(second.access_token);
        await refresh(first).catch(note);
        console.log(JSON.stringify([own, first, second, refusals]));
        """,
    )
    assert status(base, own["access_token"]) == 200
    assert first["scope"] == "orders:read orders:write"
    assert second["refresh_token"] != first["refresh_token"]
    assert status(base, second["access_token"]) == 401
    assert refusals[0] == "This is not the answer to our question."
    assert refusals[1].startswith("invalid_grant: The code or refresh token")


def test_printed_curl_exchanges_a_code_refreshes_and_revokes() -> None:
    program = Program()
    values = {
        "$CLIENT_ID": program.id,
        "$CLIENT_SECRET": program.secret,
        "$CODE": program.code_of(make_user()),
        "$VERIFIER": "v" * 64,
    }
    commands = printed("oauth-curl").split("\n\n")
    assert len(commands) == 3
    answers = []
    for command in commands:
        sent = sent_by(re.sub(r"\$[A-Z_]+", lambda name: values[name[0]], command))
        answer = requests_of_django(sent.path, sent.body, sent.user)
        answers.append(answer)
        if answer.content:
            values["$REFRESH_TOKEN"] = answer.json()["refresh_token"]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].json()["refresh_token"] != answers[1].json()["refresh_token"]
    assert not Token.objects.valid().exists()


def requests_of_django(path: str, body: str, user: list[str]) -> Any:
    """The answer to a form with the credentials of `user`."""
    auth = requests.Request("POST", "http://x", auth=(user[0], user[1])).prepare().headers
    return Client().generic(
        "POST",
        path,
        body,
        "application/x-www-form-urlencoded",
        headers={"Authorization": str(auth["Authorization"])},
    )


def test_guide_names_each_error_of_oauth() -> None:
    table = page("/api/docs/oauth").partition("Errors, and what to do")[2].partition("</table>")[0]
    named = set(re.findall(r'<th scope="row">\s*<code>(\w+)</code>', table))
    assert named == {*DESCRIPTIONS, *OAUTH_ERRORS.values()}


def test_printed_python_waits_at_the_limit(
    live_server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    few, _secret = create_application("Few calls", rate=1, burst=5)
    issue("Demo", holder=few, value="example-limited-token")
    source = printed("limits-python", live_server.url)
    assert source.count("for _ in range(8):") == 1
    scope: dict[str, Any] = {}
    exec(source.partition("for _ in")[0], scope)
    assert scope["get"]("/api/orders").status_code == 200
    RateLimitBucket.objects.update(full_at=10**11)
    waits = []

    class Clock:
        """A clock whose wait fills the bucket."""

        @staticmethod
        def sleep(seconds: int) -> None:
            waits.append(seconds)
            RateLimitBucket.objects.all().delete()

    scope["time"] = Clock
    assert scope["get"]("/api/orders").status_code == 200
    assert len(waits) == 1
    assert waits[0] > 10**9
    said = [line.partition(" ")[0] for line in capsys.readouterr().out.splitlines()]
    assert said == ["200", "429", "200"]


def test_printed_curl_names_the_limited_token_in_the_demo_alone() -> None:
    source = printed("limits-curl")
    command = source.partition("do\n")[2].rpartition("\ndone")[0].replace("-s -i --retry 5", "-i")
    sent = sent_by(command.strip())
    assert (sent.method, sent.path) == ("GET", "/api/orders")
    assert sent.headers == {"Authorization": "Bearer example-limited-token"}
