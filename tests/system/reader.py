"""A reader of a site who is no browser: keeps cookies, follows nothing, fills in forms."""

import re
from dataclasses import dataclass
from email.message import Message
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


class Reader:
    """One person's browser, or one program with a token."""

    def __init__(self, site: str, token: str | None = None) -> None:
        self.site = site
        self.cookies = CookieJar()
        self._headers = {"Accept": "text/html, */*"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._opener = build_opener(_Stay, HTTPCookieProcessor(self.cookies))

    def ask(self, path: str, form: dict[str, str] | None = None) -> Answer:
        """GET, or POST of a form with the token against forgery that the site gave us."""
        data = None
        if form is not None:
            data = urlencode(form | self._unforged(path)).encode()
        try:
            with self._opener.open(Request(self.site + path, data, self._headers), timeout=60) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def sign_in(self, name: str, password: str) -> bool:
        """By the form of the site; whether it let us in."""
        answer = self.ask("/account/login/", {"username": name, "password": password})
        return answer.status == 302

    def _unforged(self, path: str) -> dict[str, str]:
        if path.startswith(("/nbia-api", "/services")):
            return {}
        page = self.ask("/account/login/").body.decode()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page) or re.search(
            r'name="csrfmiddlewaretoken" value="([^"]+)"', self.ask("/basket/").body.decode()
        )
        return {"csrfmiddlewaretoken": found[1]} if found else {}
