"""The ground of the browser tests: a real browser, a site of the test's own, and a policy that nothing breaks."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_sign_in_page_loads_whole_under_its_policy(browser, live_site):
    page = browser.new_page()
    complaints = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("requestfailed", lambda request: complaints.append(request.url))
    answer = page.goto(f"{live_site}/accounts/login/", wait_until="networkidle")
    assert answer.status == 200
    assert page.get_by_role("button", name="Sign in").is_visible()
    assert complaints == []
    page.close()


def test_a_script_in_the_page_is_refused_by_the_policy(browser, live_site):
    page = browser.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{live_site}/accounts/login/")
    added = "const s = document.createElement('script'); s.textContent = 'window.broken = 1'; document.body.append(s);"
    page.evaluate(f"() => {{ {added} }}")
    assert page.evaluate("() => window.broken") is None
    assert any("Content Security Policy" in text for text in complaints)
    page.close()
