"""What search engines read: one JSON-LD graph from the same fields as the page.

No Review and no AggregateRating: a practice may not rate itself.
"""

from __future__ import annotations

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from wagtail.models import Page

from practice import clock, languages
from practice.markdown import to_text
from practice.models import HomePage, Location, PersonPage, Practice, Practitioner, Role
from procedures.models import Condition, Kind, Procedure, Topic
from procedures.reading import Link, Reading, read

Node = dict[str, Any]

WEEKDAY = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def script(graph: Node) -> SafeString:
    """A data block: never run, so it needs no allowance in the Content-Security-Policy."""
    text = json.dumps(graph, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 escaped


def graph(thing: Page | Location | None, *, url: str) -> Node:
    """The graph for a page, a location, or (None) the practice. `url`: the site, without a
    slash at its end."""
    practice = Practice.objects.current()
    locations = list(Location.objects.with_hours())
    nodes = [organization(practice, url)]
    nodes += [clinic(practice, location, url) for location in locations]
    if isinstance(thing, Location):
        nodes.append(crumbs(thing, url))
    elif isinstance(thing, PersonPage):
        nodes += [person(thing.practitioner, url), crumbs(thing, url)]
    elif isinstance(thing, Condition | Procedure):
        nodes += topic_nodes(thing, read(thing, practice), practice, url)
    elif isinstance(thing, HomePage) or thing is None:
        nodes.append(
            {
                "@type": "WebSite",
                "@id": f"{url}/#site",
                "name": practice.name,
                "url": f"{url}/",
                "publisher": {"@id": f"{url}/#practice"},
            }
        )
    else:
        nodes.append(crumbs(thing, url))
    return {"@context": "https://schema.org", "@graph": [node for node in nodes if node]}


def topic_nodes(topic: Topic, reading: Reading, practice: Practice, url: str) -> list[Node]:
    address = url + languages.path_of(topic)
    about = f"{address}#about"
    signature = reading.standing.signature
    reviewer = signature.signed_by if signature else None
    page = filled(
        {
            "@type": "MedicalWebPage",
            "@id": address,
            "url": address,
            "name": topic.title,
            "description": topic.summary,
            "inLanguage": topic.locale.language_code,
            "about": {"@id": about},
            "mainEntity": {"@id": about},
            "audience": {"@type": "MedicalAudience", "audienceType": "Patient"},
            "datePublished": day(reading.published),
            "dateModified": day(reading.modified),
            "lastReviewed": day(topic.reviewed if signature else None),
            "author": reference(topic.author, url),
            "reviewedBy": reference(reviewer, url),
            "publisher": {"@type": "Organization", "name": reading.publisher}
            if topic.publisher
            else {"@id": f"{url}/#practice"},
            "breadcrumb": {"@id": f"{address}#breadcrumbs"},
            "citation": [
                filled({"@type": "CreativeWork", "name": to_text(row.citation), "url": row.url})
                for row in topic.sources.all()
            ],
        }
    )
    entity = condition(topic, reading, url) if reading.is_condition else procedure(topic, reading)
    people = {row.pk: row for row in (topic.author, reviewer) if row}
    return [
        page,
        {**entity, "@id": about, "url": address},
        *(person(row, url) for row in people.values()),
        {**crumbs(topic, url), "@id": f"{address}#breadcrumbs"},
    ]


def condition(topic: Topic, reading: Reading, url: str) -> Node:
    return filled(
        {
            "@type": "MedicalCondition",
            "name": topic.name,
            "alternateName": topic.alternate_names,
            "description": topic.summary,
            "associatedAnatomy": anatomy(topic.body_location),
            "cause": [
                {"@type": "MedicalCause", "name": to_text(row.text)} for row in topic.causes.all()
            ],
            "signOrSymptom": named("MedicalSignOrSymptom", words(reading, Kind.SYMPTOMS)),
            "typicalTest": named("MedicalTest", words(reading, Kind.DIAGNOSIS)),
            "possibleTreatment": [
                filled(
                    {
                        "@type": "MedicalTherapy",
                        "name": link.name,
                        "url": url + link.url if link.url else "",
                    }
                )
                for link in reading.treated_by
            ],
            "expectedPrognosis": words(reading, Kind.PROGNOSIS),
        }
    )


def procedure(topic: Topic, reading: Reading) -> Node:
    return filled(
        {
            "@type": ["SurgicalProcedure", "MedicalTherapy"],
            "name": topic.name,
            "alternateName": topic.alternate_names,
            "description": topic.summary,
            "bodyLocation": topic.body_location,
            "procedureType": getattr(topic, "procedure_type", ""),
            "preparation": words(reading, Kind.PREPARATION),
            "howPerformed": words(reading, Kind.STEPS) or words(reading, Kind.HOW_IT_WORKS),
            "followup": words(reading, Kind.FOLLOW_UP) or words(reading, Kind.RECOVERY),
            "contraindication": [to_text(row.text) for row in topic.contraindications.all()],
            "seriousAdverseOutcome": [
                {"@type": "MedicalEntity", "name": to_text(row.text)} for row in topic.risks.all()
            ],
        }
    )


def organization(practice: Practice, url: str) -> Node:
    return filled(
        {
            "@type": "MedicalOrganization",
            "@id": f"{url}/#practice",
            "name": practice.name,
            "url": f"{url}/",
            "telephone": str(practice.phone.as_e164 if practice.phone else ""),
        }
    )


def clinic(practice: Practice, location: Location, url: str) -> Node:
    address = url + location.get_absolute_url()
    return filled(
        {
            "@type": "MedicalClinic",
            "@id": clinic_id(location, url),
            "name": f"{practice.name}, {location.said('name')}",
            "url": address,
            "parentOrganization": {"@id": f"{url}/#practice"},
            "telephone": str(location.phone.as_e164 if location.phone else ""),
            "medicalSpecialty": practice.specialty,
            "address": {
                "@type": "PostalAddress",
                "streetAddress": location.street,
                "addressLocality": location.city,
                "addressRegion": location.state,
                "postalCode": location.postal_code,
                "addressCountry": "US",
            },
            "openingHoursSpecification": [
                {
                    "@type": "OpeningHoursSpecification",
                    "dayOfWeek": [WEEKDAY[name] for name in span.days],
                    "opens": f"{span.opens:%H:%M}",
                    "closes": f"{span.closes:%H:%M}",
                }
                for span in location.hours.all()
            ],
        }
    )


def person(row: Practitioner, url: str) -> Node:
    """A physician is one in the words of schema.org too; nobody else is."""
    today = clock.today(Practice.objects.current().zone)
    is_physician = row.role == Role.PHYSICIAN
    places = [{"@id": clinic_id(location, url)} for location in row.locations.all()]
    return filled(
        {
            "@type": ["Person", "IndividualPhysician"] if is_physician else "Person",
            "@id": person_id(row, url),
            "name": row.name,
            "honorificSuffix": row.credentials,
            "jobTitle": row.said("job_title"),
            "url": url + row.get_absolute_url(),
            "worksFor": {"@id": f"{url}/#practice"},
            "workLocation": places,
            "medicalSpecialty": row.said("specialty") if is_physician else "",
            "practicesAt": places if is_physician else [],
            "knowsLanguage": row.said_list("languages"),
            "memberOf": [{"@type": "Organization", "name": name} for name in row.member_of],
            "award": row.awards,
            "hasCredential": [
                {
                    "@type": "EducationalOccupationalCredential",
                    "name": board.specialty,
                    "recognizedBy": {"@type": "Organization", "name": board.board},
                }
                for board in row.board_certifications.all()
                if board.holds_on(today)
            ],
        }
    )


def crumbs(thing: Page | Location, url: str) -> Node:
    path = breadcrumbs(thing)
    if len(path) < 2:
        return {}
    return {
        "@type": "BreadcrumbList",
        "@id": f"{url}{path[-1].url}#breadcrumbs",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": link.name, "item": url + link.url}
            for number, link in enumerate(path, start=1)
        ],
    }


def breadcrumbs(thing: Page | Location) -> list[Link]:
    """From home to the thing itself, which stands last."""
    home = Link(_("Home"), languages.address("/"))
    if isinstance(thing, Location):
        places = Link(_("Locations"), languages.address("/locations/"))
        return [home, places, Link(thing.said("name"), thing.get_absolute_url())]
    if isinstance(thing, HomePage):
        return [home]
    above = thing.get_ancestors().filter(depth__gt=2).values_list("title", "url_path")
    names = [*above, (thing.name if isinstance(thing, Topic) else thing.title, thing.url_path)]
    # "/welcome/team/ana/": the first part is home, which has no name in an address
    return [
        home,
        *(Link(name, languages.address("/" + path.split("/", 2)[2])) for name, path in names),
    ]


def words(reading: Reading, kind: Kind) -> str:
    """A section as running text."""
    part = reading.part(kind)
    if part is None:
        return ""
    texts = [part.body, *(item.text for item in part.items if hasattr(item, "text")), part.after]
    return " ".join(to_text(text) for text in texts if text.strip())


def named(type_: str, text: str) -> list[Node]:
    return [{"@type": type_, "name": text}] if text else []


def anatomy(place: str) -> Node | None:
    return {"@type": "AnatomicalStructure", "name": place} if place else None


def reference(row: Practitioner | None, url: str) -> Node | None:
    return {"@id": person_id(row, url)} if row else None


def clinic_id(location: Location, url: str) -> str:
    # One place, in however many languages.
    return f"{url}/locations/{location.slug}/#clinic"


def person_id(row: Practitioner, url: str) -> str:
    # One person, in however many languages a page tells of them.
    return f"{url}/team/{row.slug}/#person"


def day(date: Any) -> str:
    return date.isoformat() if date else ""


def filled(node: Node) -> Node:
    """Without what we do not know."""
    return {key: value for key, value in node.items() if value not in (None, "", [], {})}
