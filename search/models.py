"""What can be found: one narrow row per thing, its words beside it.

The rows carry the same visibility columns as the things themselves, so that one rule decides who sees what. The text
index lives in the database too, but Django does not know it: an FTS5 table on SQLite, a ``tsv`` column beside the
texts on PostgreSQL (see ``search.engines`` and the migrations).
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from kmportal.lib.model_fields import LineField
from kmportal.lib.things import Ref
from kmportal.lib.unlinking import number_by_lot
from organisations.models import Group, Membership, Organisation, Person
from organisations.permissions import Permission
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
        # A page of a list is read from one of these in its order, up to its last row, however many there are.
        indexes = [
            models.Index(fields=["organisation", "-at", "-id"], name="search_doc_at"),
            models.Index(fields=["organisation", "kind", "-at", "-id"], name="search_doc_kind"),
            models.Index(fields=["organisation", "kind", "state", "-at", "-id"], name="search_doc_state"),
            models.Index(fields=["organisation", "kind", "subkind", "-at", "-id"], name="search_doc_subkind"),
            models.Index(fields=["organisation", "kind", "source", "-at", "-id"], name="search_doc_source"),
            models.Index(fields=["organisation", "kind", "year", "-at", "-id"], name="search_doc_year"),
            models.Index(fields=["organisation", "group", "kind", "-at", "-id"], name="search_doc_group"),
            # What a group keeps to itself, and of what the network shares what belongs to one.
            models.Index(fields=["group", "reach", "kind", "-at", "-id"], name="search_doc_circle"),
            models.Index("organisation", "kind", Lower("title"), "id", name="search_doc_title"),
            models.Index(fields=["kind", "-at", "-id"], name="search_doc_network", condition=Q(reach=Reach.NETWORK)),
            # What one sees only because one wrote it: little, of somebody who brought in all. Without what nobody
            # wrote, which may be nearly everything: a planner would take that for what everybody wrote.
            models.Index(fields=["author", "reach"], name="search_doc_own", condition=Q(author__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.title


class DocCount(models.Model):
    """How many things there are: the figures of lists, kept by triggers in the transaction of the change.

    A row counts the things of a kind and state that an ``audience`` sees: all of them, or those with one ``value`` of
    ``name`` (a group, a source …), or of these only those ``within`` one value of another. So a list finds what it
    shows with no filter or one, and reads as many rows as there are values, however many things there are.

    An audience is an organisation (“o7”), those in it who check lessons (“r7”), a group (“g7”), the network (“n”), or
    whoever wrote a thing (“a”): what one sees for that reason alone is counted from the rows. On PostgreSQL each change
    adds rows of its own, so that nobody waits for anybody; ``counting.fold`` adds them up later.
    """

    audience = models.CharField(max_length=24)
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    name = models.CharField(max_length=10)
    value = models.CharField(max_length=80)
    within = models.CharField(max_length=10)
    within_value = models.CharField(max_length=80)
    number = models.BigIntegerField()
    waits = models.BooleanField(default=True, help_text="A change that was not added up yet.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["audience", "kind", "state", "name", "value", "within", "within_value"],
                condition=Q(waits=False),
                name="search_count_once",
            )
        ]
        indexes = [
            models.Index(fields=["waits"], condition=Q(waits=True), name="search_count_waits"),
            models.Index(fields=["audience", "kind", "within", "within_value"], name="search_count_within"),
        ]

    def __str__(self) -> str:
        return f"{self.number} of {self.kind}"


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


class DictionaryEntryQuerySet(models.QuerySet["DictionaryEntry"]):
    """What words mean in organisations."""

    def visible_to(self, membership: Membership) -> "DictionaryEntryQuerySet":
        """Those of one’s own organisation: no other reads or uses them."""
        return self.filter(organisation=membership.organisation_id)


class DictionaryEntry(models.Model):
    """Synonym: a word or an abbreviation that people of one organisation use, and what else stands in texts for it.

    Searching for either finds both, there and nowhere else. ``only_capitals``: in small letters it is another word.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    short = LineField("What people type", max_length=40, error_messages={"blank": "Say what people type."})
    long = LineField("What it means", max_length=80, error_messages={"blank": "Say what it means."})
    keys = models.CharField(max_length=200, editable=False, help_text="Both as search reads them.")
    only_capitals = models.BooleanField("It means this in capitals only", default=False)

    objects = DictionaryEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "dictionary entries"
        ordering = ["short", "long", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "keys"],
                name="dictionary_entry_once",
                violation_error_message="This stands there already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.short}: {self.long}"


class UnansweredSearchQuerySet(models.QuerySet["UnansweredSearch"]):
    """Searches without a result, in the words of those who look after them."""

    def visible_to(self, membership: Membership) -> "UnansweredSearchQuerySet":
        """The list is for those who curate; others see an answer where they ask the same."""
        if not membership.can(Permission.FACILITATE):
            return self.none()
        return self.filter(organisation=membership.organisation_id)

    def in_state(self, state: str) -> "UnansweredSearchQuerySet":
        return self.filter(state=state)

    def newest_first(self) -> "UnansweredSearchQuerySet":
        return self.order_by("-last_on", "-days", "-pk")

    def most_often_first(self) -> "UnansweredSearchQuerySet":
        return self.order_by("-days", "-last_on", "-pk")


class UnansweredSearch(models.Model):
    """Words that found nothing, in one organisation: what was searched for, and on how many days. Never by whom.

    ``key`` is the same for the same words in another order or form. ``told_on`` is the last day on which somebody
    asked the librarian for it. The answer is a ``Ref`` (``answer_kind``, ``answer_ident``), words, or both; it is shown
    while it waits for a better one, too. ``version`` counts what those who curate said.
    """

    class State(models.TextChoices):
        OPEN = "open", "Waiting"
        ANSWERED = "answered", "Answered"
        ASIDE = "aside", "Not for us"

    id = models.BigIntegerField(primary_key=True, default=number_by_lot, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    key = models.CharField(max_length=64, editable=False)
    words = models.CharField(max_length=200)
    days = models.PositiveIntegerField(default=1, help_text="On how many days it was asked.")
    last_on = models.DateField()
    told_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    answer_kind = models.CharField(max_length=20, blank=True)
    answer_ident = models.BigIntegerField(null=True, blank=True)
    answer_words = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    answered_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    traces = models.BigIntegerField(
        default=number_by_lot, help_text="Its place or the files still tell when it was asked. Zero: they do not."
    )

    objects = UnansweredSearchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "unanswered searches"
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="unanswered_search_once")]
        indexes = [
            models.Index(fields=["organisation", "state", "-last_on"], name="unanswered_newest"),
            models.Index(fields=["organisation", "state", "-days"], name="unanswered_often"),
            models.Index(fields=["last_on"], condition=~models.Q(traces=0), name="unanswered_unmixed"),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def name_in_trail(self) -> str:
        """What people search for stays out of the trail."""
        return "A search without a result"

    @property
    def answer(self) -> Ref | None:
        return Ref(self.answer_kind, self.answer_ident) if self.answer_kind and self.answer_ident else None

    @property
    def has_answer(self) -> bool:
        """Whether something was said to answer it, and not taken back."""
        return self.state != self.State.ASIDE and bool(self.answer or self.answer_words)
