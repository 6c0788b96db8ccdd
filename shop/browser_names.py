"""Names of browsers and networks, as pages about sessions show them."""

from ipaddress import IPv4Address, ip_address

from django.utils.translation import gettext as _

# The first mark found counts: Edge and Opera also claim to be Chrome, and Chrome to be Safari.
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "FxiOS/": "Firefox",
    "CriOS/": "Chrome", "Chrome/": "Chrome", "Safari/": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows",
    "Mac OS X": "Mac", "CrOS": "Chromebook", "Linux": "Linux",
}  # fmt: skip


def browser_name(user_agent: str) -> str:
    """Return browser and system by the User-Agent header, for display: it is not reliable."""
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown browser")


def network_of(ip: str) -> str:
    """Return the beginning of an IP address: enough to tell networks apart, not people."""
    address = ip_address(ip)
    if isinstance(address, IPv4Address):
        return ".".join([*ip.split(".")[:3], "…"])
    return ":".join([*address.exploded.split(":")[:3], "…"])
