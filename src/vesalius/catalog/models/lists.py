"""What people keep: baskets, shared lists, saved searches, manifests."""

from django.db import models
from django.utils import timezone


class SharedList(models.Model):
    """One version of a named set of series; fixed once it stands: the next version is another row of the same name."""

    name = models.CharField(max_length=200)
    version = models.IntegerField(default=1)  # 1, 2, 3 ... of this name
    title = models.CharField(max_length=300, blank=True)
    description = models.TextField(blank=True)
    url = models.URLField(max_length=500, blank=True)
    owner = models.CharField(max_length=150)  # name of an account
    public = models.BooleanField(default=True)  # False: for its owner, and whom they let read it
    series_count = models.IntegerField(default=0)  # when it was made; a purge leaves fewer items
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)  # its owner deleted it; what is left says that it was there
    usage_count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="a_list_version_once")]

    def __str__(self) -> str:
        return self.name


class SharedListItem(models.Model):
    """One series of a shared list."""

    shared_list = models.ForeignKey(SharedList, on_delete=models.CASCADE, related_name="items")
    series_instance_uid = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, blank=True)  # of the revision that was chosen

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

    owner = models.CharField(max_length=150)  # "person:NAME"
    name = models.CharField(max_length=200)
    query = models.JSONField()  # {"parameters": [[name, value] ...]}, as its address spells them
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    looked_at = models.DateTimeField(default=timezone.now)  # what was published since is new to its owner
    removed_at = models.DateTimeField(null=True)  # deleted, and may be put back until the next deletion

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="a_search_name_once")]


class SearchHistory(models.Model):
    """What an account asked last, unless it would rather not have that kept."""

    owner = models.CharField(max_length=150, unique=True)  # "person:NAME"
    kept = models.BooleanField(default=True)
    searches = models.JSONField(default=list)  # newest first: {"parameters": [[name, value] ...], "at": when}


class Manifest(models.Model):
    """A manifest that was made for somebody: which series, when."""

    name = models.CharField(max_length=200, unique=True)
    series_instance_uids = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)
