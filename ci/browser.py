#!/usr/bin/env python3
"""Opens pages of --report-html in headless Chromium through its driver: takes a screenshot, clicks a function, searches,
and checks that no request leaves the page. Only the standard library is used.

usage: ci/browser.py FOLDER PAGE...    FOLDER receives the screenshots
"""

import base64
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

PORT = 9531
DRIVER = f"http://127.0.0.1:{PORT}"


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(DRIVER + path, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {json.load(error)['value']['message']}")


def started(profile):
    for _ in range(100):
        try:
            urllib.request.urlopen(DRIVER + "/status", timeout=5)
            break
        except OSError:
            time.sleep(0.1)
    options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
                        "--window-size=1400,1800", f"--user-data-dir={profile}"]}
    always = {"browserName": "chrome", "goog:chromeOptions": options,
              "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"}}
    return "/session/" + call("POST", "/session", {"capabilities": {"alwaysMatch": always}})["sessionId"]


class Page:
    def __init__(self, session, path):
        self.session, self.path = session, pathlib.Path(path).resolve()
        call("POST", session + "/url", {"url": self.path.as_uri()})

    def run(self, script, *arguments):
        return call("POST", self.session + "/execute/sync", {"script": script, "args": list(arguments)})

    def element(self, selector):
        found = call("POST", self.session + "/element", {"using": "css selector", "value": selector})
        return f"{self.session}/element/{next(iter(found.values()))}"

    def text(self, selector):
        return call("GET", self.element(selector) + "/text")

    def log(self, kind):
        return call("POST", self.session + "/se/log", {"type": kind})

    def check(self, holds, what):
        if not holds:
            sys.exit(f"{self.path}: {what}")


def look(page, folder):
    """Checks pictures, click and search, and saves a screenshot of each state."""
    shot = lambda state: (folder / f"{page.path.stem}-{state}.png").write_bytes(
        base64.b64decode(call("GET", page.session + "/screenshot")))
    report = json.loads(page.run("return document.getElementById('report').textContent"))
    functions = report["functions"]
    page.check(functions, "the report has no functions")
    page.check(page.run("return document.querySelectorAll('#calls svg').length")
               == sum(one["role"] == "program" for one in functions), "not every program has its calls drawn")
    page.check(page.run("return document.querySelectorAll('#sizes .box').length") == len(functions),
               "not every function has a box")
    page.check(str(report["totals"]["instructions"]) in page.text("#totals"), "the totals are missing")
    shot("open")
    call("POST", page.element("#calls .node") + "/click", {})
    first = page.run("return document.querySelector('#calls .node').dataset.symbol")
    name = next(one["name"] for one in functions if one["symbol"] == first)
    page.check(page.text("#chosen").startswith(name), f"a click on `{name}` shows something else")
    shot("clicked")
    # A part of a name that some functions have and others do not.
    wanted = max((one["name"] for one in functions), key=len)[-12:]
    call("POST", page.element("#search") + "/value", {"text": wanted})
    page.check(page.text("#hits").endswith(" found") and page.text("#hits") != "0 found", "the search finds nothing")
    hidden = page.run("return [...document.querySelectorAll('[data-text]:not(.dim)')]"
                      ".every(one => one.dataset.text.toLowerCase().includes(arguments[0].toLowerCase()))", wanted)
    page.check(hidden, "the search leaves what does not match")
    shot("searched")
    return len(functions)


def requests(page):
    """Returns the addresses of all requests since the last call, except those of the browser's own start page."""
    for entry in page.log("performance"):
        event = json.loads(entry["message"])["message"]
        if event["method"] == "Network.requestWillBeSent":
            if not event["params"]["documentURL"].startswith("chrome://"):
                yield event["params"]["request"]["url"]


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        driver = subprocess.Popen(["chromedriver", f"--port={PORT}", "--log-level=SEVERE"], stdout=subprocess.DEVNULL)
        session = None
        try:
            session = started(profile)
            for path in sys.argv[2:]:
                page = Page(session, path)
                count = look(page, folder)
                sent = sorted(set(requests(page)))
                page.check(sent == [page.path.as_uri()], f"requests leave the page: {sent}")
                errors = [entry["message"] for entry in page.log("browser") if entry["level"] == "SEVERE"]
                page.check(not errors, f"the page reports errors: {errors}")
                print(f"{page.path.name}: {count} functions drawn, clicked and searched; no request leaves the page")
        finally:
            if session:
                call("DELETE", session)
            driver.terminate()
            driver.wait()


main()
