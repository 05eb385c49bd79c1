"""What a person reads of the browsers where one is signed in."""

import pytest

from smartbear.identity.model.browsers import named

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/156.0.0.0 Safari/537.36", "Chrome, Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/1.0 Safari/1.0 Edg/1.0", "Edge, Windows"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/1.0 Mobile Safari/1.0", "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/1.0", "Safari, iPhone"),
        ("Mozilla/5.0 (X11; Ubuntu; rv:1.0) Gecko/20100101 Firefox/1.0", "Firefox"),
        ("Kiosk 7 of the ward", "Kiosk 7 of the ward"),
        ("", ""),
    ],
)
def test_a_browser_has_the_name_people_call_it_by(user_agent, name):
    assert named(user_agent) == name
