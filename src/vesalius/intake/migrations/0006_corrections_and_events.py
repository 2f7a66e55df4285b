
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0005_events_and_workbooks'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='patientmapping',
            name='a_new_id_once',
        ),
        migrations.AddField(
            model_name='identitydomain',
            name='corrections',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='identitydomain',
            name='events',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='patientmapping',
            name='same_as',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='others', to='intake.patientmapping'),
        ),
        migrations.AddConstraint(
            model_name='patientmapping',
            constraint=models.UniqueConstraint(condition=models.Q(('same_as', None)), fields=('domain', 'patient_id'), name='a_new_id_once'),
        ),
    ]
