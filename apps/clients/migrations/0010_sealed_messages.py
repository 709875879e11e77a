"""Messages name sessions by the ids that open them: those that are kept are sealed."""

from django.db import migrations

from apps.core.ids import seal, unseal


def change(apps, turn):
    deliveries = apps.get_model("clients", "WebhookDelivery").objects
    for delivery in deliveries.only("body").iterator():
        deliveries.filter(pk=delivery.pk).update(body=turn(delivery.body))


def seal_all(apps, schema_editor):
    change(apps, seal)


def unseal_all(apps, schema_editor):
    change(apps, unseal)


class Migration(migrations.Migration):
    dependencies = [("clients", "0009_scopes")]
    operations = [migrations.RunPython(seal_all, unseal_all)]
