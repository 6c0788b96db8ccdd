import django.core.validators
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="As orders name it, exact case.", max_length=50, unique=True
                    ),
                ),
                ("slug", models.SlugField(unique=True)),
                ("name", models.CharField(max_length=50)),
                (
                    "family",
                    models.CharField(
                        choices=[
                            ("free", "For the undecided"),
                            ("film", "By kind of work"),
                            ("size", "By size of team"),
                        ],
                        max_length=10,
                    ),
                ),
                ("promise_de", models.CharField(max_length=200)),
                ("promise_en", models.CharField(max_length=200)),
                ("features_de", models.TextField(help_text="One a line.")),
                ("features_en", models.TextField(help_text="One a line.")),
                (
                    "net_cents",
                    models.PositiveIntegerField(help_text="A month, without VAT, in cents."),
                ),
                (
                    "currency",
                    models.CharField(
                        default="EUR",
                        max_length=3,
                        validators=[django.core.validators.RegexValidator("\\A[A-Z]{3}\\Z")],
                    ),
                ),
                (
                    "vat_rate",
                    models.DecimalField(
                        decimal_places=2, default=19, help_text="In percent.", max_digits=4
                    ),
                ),
                (
                    "members",
                    models.PositiveIntegerField(
                        help_text="How many members a project may have.",
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                (
                    "packing",
                    models.CharField(
                        choices=[("automatic", "automatic"), ("manual", "after approval by staff")],
                        default="automatic",
                        max_length=10,
                    ),
                ),
                ("recommended", models.BooleanField(default=False)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "listed",
                    models.BooleanField(
                        default=True,
                        help_text="A tier that is not listed is retired: nobody can order it.",
                    ),
                ),
            ],
            options={
                "verbose_name": "tier",
                "verbose_name_plural": "tiers",
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Promotion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="As customers type it, exact case.", max_length=200, unique=True
                    ),
                ),
                (
                    "name",
                    models.CharField(help_text="What it is for; customers see it.", max_length=100),
                ),
                (
                    "percent",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        help_text="Off the net price, in percent; or else an amount.",
                        max_digits=5,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(0.01),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "amount_cents",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Off the net price of a month, in cents of the tier's currency.",
                        null=True,
                        validators=[django.core.validators.MinValueValidator(1)],
                    ),
                ),
                ("valid_from", models.DateTimeField(default=django.utils.timezone.now)),
                ("valid_until", models.DateTimeField(blank=True, null=True)),
                (
                    "max_uses",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="How many orders may use it; empty for any number.",
                        null=True,
                    ),
                ),
                (
                    "uses",
                    models.PositiveIntegerField(
                        default=0,
                        editable=False,
                        help_text="Orders placed with it, also those that were cancelled later.",
                    ),
                ),
                (
                    "tiers",
                    models.ManyToManyField(
                        blank=True,
                        help_text="None chosen: good for all.",
                        related_name="+",
                        to="catalogue.product",
                    ),
                ),
            ],
            options={
                "verbose_name": "promotion code",
                "verbose_name_plural": "promotion codes",
                "ordering": ["code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("percent", None), ("amount_cents", None), _connector="XOR"
                        ),
                        name="promotion_is_percent_or_amount",
                        violation_error_message="Give a percentage or an amount, one of the two.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_uses", None), ("uses__lte", models.F("max_uses")), _connector="OR"
                        ),
                        name="promotion_is_not_overused",
                        violation_error_message="It was used more often than that already.",
                    ),
                ],
            },
        ),
    ]
