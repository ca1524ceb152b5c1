"""The kinds of section a topic may have: schema.org's health aspects where one fits."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    OVERVIEW = "overview", _("Overview")
    CAUSES = "causes", _("Causes")
    SYMPTOMS = "symptoms", _("Symptoms")
    DIAGNOSIS = "diagnosis", _("Diagnosis")
    TREATMENTS = "treatments", _("Treatments")
    HOW_IT_WORKS = "how_it_works", _("How it works")
    CANDIDATES = "candidates", _("Who it is for")
    CONTRAINDICATIONS = "contraindications", _("Who should not have it")
    BENEFITS = "benefits", _("Benefits")
    PREPARATION = "preparation", _("How to prepare")
    STEPS = "steps", _("Step by step")
    RECOVERY = "recovery", _("Recovery")
    FOLLOW_UP = "follow_up", _("Follow-up")
    SELF_CARE = "self_care", _("What you can do")
    LIVING_WITH = "living_with", _("Living with it")
    RISKS = "risks", _("Risks")
    ALTERNATIVES = "alternatives", _("Other choices")
    PROGNOSIS = "prognosis", _("What to expect")
    PREVENTION = "prevention", _("Prevention")
    RED_FLAGS = "red_flags", _("When to get help at once")
    SEE_DOCTOR = "see_doctor", _("When to see a doctor")
    COST = "cost", _("Cost")
    QUESTIONS = "questions", _("Questions and answers")
    EVIDENCE = "evidence", _("Sources")
