"""A small bundle for tests, and how to write, change and import one. Plain functions."""

from __future__ import annotations

from pathlib import Path

from clinic_site.bundle.importing import Report, import_bundle
from clinic_site.bundle.reading import read

PRACTICE = """\
name = "Harbor Spine Clinic"
short_name = "Harbor Spine"
specialty = "Spine care"
time_zone = "America/Chicago"
phone = "+12145550100"
email = "desk@example.com"
reply_promise_minutes = 90
licensed_states = ["TX"]

[[locations]]
slug = "north"
name = "North office"
street = "1 Harbor Street"
city = "Portville"
state = "TX"
postal_code = "75001"
phone = "+12145550101"

  [[locations.hours]]
  days = ["mon", "tue"]
  opens = "08:00"
  closes = "24:00"

[[visit_types]]
slug = "office-visit"
name = "Office visit"
modality = "in-person"
minutes = 30
horizon_days = 60
confirmation = "instant"

[[working_hours]]
practitioner = "ana-ortega"
location = "north"
visit_types = ["office-visit"]
days = ["mon"]
opens = "09:00"
closes = "15:00"
from = "2026-01-01"

[[offers]]
kind = "same_day"
heading = "Does it hurt?"
locations = ["north"]
seen_by = ["ana-ortega"]

[[desk_hours]]
days = ["mon"]
opens = "07:00"
closes = "19:00"

[[closures]]
from = "2027-07-05"
until = "2027-07-05"
reason = "Holiday"
"""

PERSON = """\
---
name: Ana Ortega
credentials: M.D.
role: physician
job_title: Spine surgeon
bookable: true
locations: [north]
licenses:
  - {state: TX, number: "1"}
---
Ana treats spines.
"""

CONDITION = """\
---
name: Worn disk
summary: A disk gets thin with age.
author: ana-ortega
treated_by: [rest-cure]
---
A disk can wear out.

## What it is {kind=overview}

A soft pad between two bones.

## Causes {kind=causes}

Most often it is age.

- Age
- Heavy lifting

It is no one's fault.

## When to call 911 {kind=red_flags}

- You cannot walk. {level="911"}
"""

PROCEDURE = """\
---
name: Rest cure
title: What is a rest cure?
summary: You rest, and the disk settles.
author: ana-ortega
published: 2026-01-31
treats: [worn-disk]
similar_to: [long-sleep]
treatment_window_weeks: 8
treatment_window_from: onset
---
We help you rest.

## Steps {kind=steps}

You need a bed.

1. You lie down. {drawing="step-1"}
2. You wait.

   A second paragraph of the same step.

Then you get up.

## Risks {kind=risks}

- You get bored. {frequency="common" per="1 in 2" action="Read a book."}

## Other choices {kind=alternatives}

- Do nothing.

## Help {kind=red_flags}

- You cannot wake up. {level="911"}
- You feel low. {level="today"}

## Questions {kind=questions}

A few words first.

### How long?

About a day.

Or two.

## Sources {kind=evidence}

- Doe J. On rest. J Rest. 2020. <https://example.com/rest>
"""

REVIEWS = """\
author,body,received,rating,source,authorization
Rosa M.,"They took their time, and
called back.",2026-09-01,5,website,2026-09-03
Otto L.,It was fine.,,,website,
"""

FILES = {
    "practice.toml": PRACTICE,
    "people/ana-ortega.md": PERSON,
    "conditions/worn-disk.md": CONDITION,
    "procedures/rest-cure.md": PROCEDURE,
    "pages/privacy.md": "---\ntitle: Privacy\n---\nWe keep little.\n",
    "reviews.csv": REVIEWS,
    "redirects.csv": "old,new\n/old-page/,/privacy/\n",
}


def a_bundle(folder: Path, changes: dict[str, str | None] | None = None) -> Path:
    """The small bundle in `folder`; `changes` replaces whole files, None leaves one out."""
    for path, text in {**FILES, **(changes or {})}.items():
        full = folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            full.unlink(missing_ok=True)
        else:
            full.write_text(text, encoding="utf-8")
    return folder


def changed(path: str, old: str, new: str) -> dict[str, str | None]:
    """One file of the small bundle with one stretch replaced."""
    assert FILES[path].count(old) == 1, old
    return {path: FILES[path].replace(old, new)}


def bring_in(folder: Path, **options: bool) -> Report:
    return import_bundle(read(folder), **options)


def faults(folder: Path) -> list[tuple[str, int, str]]:
    return [(fault.path, fault.line, fault.message) for fault in read(folder).faults]
