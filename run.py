#!/usr/bin/env python3
"""Sets the site up and starts it; the only thing one needs to know.

    python3 run.py                  everything, until it prints Ready: …; Ctrl-C stops it
    python3 run.py test …           the tests; what follows goes to pytest
    python3 run.py check            format, lint, types, templates and the long test matrices
    python3 run.py manage …         a command of manage.py on this site's data
    python3 run.py bench NAME …     measure something; without NAME it lists what can be measured
    python3 run.py tour             pictures of every screen, for docs/
    python3 run.py new FOLDER       a commented content bundle to start your own site from

Settings are environment variables: HOST PORT CLINIC_HOME CLINIC_CONTENT CLINIC_MODE CLINIC_URL
CLINIC_NOW DATABASE_URL DATABASE_OWNER_URL CLINIC_PG_BIN DEMO_PASSWORD (see docs/operator.md).
"""

# Down to the check of its version this file is written so that Python 3.6 can read it.
import os
import shutil
import sys

if sys.version_info < (3, 11):
    newer = [name for name in ("python3.14", "python3.13", "python3.12", "python3.11")]
    there = [name for name in newer if shutil.which(name)]
    sys.exit(
        "This site needs Python 3.11 or newer and this is Python {}.{}: {}.".format(
            sys.version_info[0],
            sys.version_info[1],
            f"run `{there[0]} run.py` instead"
            if there
            else "install a newer one, for example with uv (`uv python install 3.13`)",
        )
    )
if os.name != "posix":
    sys.exit("This site runs on Linux and macOS: on Windows start it inside WSL.")

from clinic_site.start import commands, database, environment, home, site, told, wanted
from clinic_site.start.processes import end_those_left, ignoring_signals


def start() -> None:
    """From whatever is there to a site that is right, and no further until somebody stops it."""
    asked = wanted.wanted()
    place = home.Home.of(environment.ROOT)
    place.open()
    place.lock(asked.here)
    for name in end_those_left(place.processes):
        told.say(f"  An earlier run was killed; ended its {name} process.")
    wanted.check_port(asked)
    environment.enter("requirements-local.txt")

    data = database.Database(place)
    clinic = site.Site(place, asked, data)
    try:
        with told.step("Database") as this:
            this.note = data.start()
        clinic.prepare()
        clinic.serve()
        clinic.keep_running(ready=lambda: commands.say_ready(asked, place))
    finally:
        with ignoring_signals():
            clinic.stop()
            data.stop()
            place.unlock()


def main() -> int:
    words = sys.argv[1:]
    others = {
        "test": commands.test,
        "check": commands.check,
        "manage": commands.manage,
        "bench": commands.bench,
        "tour": commands.tour,
        "new": commands.new,
    }
    if words and words[0] not in others:
        print(__doc__)
        return 0 if words[0] in ("-h", "--help", "help") else 2
    return commands.politely(lambda: others[words[0]](words[1:]) if words else start())


if __name__ == "__main__":
    sys.exit(main())
