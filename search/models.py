"""What can be found: one narrow row per thing, its words beside it.

The rows carry the same visibility columns as the things themselves, so that one rule decides who sees what. The text
index lives in the database too, but Django does not know it: an FTS5 table on SQLite, a ``tsv`` column beside the
texts on PostgreSQL (see ``search.engines`` and the migrations).
"""

from django.db import models
from django.utils import timezone

from organisations.models import Group, Membership, Organisation, Person
from organisations.visibility import Reach, within_reach


class SearchDocQuerySet(models.QuerySet["SearchDoc"]):
    """Things that can be found."""

    def visible_to(self, membership: Membership) -> "SearchDocQuerySet":
        return self.filter(within_reach(membership))


class SearchDoc(models.Model):
    """One thing that can be found: its ``Ref`` (``kind``, ``ident``), who may see it, what it is filtered and ranked
    by.
    """

    kind = models.CharField(max_length=20)
    ident = models.BigIntegerField(help_text="Key of the thing in its own table.")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    reach = models.CharField(max_length=20, choices=Reach.choices)
    group = models.ForeignKey(Group, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    author = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=300)
    state = models.CharField(max_length=20, blank=True)
    subkind = models.CharField(max_length=40, blank=True)
    source = models.CharField(max_length=80, blank=True)
    year = models.IntegerField(null=True, blank=True)
    rank = models.SmallIntegerField(default=0, help_text="0 to 1000; what is proved and used comes first.")
    at = models.DateTimeField(default=timezone.now)
    digest = models.CharField(max_length=32, editable=False, help_text="Of all that was put, to see what changed.")

    objects = SearchDocQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "ident"], name="search_doc_once")]

    def __str__(self) -> str:
        return self.title


class SearchText(models.Model):
    """The words of one thing as people wrote them, for highlights. Read for the rows of one page only."""

    doc = models.OneToOneField(SearchDoc, on_delete=models.CASCADE, primary_key=True, related_name="text")
    tags = models.TextField(blank=True)
    abstract = models.TextField(blank=True)
    body = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"Words of {self.doc_id}"


class Word(models.Model):
    """A word that stands in some text, unstemmed. Mistyped words are compared with these.

    It says nothing about who may read that text: a correction is shown only if it finds something for the reader.
    """

    word = models.CharField(max_length=30, primary_key=True)

    def __str__(self) -> str:
        return self.word
