"""Votes go where what they are about goes, whatever moves or deletes it: a verb, a cascade, or SQL.

A document that moves takes its ratings and the votes on it along; what is deleted for good takes them with it; a ruling that was found
to be another leaves its ratings to that one, except of people who have rated both.
"""

from django.db import migrations, models

FOLLOW = """
-- All scores may change in one night: with room on their pages no index is written.
ALTER TABLE analytics_ratingscore SET (fillfactor = 50);

CREATE FUNCTION analytics_ratings_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE analytics_rating SET case_id = NEW.case_id WHERE target_type = 'document' AND target_id = NEW.id;
    UPDATE analytics_ratingscore SET case_id = NEW.case_id WHERE target_type = 'document' AND target_id = NEW.id;
    UPDATE analytics_hitvote SET case_id = NEW.case_id WHERE document = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER move_ratings AFTER UPDATE OF case_id ON documents_document
    FOR EACH ROW WHEN (OLD.case_id IS DISTINCT FROM NEW.case_id) EXECUTE FUNCTION analytics_ratings_move();

CREATE FUNCTION analytics_ratings_vanish() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_ARGV[0] = 'ruling' THEN
        UPDATE analytics_rating AS rating SET target_id = source.ruling_id
            FROM old_rows JOIN cases_rulingsource AS source ON source.former = old_rows.id
            WHERE rating.target_type = 'ruling' AND rating.target_id = old_rows.id AND NOT EXISTS (
                SELECT FROM analytics_rating AS other
                WHERE other.target_type = 'ruling' AND other.target_id = source.ruling_id AND other.user_id = rating.user_id
            );
    END IF;
    DELETE FROM analytics_rating USING old_rows WHERE target_type = TG_ARGV[0] AND target_id = old_rows.id;
    DELETE FROM analytics_ratingscore USING old_rows WHERE target_type = TG_ARGV[0] AND target_id = old_rows.id;
    IF TG_ARGV[0] = 'document' THEN
        DELETE FROM analytics_hitvote USING old_rows WHERE document = old_rows.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER delete_ratings AFTER DELETE ON documents_document
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics_ratings_vanish('document');
CREATE TRIGGER delete_ratings AFTER DELETE ON documents_message
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics_ratings_vanish('message');
CREATE TRIGGER delete_ratings AFTER DELETE ON cases_ruling
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION analytics_ratings_vanish('ruling');
"""

STAY = """
ALTER TABLE analytics_ratingscore RESET (fillfactor);
DROP TRIGGER move_ratings ON documents_document;
DROP TRIGGER delete_ratings ON documents_document;
DROP TRIGGER delete_ratings ON documents_message;
DROP TRIGGER delete_ratings ON cases_ruling;
DROP FUNCTION analytics_ratings_move();
DROP FUNCTION analytics_ratings_vanish();
"""


class Migration(migrations.Migration):
    dependencies = [("analytics", "0003_impressions"), ("cases", "0007_ruling_sources"), ("documents", "0037_conversation_narrowed")]
    operations = [
        migrations.CreateModel(
            name="RatingPrior",
            fields=[
                (
                    "target_type",
                    models.CharField(
                        choices=[("document", "Document"), ("ruling", "Ruling"), ("message", "Answer")],
                        max_length=10,
                        primary_key=True,
                        serialize=False,
                        verbose_name="what",
                    ),
                ),
                ("mean", models.FloatField(verbose_name="mean")),
                ("count", models.PositiveBigIntegerField(default=0, verbose_name="ratings")),
                ("computed", models.DateTimeField()),
            ],
            options={"verbose_name": "expected rating", "verbose_name_plural": "expected ratings", "ordering": ["target_type"]},
        ),
        migrations.AddIndex(
            model_name="hitvote", index=models.Index(fields=["document"], name="votes_on_a_document")
        ),
        migrations.RunSQL(FOLLOW, STAY),
    ]
