"""How search's tables are stored, and the triggers that count what is in them.

The triggers run once per statement and append deltas (see documents/models/statistics.py); they are the only writers of the
delta tables, so that no path that inserts or deletes passages (a stage, a cascade, a bulk load) can leave the sums wrong.
"""

from django.db import migrations

STORAGE = """
ALTER TABLE documents_chunkembedding ALTER COLUMN vector SET STORAGE PLAIN;
ALTER TABLE documents_chunkwords ALTER COLUMN tsv SET STORAGE MAIN;
ALTER TABLE documents_vocabulary SET (fillfactor = 80);
"""

COUNT_WORDS = """
CREATE FUNCTION documents_count_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO documents_passagecountdelta (case_id, chunks, length)
            SELECT case_id, count(*), sum(length) FROM new_rows GROUP BY case_id;
        INSERT INTO documents_vocabularydelta (words)
            SELECT jsonb_object_agg(lexeme, n) FROM (
                SELECT lexeme, count(*) AS n FROM new_rows, unnest(tsv) GROUP BY lexeme) AS words HAVING count(*) > 0;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO documents_passagecountdelta (case_id, chunks, length)
            SELECT case_id, -count(*), -sum(length) FROM old_rows GROUP BY case_id;
        INSERT INTO documents_vocabularydelta (words)
            SELECT jsonb_object_agg(lexeme, -n) FROM (
                SELECT lexeme, count(*) AS n FROM old_rows, unnest(tsv) GROUP BY lexeme) AS words HAVING count(*) > 0;
    ELSE
        INSERT INTO documents_passagecountdelta (case_id, chunks, length)
            SELECT case_id, sum(one), sum(one * length) FROM (
                SELECT case_id, length, 1 AS one FROM new_rows UNION ALL SELECT case_id, length, -1 FROM old_rows) AS both_rows
            GROUP BY case_id HAVING sum(one) <> 0 OR sum(one * length) <> 0;
        INSERT INTO documents_vocabularydelta (words)
            SELECT jsonb_object_agg(lexeme, n) FROM (
                SELECT lexeme, sum(one) AS n FROM (
                    SELECT lexeme, 1 AS one FROM new_rows, unnest(tsv)
                    UNION ALL SELECT lexeme, -1 FROM old_rows, unnest(tsv)) AS both_rows
                GROUP BY lexeme HAVING sum(one) <> 0) AS words HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_inserted_words AFTER INSERT ON documents_chunkwords
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION documents_count_words();
CREATE TRIGGER count_deleted_words AFTER DELETE ON documents_chunkwords
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION documents_count_words();
CREATE TRIGGER count_updated_words AFTER UPDATE ON documents_chunkwords
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION documents_count_words();
"""

COUNT_VECTORS = """
CREATE FUNCTION documents_count_vectors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO documents_passagecountdelta (case_id, model_id, chunks, length)
            SELECT case_id, model_id, count(*), 0 FROM new_rows GROUP BY case_id, model_id;
    ELSE
        INSERT INTO documents_passagecountdelta (case_id, model_id, chunks, length)
            SELECT case_id, model_id, -count(*), 0 FROM old_rows GROUP BY case_id, model_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_inserted_vectors AFTER INSERT ON documents_chunkembedding
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION documents_count_vectors();
CREATE TRIGGER count_deleted_vectors AFTER DELETE ON documents_chunkembedding
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION documents_count_vectors();
"""

FORGET = """
DROP TRIGGER count_inserted_words ON documents_chunkwords;
DROP TRIGGER count_deleted_words ON documents_chunkwords;
DROP TRIGGER count_updated_words ON documents_chunkwords;
DROP FUNCTION documents_count_words();
DROP TRIGGER count_inserted_vectors ON documents_chunkembedding;
DROP TRIGGER count_deleted_vectors ON documents_chunkembedding;
DROP FUNCTION documents_count_vectors();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_initial")]
    operations = [
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
        migrations.RunSQL(COUNT_WORDS + COUNT_VECTORS, FORGET),
    ]
