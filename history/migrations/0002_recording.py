"""The function that every trigger calls, and the one that forgets. Both act as the owner, whoever calls them."""

from django.db import migrations

# Its arguments: the column of what a row is part of (or none), and the columns whose values are kept.
RECORD = """
CREATE FUNCTION history_record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    acting text := current_setting('history.acting', true);
    kept text[] := TG_ARGV[1];
    was jsonb;
    becomes jsonb;
    facts jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        was := to_jsonb(OLD);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        becomes := to_jsonb(NEW);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(key, CASE WHEN key = ANY(kept) THEN jsonb_build_array(was->key, value) END)
            INTO facts FROM jsonb_each(becomes) WHERE value <> was->key;
    ELSE
        SELECT jsonb_object_agg(key, value)
            INTO facts FROM jsonb_each(coalesce(becomes, was)) WHERE key = ANY(kept) AND value <> 'null';
    END IF;
    INSERT INTO public.history_change (changed_at, who, place, "table", key, whole, what, facts) VALUES (
        now(),
        nullif(split_part(acting, '|', 1), '')::bigint,
        coalesce(left(split_part(acting, '|', 2), 100), ''),
        TG_TABLE_NAME,
        (coalesce(becomes, was)->>'id')::bigint,
        (coalesce(becomes, was)->>TG_ARGV[0])::bigint,
        lower(TG_OP),
        facts
    );
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION history_record FROM PUBLIC;
"""

# Whoever may connect may call it, because there is nothing to choose: what is old enough has to go.
FORGET = """
CREATE FUNCTION history_forget(most integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    WITH old_changes AS (
        DELETE FROM public.history_change WHERE id IN (
            SELECT id FROM public.history_change WHERE changed_at < now() - interval '24 months'
            ORDER BY changed_at LIMIT most)
        RETURNING 1
    ), old_acts AS (
        DELETE FROM public.django_admin_log WHERE id IN (
            SELECT id FROM public.django_admin_log WHERE action_time < now() - interval '24 months' LIMIT most)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM old_changes) + (SELECT count(*) FROM old_acts)
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial"), ("admin", "0003_logentry_add_action_flag_choices")]

    operations = [
        migrations.RunSQL(RECORD, "DROP FUNCTION history_record CASCADE"),
        migrations.RunSQL(FORGET, "DROP FUNCTION history_forget"),
    ]
