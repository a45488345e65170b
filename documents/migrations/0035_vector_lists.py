from django.db import migrations

# Graphs over vectors (HNSW) give way to lists, which a task makes where there are many vectors (services.search.vector_index).
DROP = """
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
                WHERE indrelid = 'documents_chunkembedding'::regclass AND amname = 'hnsw'
    LOOP EXECUTE format('DROP INDEX %I', name); END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0034_alerts")]

    operations = [migrations.RunSQL(DROP, migrations.RunSQL.noop)]
