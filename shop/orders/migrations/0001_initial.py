import django.db.models.deletion
import shop.orders.models
import shop.prefix_search
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0001_initial"),
        ("allauth_idp_oidc", "0003_client_allow_uri_wildcards"),
        ("catalogue", "0001_initial"),
        ("content", "0001_initial"),
        ("tenancy", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "order_hash",
                    models.CharField(
                        default=shop.orders.models.new_hash,
                        editable=False,
                        max_length=32,
                        unique=True,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "open"),
                            ("pending", "received"),
                            ("packing", "being set up"),
                            ("packed", "done"),
                            ("has_packing_errors", "has errors"),
                            ("need_human", "needs a person"),
                            ("cancelled", "cancelled"),
                        ],
                        default="new",
                        max_length=20,
                    ),
                ),
                ("complete", models.BooleanField(default=False)),
                ("tier_name", models.CharField(blank=True, max_length=50)),
                ("net_cents", models.PositiveIntegerField(default=0)),
                ("discount_cents", models.PositiveIntegerField(default=0)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("vat_rate", models.DecimalField(decimal_places=2, default=0, max_digits=4)),
                ("client_id", models.BigIntegerField(blank=True, null=True)),
                ("client_name", models.CharField(blank=True, max_length=200, null=True)),
                ("project_id", models.BigIntegerField(blank=True, null=True)),
                ("project_name", models.CharField(blank=True, max_length=200, null=True)),
                ("user_email", models.CharField(blank=True, max_length=254, null=True)),
                ("user_first_name", models.CharField(blank=True, max_length=200, null=True)),
                ("user_last_name", models.CharField(blank=True, max_length=200, null=True)),
                ("user_login", models.CharField(blank=True, max_length=150, null=True)),
                ("redirection_uri", models.CharField(blank=True, max_length=2000, null=True)),
                (
                    "language",
                    models.CharField(
                        choices=[("de", "German"), ("en", "English")], default="de", max_length=2
                    ),
                ),
                ("promo_code", models.CharField(blank=True, max_length=200, null=True)),
                ("token_last4", models.CharField(blank=True, max_length=4)),
                (
                    "owner_digest",
                    models.CharField(blank=True, editable=False, max_length=64, null=True),
                ),
                ("packing_began_at", models.DateTimeField(blank=True, null=True)),
                ("fault", models.CharField(blank=True, max_length=40)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("follow_up_on", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "application",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.application",
                    ),
                ),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "delivered_client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tenancy.client",
                    ),
                ),
                (
                    "delivered_project",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tenancy.project",
                    ),
                ),
                (
                    "invitation",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="order",
                        to="tenancy.invitation",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "placed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="catalogue.product",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "token",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="allauth_idp_oidc.token",
                    ),
                ),
                (
                    "token_user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "order",
                "verbose_name_plural": "orders",
                "ordering": ["-created_at", "-pk"],
                "permissions": [
                    ("mend_order", "Can mend orders"),
                    ("export_order", "Can export orders"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrderEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("state", "state"),
                            ("details", "details filled in"),
                            ("approved", "approved"),
                            ("corrected", "details corrected"),
                            ("address", "address corrected"),
                            ("taken", "taken"),
                            ("handed_back", "handed back"),
                            ("follow_up", "follow-up"),
                            ("note", "note"),
                            ("sent_again", "sent again"),
                            ("removed", "member removed"),
                            ("hurried", "tried at once"),
                            ("steps_again", "steps run again"),
                            ("client_admin", "client handed over"),
                        ],
                        default="state",
                        max_length=20,
                    ),
                ),
                (
                    "previous",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("new", "open"),
                            ("pending", "received"),
                            ("packing", "being set up"),
                            ("packed", "done"),
                            ("has_packing_errors", "has errors"),
                            ("need_human", "needs a person"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("new", "open"),
                            ("pending", "received"),
                            ("packing", "being set up"),
                            ("packed", "done"),
                            ("has_packing_errors", "has errors"),
                            ("need_human", "needs a person"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=20,
                    ),
                ),
                ("fault", models.CharField(blank=True, max_length=40)),
                ("note", models.TextField(blank=True)),
                ("details", models.JSONField(blank=True, default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="orders.order",
                    ),
                ),
            ],
            options={
                "verbose_name": "event",
                "verbose_name_plural": "events",
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Basket",
            fields=[
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="basket",
                        serialize=False,
                        to="orders.order",
                    ),
                ),
                ("document", models.JSONField(default=dict)),
                ("currency", models.CharField(blank=True, max_length=3)),
                ("language_tag", models.CharField(blank=True, max_length=200)),
                ("company", models.CharField(blank=True, max_length=200)),
                ("contacts", models.JSONField(default=dict)),
                ("payment", models.CharField(blank=True, max_length=20)),
                ("attributes", models.JSONField(null=True)),
                ("product_key", models.CharField(blank=True, max_length=32)),
                ("agreed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "application",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="access.application",
                    ),
                ),
                (
                    "terms",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="content.version",
                    ),
                ),
            ],
            options={
                "verbose_name": "basket",
                "verbose_name_plural": "baskets",
            },
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["state", "updated_at"], name="orders_orde_state_220d7b_idx"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                fields=["application", "-created_at"], name="orders_orde_applica_a37e86_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["owner_digest"], name="orders_orde_owner_d_a93f66_idx"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("complete", True), ("state", "pending")),
                fields=["state", "created_at"],
                name="order_due",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["state", "created_at", "product"], name="order_placed"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["product", "state", "updated_at"], name="order_of_tier"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("taken_by__isnull", False)),
                fields=["taken_by", "state", "updated_at"],
                name="order_taken",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("follow_up_on__isnull", False)),
                fields=["state", "follow_up_on"],
                name="order_follow_up",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("client_id__isnull", False)),
                fields=["client_id"],
                name="order_client",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(shop.prefix_search.Folded("user_email"), name="order_email"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(shop.prefix_search.Folded("user_login"), name="order_login"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(shop.prefix_search.Folded("client_name"), name="order_client_name"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                shop.prefix_search.Folded("project_name"), name="order_project_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "new",
                            "pending",
                            "packing",
                            "packed",
                            "has_packing_errors",
                            "need_human",
                            "cancelled",
                        ],
                    )
                ),
                name="order_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "new"), ("product__isnull", False), _connector="OR"),
                name="placed_order_has_a_tier",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "new")),
                fields=("owner_digest",),
                name="one_open_order_per_owner_id",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "new")),
                fields=("owner",),
                name="one_open_order_per_user",
            ),
        ),
        migrations.AddConstraint(
            model_name="basket",
            constraint=models.CheckConstraint(
                condition=models.Q(("terms", None), ("agreed_at__isnull", False), _connector="XOR"),
                name="consent_has_version_and_time",
            ),
        ),
    ]
