from django.conf import settings
from django.db import migrations

# What the administration pages write down about a person is which row it was. Names would stay for two years, and the
# application may change no history.
NAMES_NOBODY = """
CREATE FUNCTION privacy_history_names_nobody() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kind text;
BEGIN
    SELECT model INTO kind FROM django_content_type WHERE id = NEW.content_type_id AND (app_label, model) IN (
        ('accounts', 'user'), ('bookings', 'attendee'), ('champions', 'champion'), ('surgeries', 'shift')
    );
    IF FOUND THEN
        NEW.object_repr := initcap(kind) || ' ' || coalesce(NEW.object_id, '');
    END IF;
    IF NEW.change_message LIKE '[{%' THEN
        SELECT coalesce(jsonb_agg(
            CASE WHEN part -> verb ->> 'name' IN ('user', 'attendee', 'champion', 'shift')
                THEN jsonb_set(part, ARRAY[verb, 'object'], '"somebody"') ELSE part END ORDER BY number
        ), '[]')::text INTO NEW.change_message
        FROM jsonb_array_elements(NEW.change_message::jsonb) WITH ORDINALITY AS parts (part, number),
            LATERAL (SELECT key FROM jsonb_object_keys(part) AS keys (key) LIMIT 1) AS verbs (verb);
    END IF;
    RETURN NEW;
EXCEPTION WHEN invalid_text_representation THEN
    RETURN NEW; -- words, and no list
END $$;
CREATE TRIGGER history_names_nobody BEFORE INSERT OR UPDATE ON django_admin_log
    FOR EACH ROW EXECUTE FUNCTION privacy_history_names_nobody();
UPDATE django_admin_log SET object_repr = object_repr;
"""

# The rest of history is for `history_forget`. The application's role may delete none, so a function of the owner does it: what is old, and nothing else.
# privacy.periods.HISTORY_KEPT says the same.
FORGET = """
CREATE FUNCTION privacy_forget_history(most integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $$
DECLARE
    since timestamptz := now() - interval '24 months';
    gone bigint := 0;
    n bigint;
BEGIN
    DELETE FROM public.bookings_correction
        WHERE id IN (SELECT id FROM public.bookings_correction WHERE corrected_at < since ORDER BY id LIMIT most);
    GET DIAGNOSTICS n = ROW_COUNT;
    gone := gone + n;
    DELETE FROM public.privacy_disclosure
        WHERE id IN (SELECT id FROM public.privacy_disclosure WHERE given_at < since ORDER BY id LIMIT most);
    GET DIAGNOSTICS n = ROW_COUNT;
    gone := gone + n;
    DELETE FROM public.privacy_erasure
        WHERE id IN (SELECT id FROM public.privacy_erasure WHERE erased_at < since ORDER BY id LIMIT most);
    GET DIAGNOSTICS n = ROW_COUNT;
    RETURN gone + n;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("privacy", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("bookings", "0010_corrected_outcome"),
        ("contenttypes", "0002_remove_content_type_name"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(
            NAMES_NOBODY,
            "DROP TRIGGER history_names_nobody ON django_admin_log; DROP FUNCTION privacy_history_names_nobody",
        ),
        migrations.RunSQL(FORGET, "DROP FUNCTION privacy_forget_history"),
    ]
