from django.core.management import call_command


def test_the_schema_of_the_api_is_made_without_a_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))
    assert "/api/cases/{id}/" in (tmp_path / "schema.yml").read_text()
