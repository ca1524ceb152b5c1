"""Where a patient can be during a video visit: the states and territories of the United States."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

ELSEWHERE = "XX"

STATES: dict[str, str] = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "DC": "District of Columbia",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "PR": "Puerto Rico",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "VI": "U.S. Virgin Islands",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
    "GU": "Guam",
    "AS": "American Samoa",
    "MP": "Northern Mariana Islands",
}


def choices() -> list[tuple[str, str]]:
    outside = str(_("Outside the United States"))
    return [("", str(_("Choose a state"))), *STATES.items(), (ELSEWHERE, outside)]


def name_of(code: str) -> str:
    return STATES.get(code, str(_("another country")) if code == ELSEWHERE else code)


def either(codes: Iterable[str]) -> str:
    """`Colorado, Utah or Wyoming`."""
    names = [name_of(code) for code in sorted(codes)]
    if len(names) < 2:
        return "".join(names)
    return str(_("%(some)s or %(last)s")) % {"some": ", ".join(names[:-1]), "last": names[-1]}
