"""One test for each of the twenty rules (R1 to R20) that our reviews keep."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from appointments.models import Appointment
from correspondence.models import OutboxMessage
from practice.models import Practice
from reviews import authorizations, invitations, moderation, reading, replies
from reviews.figures import figures
from reviews.models import (
    Authorization,
    Decision,
    Invitation,
    Redaction,
    Refusal,
    Report,
    Review,
    ReviewRules,
)
from tests import people
from tests.content import a_physician, a_procedure, a_review, an_assistant, the_practice, written
from tests.reviews.conftest import took_place
from tests.reviews.pages import answers, invitation_path, own_path, sends, signs, text

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent


def html_of(client: Client, path: str = "/reviews/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def test_r1_every_visit_is_invited_alike_whatever_came_of_it(
    clinic: people.Clinic, now: dt.datetime
) -> None:
    times = people.free_times(clinic.same_day, now)
    alice = people.a_visit(clinic.same_day, now, slot=times[0])
    bob = people.a_visit(clinic.same_day, now, slot=times[1], details=people.bob(red_flag="today"))
    still_to_come = people.a_visit(
        clinic.same_day, now, slot=times[2], details=people.bob(phone="+12145550103")
    )
    took_place(alice, ended=now - dt.timedelta(days=2))
    took_place(bob, ended=now - dt.timedelta(days=3))

    assert invitations.invite_everybody(now=now) == 2
    assert invitations.invite_everybody(now=now) == 0

    sent = OutboxMessage.objects.filter(kind="review_invitation").order_by("to")
    assert [message.to for message in sent] == ["alice@example.com", "bob@example.com"]
    assert sent[0].context == sent[1].context
    assert not Invitation.objects.filter(appointment=still_to_come).exists()


def test_r2_nothing_is_given_for_a_review_and_what_was_given_stands_next_to_it(
    client: Client, now: dt.datetime
) -> None:
    the_practice()
    a_review(author="Paid P.", rewarded=True)
    assert "given or promised something for this review" in text(html_of(client))
    Review.objects.update(rewarded=False)
    assert "given or promised something for this review" not in text(html_of(client))
    assert client.post("/reviews/new/", answers(now, rewarded="")).status_code == 400
    for name in ("review_invitation.txt", "review_invitation.html"):
        words = (ROOT / "templates/emails" / name).read_text()
        assert "Nobody gets anything for a review" in words


def test_r3_staff_review_only_with_a_visible_disclosure(
    client: Client, now: dt.datetime, frances: User
) -> None:
    the_practice(email="desk@harbor-spine.test")
    for email in (frances.email.upper(), "desk@harbor-spine.test", "anybody@harbor-spine.test"):
        answer = client.post("/reviews/new/", answers(now, email=email))
        assert answer.status_code == 400
        assert "Say that you work here" in answer.content.decode()
    assert not Review.objects.exists()
    review = sends(client, now, email=frances.email, relation="staff")
    signs(client)
    moderation.accept(review, by=frances, now=now)
    assert "The writer works here, or did." in html_of(client)


def test_r4_the_words_are_never_changed_only_hidden_where_everybody_sees_it(
    client: Client, now: dt.datetime, frances: User
) -> None:
    the_practice()
    review = a_review(body="Nurse Kay Moss was late. Kay Moss!", rating=None)
    for change in ({"body": "Lovely."}, {"author": "Somebody"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(**change)
    with pytest.raises(ValueError, match="is not a valid"):
        moderation.redact(review, words="Kay Moss", reason="unkind", by=frances, now=now)
    assert moderation.redact(review, words="Kay Moss", reason="name", by=frances, now=now) == 2
    html = html_of(client)
    assert "Nurse [redacted] was late. [redacted]!" in html
    assert "Kay Moss" not in html
    assert "We have hidden some words: The name of another person" in html
    review.refresh_from_db()
    assert review.body == "Nurse Kay Moss was late. Kay Moss!"
    assert "Nurse" not in html_of(client, "/reviews/?q=Moss")  # a search does not tell either


def test_r5_a_refusal_has_one_of_five_reasons_and_none_is_about_the_opinion(
    frances: User, morgan: User, now: dt.datetime
) -> None:
    assert {one.value for one in Refusal} == {
        *("private", "abuse", "advertising", "not-about-us", "not-a-person"),
    }
    for word in ("negative", "unkind", "bad", "star", "rating", "unfair"):
        assert not any(word in str(one.label).lower() for one in Refusal)
    review = written(rating=1)
    with pytest.raises(ValueError, match="negative"):
        moderation.propose_refusal(review, reason="negative", by=frances, now=now)
    for wrong in (
        {"refusal_reason": "negative", "refusal_by": frances},
        {"status": "refused"},
        {
            "status": "refused",
            "refusal_reason": "abuse",
            "refusal_by": frances,
            "decided_by": frances,
        },
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(
            review=review, at=now, by=frances, what="refused", reason="too negative"
        )
    review.refresh_from_db()
    assert review.status == "waiting"


def test_r6_nobody_sees_the_stars_before_deciding_and_each_step_is_written_down(
    desk: Client, frances: User, morgan: User, now: dt.datetime
) -> None:
    review = written(rating=4, body="Four stars they are, I say.")
    other = written(rating=1)
    hints = re.compile(r"\b[1-5] of 5|rating|★|stars", re.IGNORECASE)
    for path in ("/admin/reviews/", f"/admin/reviews/{review.pk}/"):
        seen = html_of(desk, path).replace("Four stars they are, I say.", "")
        assert not hints.search(seen), hints.search(seen)
        # Two reviews that differ in their stars alone look alike.
    pages = []
    for rating in (5, 1):
        Review.objects.filter(pk=other.pk).update(rating=rating)
        page = html_of(desk, f"/admin/reviews/{other.pk}/")
        pages.append(re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page))
    assert pages[0] == pages[1]
    moderation.propose_refusal(review, reason="advertising", by=frances, now=now)
    assert not hints.search(
        html_of(desk, f"/admin/reviews/{review.pk}/").replace("Four stars they are, I say.", "")
    )
    moderation.confirm_refusal(review, by=morgan, now=now)
    assert "4 of 5" in html_of(desk, f"/admin/reviews/{review.pk}/")
    log = Decision.objects.filter(review=review).values_list("what", "by", "reason")
    assert list(log) == [
        ("refusal-proposed", frances.pk, "advertising"),
        ("refused", morgan.pk, "advertising"),
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.update(what="accepted")


def test_r7_the_page_counts_all_reviews_and_waits_for_thirty_before_an_average(
    client: Client,
) -> None:
    the_practice()
    for number in range(29):
        a_review(author=f"P{number}", rating=5)
    a_review(author="Undated", rating=None, received=None)
    a_review(author="No", rating=1, status="refused")
    a_review(author="Wait", rating=1, status="waiting", authorization=None)
    found = figures()
    assert (found.received, found.published, found.percent) == (32, 30, 93)
    assert (found.average, found.bars, found.undated) == (None, [], 1)
    assert "Not enough reviews for an average" in html_of(client)
    a_review(author="Last", rating=1)
    # The refused one is not in it, and a reader's filter changes nothing.
    assert str(figures().average) == "4.9"
    page = text(html_of(client, "/reviews/?stars=1"))
    assert "The average of all 30 published ratings is 4.9 of 5" in page
    assert "It is abusive, obscene or discriminating 1" in page
    assert "1 of 5 3 received, 1 published, 1 refused" in page
    assert "5 of 5 29 (97%)" in page
    assert "September 1, 2026 to September 1, 2026" in page
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewRules.objects.create(enough_for_average=5)


def test_r8_the_newest_come_first_and_a_selection_says_that_it_is_one(client: Client) -> None:
    the_practice()
    a_review(author="Old", received=dt.date(2026, 1, 1), rating=5)
    a_review(author="Undated", received=None, rating=5)
    a_review(author="New", received=dt.date(2026, 11, 1), rating=1)
    a_review(author="Middle", received=dt.date(2026, 6, 1), rating=3)
    shown = [one.review.author for one in reading.page(reading.Wanted()).reviews]
    assert shown == ["New", "Middle", "Old", "Undated"]
    home = text(html_of(client, "/"))
    assert "A selection: the two newest, chosen by date alone." in home
    assert "Read them all" in home
    assert ("New" in home, "Middle" in home, "Undated" in home) == (True, True, False)
    assert "best" not in home.lower()


def test_r9_a_waiting_review_has_a_clock_and_the_queue_is_in_order_of_arrival(
    desk: Client, now: dt.datetime, frances: User
) -> None:
    days = dt.timedelta(days=1)
    late = written(author="Late", rating=1, arrived_at=now - 8 * days)
    new = written(author="New", rating=5, arrived_at=now - days)
    middle = written(author="Middle", rating=3, arrived_at=now - 3 * days)
    assert list(moderation.queue()) == [late, middle, new]
    assert moderation.due(late, ReviewRules()) == now - days
    assert "1 late" in text(html_of(desk, "/admin/reviews/report/"))
    moderation.accept(late, by=frances, now=now)
    page = text(html_of(desk, "/admin/reviews/report/"))
    assert "The longest 192.0 hours" in page
    assert "Later than 7 days 1" in page


def test_r10_nothing_is_public_without_a_signed_dated_authorization_that_says_it_all(
    client: Client, now: dt.datetime, frances: User
) -> None:
    the_practice()
    review = sends(client, now)
    moderation.accept(review, by=frances, now=now)
    assert review.body not in html_of(client)
    signs(client)
    assert review.body in html_of(client)
    signed = Authorization.objects.get()
    assert (signed.signature, signed.signed_on) == ("Alice Adams", dt.date(2026, 11, 24))
    for said in (
        *("What:", "Who may show it: Harbor Spine Clinic. To whom: everybody", "What for:"),
        *("How long: until I take it back", "My care, its cost and my insurance do not depend"),
        *("others may pass it on", review.body, "November 24, 2036"),
    ):
        assert said in signed.text
    assert len(signed.text_hash) == 64
    assert client.post("/r/mine/take-back/").status_code == 302
    assert review.body not in html_of(client)
    assert Authorization.objects.get().ended_at is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(status="published")


def test_r11_the_writer_chooses_the_name_and_the_badge_tells_neither_day_nor_reason(
    client: Client, invited: Invitation, now: dt.datetime, frances: User
) -> None:
    client.get(invitation_path(invited))
    assert 'value="A. A."' in html_of(client, "/reviews/new/")  # initials, unless they change it
    review = sends(client, now, author="A patient from Texas")
    signs(client)
    moderation.accept(review, by=frances, now=now)
    html = html_of(client)
    assert "A patient from Texas" in html
    assert "Verified visit" in html
    assert 'href="/reviews/#verified"' in html
    visit = invited.appointment
    for secret in ("Alice", "Adams", visit.reference, "my back hurts", "November 22"):
        assert secret not in html
    sends(Client(), now)
    assert Review.objects.filter(verified=True).count() == 1  # only a recorded visit gives it


def test_r12_a_reply_is_an_approved_one_or_is_scanned_and_takes_two_people(
    client: Client, desk: Client, manager: Client, now: dt.datetime
) -> None:
    the_practice()
    a_procedure()
    a_physician()
    review = a_review(author="Rosa Moreno")
    for name, words in replies.TEMPLATES.items():
        assert replies.found_in(str(words), author=review.author) == [], name
    for bad in (
        *("Dear Rosa, thank you.", "Thanks, ms. MORENO!", "Dr. Ortega says hello."),
        *("See you on March 3rd.", "See you on 11/24.", "Until Tuesday!"),
        *("The kyphoplasty went well.", "Your visit was short.", "We looked at your chart."),
        *("We hope your knee is better.", "Thank you for being our patient."),
    ):
        answer = desk.post(f"/admin/reviews/{review.pk}/reply/", {"template": "", "words": bad})
        assert answer.status_code == 400, bad
        assert "Leave out" in answer.content.decode()
    answer = desk.post(
        f"/admin/reviews/{review.pk}/reply/",
        {"template": "", "words": "We are sorry. Please call."},
    )
    assert answer.status_code == 302
    assert "Please call." not in html_of(client)
    second = f"/admin/reviews/{review.pk}/reply/second/"
    desk.post(second, {"agree": "yes"})
    assert "Please call." not in html_of(client)
    manager.post(second, {"agree": "yes"})
    assert "Please call." in html_of(client)
    desk.post(second, {"agree": "no"})
    desk.post(f"/admin/reviews/{review.pk}/reply/", {"template": "thanks", "words": ""})
    assert "Thank you for taking the time to write." in html_of(client)


def test_r13_every_surface_has_the_disclaimer_and_one_switch_hides_them_all(
    client: Client, manager: Client
) -> None:
    the_practice()
    topic = a_procedure()
    a_review(body="Honest words.", topic=topic.topic_ptr)
    paths = ("/", "/reviews/", "/procedures/kyphoplasty/")
    for path in paths:
        html = html_of(client, path)
        assert "Honest words." in html, path
        for said in (
            "own opinions",
            "not medical professionals",
            "No one was paid",
            "Results vary",
        ):
            assert said in html, path
    numbers = {"enough_for_average": 30, "days_to_decide": 7, "archive_after_months": 24}
    assert manager.post("/admin/reviews/rules/", numbers).status_code == 302
    assert client.get("/reviews/").status_code == client.get("/reviews/new/").status_code == 404
    for path in ("/", "/procedures/kyphoplasty/", "/search/?q=honest"):
        html = html_of(client, path)
        assert "Honest words." not in html, path
        assert "/reviews/" not in html, path
    assert "/reviews/" not in client.get("/sitemap.xml").content.decode()
    manager.post("/admin/reviews/rules/", {**numbers, "shown": "on"})
    assert "Honest words." in html_of(client)


def test_r14_a_note_under_the_review_gives_the_right_title(client: Client) -> None:
    the_practice()
    a_physician()
    an_assistant(name_variants=["Ben Witfield"])
    for number, body in enumerate(
        (
            *("Dr. Whitfield is great.", "Dr.Ben is great", "I love doc ben!", "dr witfield rocks"),
            "Doctor Ben Whitfield listens.",
        )
    ):
        review = a_review(body=body, author=f"P{number}")
        html = html_of(client)
        assert "Ben Whitfield, P.A. is not a doctor but a physician assistant." in html, body
        assert body in html
        review.delete()
    a_review(body="Ben was kind. Dr. Ortega too. I benefited.")
    assert "is not a doctor" not in html_of(client)


def test_r15_reviews_feed_no_markup_no_description_and_no_claim(client: Client) -> None:
    the_practice()
    topic = a_procedure()
    for number in range(31):
        a_review(author=f"P{number}", body="Splendid care.", rating=5, topic=topic.topic_ptr)
    for path in ("/", "/reviews/", "/procedures/kyphoplasty/"):
        html = html_of(client, path)
        head = html[: html.index("</head>")]
        assert "Splendid" not in head, path
        assert "4.9" not in head
        assert "5.0" not in head
        for markup in ('"Review"', "AggregateRating", "itemprop", "ratingValue", "reviewRating"):
            assert markup not in html, path


def test_r16_a_report_flags_and_hides_nothing_and_the_writer_may_appeal(
    client: Client, desk: Client, frances: User, morgan: User, now: dt.datetime
) -> None:
    the_practice()
    review = a_review(body="It names my neighbor.", email="rosa@example.com", came_by="form")
    form = {"reason": "private", "words": "It names me.", "website": ""}
    assert client.post(f"/r/report/{review.pk}/", form).status_code == 200
    assert Report.objects.filter(closed_at=None).count() == 1
    assert "It names my neighbor." in html_of(client)
    assert "It names me." in html_of(desk, "/admin/reviews/")

    moderation.propose_refusal(review, reason="private", by=frances, now=now)
    assert "It names my neighbor." in html_of(client)  # one person alone hides nothing
    with pytest.raises(moderation.NotAllowed):
        moderation.confirm_refusal(review, by=frances, now=now)
    moderation.confirm_refusal(review, by=morgan, now=now)
    assert "It names my neighbor." not in html_of(client)

    assert OutboxMessage.objects.get(kind="review_refused").to == "rosa@example.com"
    client.get(own_path(review))
    assert "private facts about another person" in html_of(client, "/r/mine/")
    client.post("/r/mine/appeal/")
    review.refresh_from_db()
    assert (review.status, review in moderation.queue()) == ("waiting", True)
    moderation.propose_refusal(review, reason="private", by=morgan, now=now)
    moderation.confirm_refusal(review, by=frances, now=now)
    client.post("/r/mine/appeal/")
    review.refresh_from_db()
    assert review.status == "refused"  # once


def test_r17_an_imported_review_says_where_it_comes_from_and_invents_nothing(
    client: Client, now: dt.datetime
) -> None:
    the_practice()
    a_review(source="letter", received=None, rating=None, arrived_at=now)
    html = html_of(client)
    assert "From: letter. Brought in on November 24, 2026, not verified by us" in html
    figure = html[html.index('<figure class="voice"') : html.index("</figure>")]
    assert "<time" not in figure
    assert "of 5" not in figure
    assert "Verified visit" not in figure


def test_r18_no_words_of_ours_restrict_writing_or_claim_what_is_written() -> None:
    claims = re.compile(
        r"(assign|transfer|own)s?\b[^.]{0,40}\bcopyright|agree not to (?:post|publish|write|review)"
        r"|non-?disparage|may not (?:post|publish|review)",
        re.IGNORECASE,
    )
    folders = ("templates", "clinic_site/sample_bundle", "clinic_site/bundle/template")
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".html", ".txt", ".md", ".toml"}:
                assert not claims.search(path.read_text()), path
    page = (ROOT / "templates/reviews/reviews.html").read_text()
    assert "No form or contract of ours keeps anybody from writing about us" in page
    assert "What you write stays yours." in page


def test_r19_the_archive_goes_by_date_alone(client: Client) -> None:
    the_practice()
    old = dt.date(2024, 10, 31)
    a_review(author="OldBad", received=old, rating=1)
    a_review(author="OldGood", received=old, rating=5)
    a_review(author="JustIn", received=dt.date(2024, 11, 1), rating=1)
    a_review(author="NoDate", received=None, rating=1)

    def authors(path: str) -> set[str]:
        html = html_of(client, path)
        return {name for name in ("OldBad", "OldGood", "JustIn", "NoDate") if name in html}

    assert authors("/reviews/") == {"JustIn", "NoDate"}
    assert authors("/reviews/?older=yes") == {"OldBad", "OldGood"}
    assert figures().published == 4  # counted all the same


def test_r20_the_form_needs_no_account_no_script_and_no_puzzle_and_names_other_ways(
    client: Client, now: dt.datetime, settings: Any
) -> None:
    the_practice(licensed_states=["TX"])
    settings.DEMO = False
    html = html_of(client, "/reviews/new/")
    assert "<script" not in html
    assert "not for urgent help" in html
    assert "Texas Medical Board" in html
    assert 'name="website"' in html
    trapped = client.post("/reviews/new/", answers(now, website="https://example.com"))
    assert trapped.status_code == 200
    assert "We have your review" in trapped.content.decode()
    from reviews import forms

    quick = client.post("/reviews/new/", answers(now, opened=forms.begin(now=now)))
    assert quick.status_code == 400
    assert not Review.objects.exists()
    for number in range(2):
        sends(client, now, body=f"Words {number}")
    assert client.post("/reviews/new/", answers(now)).status_code == 429  # of one address
    for number in range(8):
        client.post("/reviews/new/", answers(now, email=f"p{number}@example.com"))
    other = answers(now, email="last@example.com")
    assert client.post("/reviews/new/", other).status_code == 429  # of one place
    assert Review.objects.count() <= 10
    assert Review.objects.filter(email="last@example.com").count() == 0


def test_undone(frances: User, now: dt.datetime, clinic: people.Clinic, seen: Appointment) -> None:
    """Things the rules lean on: undoing a redaction, one authorization at a time, an opt-out."""
    review = a_review(body="one two three")
    moderation.redact(review, words="two", reason="name", by=frances, now=now)
    moderation.show_again(Redaction.objects.get(), by=frances, now=now)
    assert reading.shown([Review.objects.get()])[0].words == "one two three"
    with pytest.raises(moderation.NotAllowed):
        moderation.redact(review, words="one two three", reason="name", by=frances, now=now)
    invitations.stop("ALICE@example.com", now=now)
    assert invitations.invite_everybody(now=now) == 0
    assert Practice.objects.current().pk == 1
    assert authorizations.last_day_from(dt.date(2028, 2, 29)) == dt.date(2038, 2, 28)
