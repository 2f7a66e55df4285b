import uuid

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0006_a_revision_may_be_held_by_another_archive'),
    ]

    operations = [
        migrations.CreateModel(
            name='PublishedChange',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('token', models.UUIDField(default=uuid.uuid4)),
                ('patients', models.JSONField(null=True)),
            ],
        ),
    ]
