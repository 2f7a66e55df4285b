
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('intake', '0004_proofs_and_faces'),
    ]

    operations = [
        migrations.AlterField(
            model_name='finding',
            name='kind',
            field=models.CharField(choices=[('not_dicom', 'Not Dicom'), ('structure', 'Structure'), ('quarantine', 'Quarantine'), ('pixel_text', 'Pixel Text'), ('structured_content', 'Structured Content'), ('identity', 'Identity'), ('not_removed', 'Not Removed'), ('not_emptied', 'Not Emptied'), ('not_cleaned', 'Not Cleaned'), ('stamp_missing', 'Stamp Missing'), ('reference', 'Reference'), ('leak', 'Leak'), ('conformance', 'Conformance'), ('text', 'Text'), ('face', 'Face'), ('event', 'Event'), ('late_identifier', 'Late Identifier'), ('table', 'Table'), ('column_undeclared', 'Column Undeclared'), ('column_text', 'Column Text'), ('column_values', 'Column Values'), ('workbook', 'Workbook'), ('unknown_patient', 'Unknown Patient')], max_length=20),
        ),
    ]
