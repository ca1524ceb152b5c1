"""What the database watches over by itself; tests/appointments/test_constraints.py tries each.

Lists of statements, so that nothing has to guess where a function ends.
"""

from django.db import migrations

from practice.content_version import watch

# At the end of a transaction a visit and the time it takes are of one mind.
AGREE = [
    """
CREATE FUNCTION appointments_agree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  taken appointments_occupancy%ROWTYPE;
  visit appointments_appointment%ROWTYPE;
BEGIN
  IF TG_TABLE_NAME = 'appointments_appointment' AND TG_OP <> 'INSERT' THEN
    -- What a visit has let go of must not go on taking time.
    IF EXISTS (SELECT FROM appointments_occupancy AS left_behind
               WHERE left_behind.id = OLD.occupancy_id AND left_behind.kind IN ('request', 'visit')
                 AND NOT EXISTS (SELECT FROM appointments_appointment
                                 WHERE occupancy_id = left_behind.id)) THEN
      RAISE EXCEPTION 'visit % left its time taken', OLD.reference
        USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_and_occupancy_agree';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN NULL; END IF;
  END IF;
  IF TG_TABLE_NAME = 'appointments_occupancy' THEN
    SELECT * INTO taken FROM appointments_occupancy WHERE id = NEW.id;
    IF NOT FOUND THEN RETURN NULL; END IF;
    SELECT * INTO visit FROM appointments_appointment WHERE occupancy_id = taken.id;
    IF FOUND <> (taken.kind IN ('request', 'visit')) THEN
      RAISE EXCEPTION 'a % belongs to % visit', taken.kind, (CASE WHEN FOUND THEN 'a' ELSE 'no' END)
        USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_and_occupancy_agree';
    END IF;
    IF NOT FOUND THEN RETURN NULL; END IF;
  ELSE
    SELECT * INTO visit FROM appointments_appointment WHERE id = NEW.id;
    IF NOT FOUND OR visit.occupancy_id IS NULL THEN RETURN NULL; END IF;
    SELECT * INTO taken FROM appointments_occupancy WHERE id = visit.occupancy_id;
    IF NOT FOUND THEN RETURN NULL; END IF;
  END IF;
  IF taken.practitioner_id <> visit.practitioner_id
     OR taken.location_id IS DISTINCT FROM visit.location_id
     OR taken.visit_type_id <> visit.visit_type_id
     OR taken.starts_at <> visit.starts_at
     OR taken.ends_at <> visit.ends_at
     OR taken.during <> tstzrange(
          visit.starts_at - make_interval(mins => visit.buffer_before_minutes),
          visit.ends_at + make_interval(mins => visit.buffer_after_minutes))
     OR taken.kind <> (CASE visit.status WHEN 'pending' THEN 'request' ELSE 'visit' END)
  THEN
    RAISE EXCEPTION 'visit % and the time it takes differ', visit.reference
      USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_and_occupancy_agree';
  END IF;
  RETURN NULL;
END $$
""",
    """
CREATE CONSTRAINT TRIGGER appointment_and_occupancy_agree
  AFTER INSERT OR UPDATE OR DELETE ON appointments_appointment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION appointments_agree()
""",
    """
CREATE CONSTRAINT TRIGGER occupancy_and_appointment_agree
  AFTER INSERT OR UPDATE ON appointments_occupancy
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION appointments_agree()
""",
]
NOT_AGREE = [
    "DROP TRIGGER appointment_and_occupancy_agree ON appointments_appointment",
    "DROP TRIGGER occupancy_and_appointment_agree ON appointments_occupancy",
    "DROP FUNCTION appointments_agree()",
]

# A status without its row of history is no status: whoever writes one without a verb is refused.
HISTORY = [
    """
CREATE FUNCTION appointments_status_has_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  latest text;
  visit appointments_appointment%ROWTYPE;
BEGIN
  SELECT * INTO visit FROM appointments_appointment WHERE id = NEW.id;
  IF NOT FOUND THEN RETURN NULL; END IF;
  SELECT to_status INTO latest FROM appointments_statuschange
    WHERE appointment_id = NEW.id ORDER BY id DESC LIMIT 1;
  IF latest IS DISTINCT FROM visit.status THEN
    RAISE EXCEPTION 'visit % is % without a row that says so', visit.reference, visit.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'appointment_status_has_history';
  END IF;
  RETURN NULL;
END $$
""",
    """
CREATE CONSTRAINT TRIGGER appointment_status_has_history
  AFTER INSERT OR UPDATE OF status ON appointments_appointment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  EXECUTE FUNCTION appointments_status_has_history()
""",
]
NO_HISTORY = [
    "DROP TRIGGER appointment_status_has_history ON appointments_appointment",
    "DROP FUNCTION appointments_status_has_history()",
]

# Of a transaction's number and a sequence, so that a version is never used twice: not after a
# rollback, not in a copy of this database on the same server.
# A change of rules waits for every booking under way, and every later booking sees it.
# 20111 is booking.py's LOCK_OF_A_PRACTITIONER.
VERSIONS = [
    "CREATE SEQUENCE appointments_calendar_versions MAXVALUE 1048575 CYCLE",
    """
CREATE FUNCTION appointments_next_version() RETURNS bigint LANGUAGE sql AS $$
  SELECT pg_current_xact_id()::text::bigint * 1048576 + nextval('appointments_calendar_versions')
$$
""",
    """
CREATE FUNCTION appointments_times_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE appointments_calendarversion SET version = appointments_next_version()
      WHERE practitioner_id = OLD.practitioner_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    UPDATE appointments_calendarversion SET version = appointments_next_version()
      WHERE practitioner_id = NEW.practitioner_id;
  END IF;
  RETURN NULL;
END $$
""",
    """
CREATE TRIGGER raise_calendar_version AFTER INSERT OR UPDATE OR DELETE ON appointments_occupancy
  FOR EACH ROW EXECUTE FUNCTION appointments_times_changed()
""",
    """
CREATE FUNCTION appointments_rules_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  person bigint;
BEGIN
  FOR person IN SELECT practitioner_id FROM appointments_calendarversion ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock(20111, person::int);
    UPDATE appointments_calendarversion SET version = appointments_next_version()
      WHERE practitioner_id = person;
  END LOOP;
  RETURN NULL;
END $$
""",
    """
CREATE FUNCTION appointments_new_practitioner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO appointments_calendarversion (practitioner_id, version)
    VALUES (NEW.id, appointments_next_version());
  RETURN NULL;
END $$
""",
    """
CREATE TRIGGER new_practitioner AFTER INSERT ON practice_practitioner
  FOR EACH ROW EXECUTE FUNCTION appointments_new_practitioner()
""",
    """
INSERT INTO appointments_calendarversion (practitioner_id, version)
  SELECT id, appointments_next_version() FROM practice_practitioner
""",
]
NO_VERSIONS = [
    "DROP TRIGGER new_practitioner ON practice_practitioner",
    "DROP FUNCTION appointments_new_practitioner()",
    "DROP FUNCTION appointments_rules_change()",
    "DROP TRIGGER raise_calendar_version ON appointments_occupancy",
    "DROP FUNCTION appointments_times_changed()",
    "DROP FUNCTION appointments_next_version()",
    "DROP SEQUENCE appointments_calendar_versions",
]
RULES = (
    "practice_practice",
    "practice_location",
    "practice_openinghours",
    "practice_deskhours",
    "practice_closure",
    "practice_practitioner",
    "appointments_visittype",
    "appointments_workinghours",
    "appointments_workinghours_visit_types",
)


def on_rules() -> list[migrations.RunSQL]:
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER rules_change BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION appointments_rules_change()",
            f"DROP TRIGGER rules_change ON {table}",
        )
        for table in RULES
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("appointments", "0001_initial"),
        ("practice", "0002_ground"),
    ]
    operations = [
        migrations.RunSQL(AGREE, NOT_AGREE),
        migrations.RunSQL(HISTORY, NO_HISTORY),
        migrations.RunSQL(VERSIONS, NO_VERSIONS),
        *on_rules(),
        watch(
            "appointments_visittype",
            "appointments_workinghours",
            "appointments_workinghours_visit_types",
        ),
    ]
