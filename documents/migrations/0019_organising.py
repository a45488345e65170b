
import django.db.models.deletion
import django.db.models.functions.text
import tasks.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0003_names_for_people'),
        ('documents', '0018_storage_checks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Download',
            fields=[
                ('id', models.UUIDField(default=tasks.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('task_id', models.UUIDField(blank=True, null=True)),
                ('status', models.CharField(choices=[('writing', 'Being written'), ('ready', 'Ready'), ('failed', 'Failed'), ('cancelled', 'Cancelled')], default='writing', max_length=10)),
                ('error', models.TextField(blank=True)),
                ('count', models.PositiveIntegerField(help_text='documents that were asked for')),
                ('original_bytes', models.BigIntegerField(help_text='what their files come to')),
                ('files', models.PositiveIntegerField(default=0, help_text='files in the ZIP without the manifests')),
                ('size', models.BigIntegerField(default=0, help_text='of the ZIP')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='downloads', to='cases.case')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'download',
                'verbose_name_plural': 'downloads',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.UUIDField(default=tasks.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('words', models.JSONField(default=dict, help_text="of the list's address, as {status, cause, kind, q, tag, order}")),
                ('shared', models.BooleanField(default=False, help_text='with everybody in the case', verbose_name='shared')),
                ('created', models.DateTimeField(auto_now_add=True)),
                ('updated', models.DateTimeField(auto_now=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_filters', to='cases.case')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'saved filter',
                'verbose_name_plural': 'saved filters',
                'ordering': [django.db.models.functions.text.Lower('name'), 'id'],
                'constraints': [models.UniqueConstraint(models.F('case'), models.F('user'), django.db.models.functions.text.Lower('name'), name='one_filter_of_a_name_per_person')],
            },
        ),
    ]
