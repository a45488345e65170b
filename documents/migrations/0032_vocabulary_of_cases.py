"""Words are weighed by how many passages of the reader's own cases and of the library have them, so they are counted by case too.

The triggers append deltas by case; what there is already is counted from the passages themselves, once, which takes a few minutes for half
a million of them.
"""

from django.db import migrations, models

COUNT_WORDS = """
CREATE OR REPLACE FUNCTION documents_count_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO documents_passagecountdelta (case_id, chunks, length)
            SELECT case_id, count(*), sum(length) FROM new_rows GROUP BY case_id;
        INSERT INTO documents_vocabularydelta (case_id, words)
            SELECT case_id, jsonb_object_agg(lexeme, n) FROM (
                SELECT case_id, lexeme, count(*) AS n FROM new_rows, unnest(tsv) GROUP BY case_id, lexeme) AS words GROUP BY case_id;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO documents_passagecountdelta (case_id, chunks, length)
            SELECT case_id, -count(*), -sum(length) FROM old_rows GROUP BY case_id;
        INSERT INTO documents_vocabularydelta (case_id, words)
            SELECT case_id, jsonb_object_agg(lexeme, -n) FROM (
                SELECT case_id, lexeme, count(*) AS n FROM old_rows, unnest(tsv) GROUP BY case_id, lexeme) AS words GROUP BY case_id;
    ELSE
        INSERT INTO documents_passagecountdelta (case_id, chunks, length)
            SELECT case_id, sum(one), sum(one * length) FROM (
                SELECT case_id, length, 1 AS one FROM new_rows UNION ALL SELECT case_id, length, -1 FROM old_rows) AS both_rows
            GROUP BY case_id HAVING sum(one) <> 0 OR sum(one * length) <> 0;
        INSERT INTO documents_vocabularydelta (case_id, words)
            SELECT case_id, jsonb_object_agg(lexeme, n) FROM (
                SELECT case_id, lexeme, sum(one) AS n FROM (
                    SELECT case_id, lexeme, 1 AS one FROM new_rows, unnest(tsv)
                    UNION ALL SELECT case_id, lexeme, -1 FROM old_rows, unnest(tsv)) AS both_rows
                GROUP BY case_id, lexeme HAVING sum(one) <> 0) AS words GROUP BY case_id;
    END IF;
    RETURN NULL;
END $$;
"""
# Nobody indexes meanwhile. Pending deltas do not say whose they are, so they are folded into the sums of the installation first.
COUNT_BY_CASE = """
LOCK TABLE documents_chunkwords IN SHARE ROW EXCLUSIVE MODE;
WITH gone AS (DELETE FROM documents_vocabularydelta RETURNING words)
INSERT INTO documents_vocabulary AS kept (lexeme, chunks)
    SELECT key, sum(value::bigint) FROM gone, jsonb_each_text(words) GROUP BY key HAVING sum(value::bigint) <> 0
ON CONFLICT (lexeme) DO UPDATE SET chunks = kept.chunks + excluded.chunks;
INSERT INTO documents_casevocabulary (lexeme, case_id, chunks)
    SELECT lexeme, case_id, count(*) FROM documents_chunkwords, unnest(tsv) GROUP BY lexeme, case_id;
ALTER TABLE documents_casevocabulary SET (fillfactor = 80);
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0031_saved_searches")]
    operations = [
        migrations.CreateModel(
            name="CaseVocabulary",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lexeme", models.TextField(db_collation="C")),
                ("case_id", models.UUIDField(null=True)),
                ("chunks", models.BigIntegerField()),
            ],
            options={"verbose_name": "word of a case's vocabulary", "verbose_name_plural": "vocabularies of cases"},
        ),
        migrations.AddConstraint(
            model_name="casevocabulary",
            constraint=models.UniqueConstraint(fields=("lexeme", "case_id"), name="one_word_of_a_case", nulls_distinct=False),
        ),
        migrations.AddIndex(
            model_name="casevocabulary",
            index=models.Index(condition=models.Q(("chunks", 0)), fields=["lexeme"], name="case_words_forgotten"),
        ),
        migrations.AddField(model_name="vocabularydelta", name="case_id", field=models.UUIDField(null=True)),
        migrations.RunSQL(COUNT_WORDS + COUNT_BY_CASE, migrations.RunSQL.noop),
    ]
