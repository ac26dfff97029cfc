"""A person at a phone or a desk: what he presses and types in a real browser, and what must hold of each page."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response

from tests.barriers import RULES, barriers
from tests.journeys.cast import Person
from users.testing import PASSWORD, code_of

PICTURES = Path(__file__).resolve().parents[2] / "artefacts" / "journeys"
NARROW = 320
TELL_OF_POLICY = """document.addEventListener("securitypolicyviolation",
  (found) => console.error(`content policy: ${found.violatedDirective} ${found.blockedURI}`))"""
# A page that a press or a link leaves says so until the next one is there; one that a script takes over does not leave.
TELL_OF_LEAVING = """for (const kind of ["submit", "click"]) addEventListener(kind, (event) => {
  const link = kind === "click" && event.target.closest?.("a[href]");
  const goes = kind === "submit" || (link && !link.hasAttribute("download") && !link.hash && !link.target);
  if (goes && !event.defaultPrevented) window.isLeaving = true;
})"""
IS_THERE = "() => !window.isLeaving && document.readyState === 'complete'"
IS_SEEN = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const line = (at) => getComputedStyle(at);
  const marks = (at) => line(at).outlineStyle !== "none" && parseFloat(line(at).outlineWidth) >= 2;
  const inSight = box.width > 0 && box.height > 0 && box.top < innerHeight && box.bottom > 0;
  // A box with a naira sign before it is marked as a whole; the button in a box for a day is marked by the browser.
  const isMarked = marks(one) || marks(one.parentElement) || one.type === "date";
  const [x, y] = [box.left + box.width / 2, Math.max(box.top, 0) + Math.min(box.height, 20) / 2];
  const above = document.elementFromPoint(x, y);
  const isCovered = above && !one.contains(above) && !above.contains(one) && !one.labels?.[0]?.contains(above);
  if (one === document.body || (isMarked && inSight && !isCovered)) return null;
  const why = !isMarked ? "not marked" : !inSight ? "out of sight" : `under ${above.outerHTML.slice(0, 80)}`;
  return `${why}: ${one.outerHTML.slice(0, 160)}`;
}"""


@dataclass(frozen=True)
class Screen:
    """A size of screen and how it is held."""

    name: str
    width: int
    height: int
    is_phone: bool

    @property
    def options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"viewport": {"width": self.width, "height": self.height}, "locale": "en-NG"}
        if self.is_phone:
            agent = "Mozilla/5.0 (Linux; Android 13; TECNO KJ5) AppleWebKit/537.36 (KHTML, like Gecko) "
            options |= {"has_touch": True, "is_mobile": True, "user_agent": f"{agent}Chrome/128.0 Mobile Safari/537.36"}
        return options


PHONE = Screen("phone", 390, 844, is_phone=True)
DESKTOP = Screen("desktop", 1280, 800, is_phone=False)


@dataclass
class Room:
    """Where a journey takes place: the browser, the site, one kind of screen, and the pictures that are kept of it."""

    browser: Browser
    site: str
    screen: Screen
    script: bool = True
    complaints: list[str] = field(default_factory=list)
    opened: list[BrowserContext] = field(default_factory=list)
    numbers: count = field(default_factory=lambda: count(1))

    @property
    def folder(self) -> Path:
        return PICTURES / (self.screen.name if self.script else f"{self.screen.name}-without-script")

    def seat(self, person: Person) -> Hand:
        context = self.browser.new_context(
            base_url=self.site, java_script_enabled=self.script, color_scheme="light", reduced_motion="reduce",
            **self.screen.options,
        )  # fmt: skip
        context.set_default_timeout(20_000)
        context.add_init_script(TELL_OF_POLICY)
        context.add_init_script(TELL_OF_LEAVING)
        self.opened.append(context)
        page = context.new_page()
        page.on("console", lambda said: self._note(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self._note(str(error)))
        page.on("response", self._note_refusal)
        return Hand(self, person, page)

    def _note(self, words: str) -> None:
        self.complaints.append(words)

    def _note_refusal(self, answer: Response) -> None:
        if answer.status >= 400:
            self._note(f"{answer.status} {answer.url}")

    def close(self) -> None:
        for context in self.opened:
            context.close()


@dataclass
class Hand:
    """One person's browser window."""

    room: Room
    person: Person
    page: Page
    secret: str = ""
    is_settled: bool = False

    # Doing ------------------------------------------------------------------------------------------------------------

    def goes_to(self, address: str) -> None:
        self.page.goto(address)

    def follows(self, name: str, **how: Any) -> None:
        self._clicks(self.page.get_by_role("link", name=name, **how).first)

    def presses(self, name: str, **how: Any) -> None:
        self._clicks(self.page.get_by_role("button", name=name, **how).first)

    def opens_the_first(self) -> None:
        """What stands first in the page's table."""
        self._clicks(self.page.locator("main table a").first)

    def _clicks(self, place: Locator) -> None:
        """Click, and stand on the page that comes of it before anything is looked at."""
        if not self.room.script:
            with self.page.expect_navigation():
                place.click()
            return
        place.click()
        self.page.wait_for_function(IS_THERE)

    def types(self, label: str, words: str) -> None:
        self.page.get_by_label(label).fill(words)

    def picks(self, label: str) -> None:
        self.page.get_by_label(label).first.check()

    def signs_in(self) -> None:
        """By the form: number and password, and the code of an app where the work needs one."""
        self.goes_to("/accounts/login/")
        self.types("E-mail or member number", self.person.user.sign_in_number)
        self.types("Password", PASSWORD)
        self.presses("Sign in")
        if self.secret:
            self.types("Code", self.code())
            self.presses("Sign in")

    def has_an_app(self) -> Hand:
        """The second step was set up before this journey."""
        self.secret = generate_totp_secret()
        TOTP.activate(self.person.user, self.secret)
        return self

    def code(self) -> str:
        """What the app shows now."""
        return code_of(self.secret)

    # Seeing -----------------------------------------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def sees(self, words: str, within: str = "main") -> None:
        """The words stand on the page, in one piece."""
        found = " ".join(self.page.locator(within).first.inner_text().split())
        assert words in found, f"{words!r} is not on {self.page.url}: {found[:1500]}"

    def waits_for(self, selector: str, **how: Any) -> Locator:
        self.page.wait_for_selector(selector, **how)
        return self.page.locator(selector)

    def looks(self, name: str, *, dark: bool = False, keyboard: bool = False) -> None:
        """Keep a picture of the page, and hold it to what every page must be."""
        self._keep(name)
        found = [*self._width(), *self._headings(), *self._barriers()]
        if keyboard:
            found += self._lost_focus()
        if dark:
            self.page.emulate_media(color_scheme="dark")
            self._keep(f"{name}-dark")
            found += self._barriers({"runOnly": {"type": "rule", "values": ["color-contrast"]}})
            self.page.emulate_media(color_scheme="light")
        found += self.room.complaints
        assert not found, f"{name}, {self.page.url}: {found}"

    def _keep(self, name: str) -> None:
        self.room.folder.mkdir(parents=True, exist_ok=True)
        if not self.is_settled:
            self.page.wait_for_load_state("networkidle")  # the drawn signs come once and are kept
            self.is_settled = True
        # The whole page in one sight, so that a bar at the foot of the screen stands at the foot of the picture.
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self._resize(self.room.screen.width, max(height, self.room.screen.height))
        self.page.screenshot(path=self.room.folder / f"{next(self.room.numbers):02}-{name}.png")
        self._resize(self.room.screen.width)

    def _resize(self, width: int, height: int = 0) -> None:
        size = {"width": width, "height": height or self.room.screen.height}
        if size != self.page.viewport_size:
            self.page.set_viewport_size(size)

    def _width(self) -> list[str]:
        """How far the page runs off the screen, on this one and on the narrowest."""
        found = []
        for width in (self.room.screen.width, NARROW):
            self._resize(width)
            over = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            found += [f"{over} pixels too wide at {width}"] if over > 0 else []
        self._resize(self.room.screen.width)
        return found

    def _headings(self) -> list[str]:
        number = self.page.locator("h1").count()
        return [] if number == 1 else [f"{number} headings of the first rank"]

    def _barriers(self, rules: dict[str, Any] = RULES) -> list[str]:
        """What shuts somebody out. Once is enough, it is the slow part: on the phone, where script runs."""
        return barriers(self.page, rules) if self.room.script and self.room.screen.is_phone else []

    def _lost_focus(self, stops: int = 14) -> list[str]:
        """Where the keyboard is, is marked and in sight at each of the first stops."""
        self.page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0) }")
        found = []
        for _ in range(stops):
            self.page.keyboard.press("Tab")
            hidden = self.page.evaluate(IS_SEEN)
            found += [f"focus {hidden}"] if hidden else []
        return found
