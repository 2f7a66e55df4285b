"""What people keep: baskets, shared lists, saved searches, manifests."""

from django.db import models


class SharedList(models.Model):
    """A named fixed set of series."""

    name = models.CharField(max_length=200, unique=True)
    description = models.TextField(blank=True)
    url = models.URLField(max_length=500, blank=True)
    owner = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    usage_count = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.name


class SharedListItem(models.Model):
    """One series of a shared list."""

    shared_list = models.ForeignKey(SharedList, on_delete=models.CASCADE, related_name="items")
    series_instance_uid = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shared_list", "series_instance_uid"], name="a_list_item_once")
        ]


class Basket(models.Model):
    """A person's (or a browser session's) current choice."""

    owner = models.CharField(max_length=150, unique=True)  # "person:NAME" or "session:KEY"
    changed_at = models.DateTimeField(auto_now=True)


class BasketItem(models.Model):
    """One series in a basket."""

    basket = models.ForeignKey(Basket, on_delete=models.CASCADE, related_name="items")
    series_instance_uid = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, blank=True)  # of the revision that was chosen
    removed_at = models.DateTimeField(null=True)  # taken out, and may be put back until the next removal

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["basket", "series_instance_uid"], name="a_basket_item_once")
        ]


class SavedSearch(models.Model):
    """A stored question."""

    owner = models.CharField(max_length=150)
    name = models.CharField(max_length=200)
    query = models.JSONField()
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="a_search_name_once")]


class Manifest(models.Model):
    """A manifest that was made for somebody: which series, when."""

    name = models.CharField(max_length=200, unique=True)
    series_instance_uids = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
