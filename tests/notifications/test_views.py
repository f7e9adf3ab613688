"""The page behind the bell."""

from datetime import UTC, datetime

from notifications.actions import notify
from notifications.models import Notice
from tests.cast import as_member, happened

PAGE = "/o/riverside/notices/"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def told(person, organisation, number=1):
    return notify(person, happened(organisation, NOON), f"Something {number} for you", about=organisation)


def test_opening_one_marks_it_read_and_goes_there(as_, riverside, cara):
    notice = told(cara, riverside)
    response = as_(cara).get(f"{PAGE}{notice.pk}/")
    assert response["Location"] == "/o/riverside/"
    assert Notice.objects.get().read_at


def test_what_is_gone_or_has_no_page_leads_back_to_the_list(as_, riverside, cara):
    notice = notify(cara, happened(riverside, NOON), "A group has no page of its own")
    assert as_(cara).get(f"{PAGE}{notice.pk}/")["Location"] == PAGE
    Notice.objects.filter(pk=notice.pk).update(kind="lesson", ident=10**9)
    assert as_(cara).get(f"{PAGE}{notice.pk}/")["Location"] == PAGE


def test_unread_ones_come_first(as_, riverside, cara):
    from notifications.actions import mark_notice_read

    mark_notice_read(told(cara, riverside, 2), by=as_member(cara), at=NOON)
    told(cara, riverside, 1)
    text = as_(cara).get(PAGE).content.decode()
    assert text.index("Something 1") < text.index("Something 2")


def test_mark_all_as_read(as_, riverside, cara):
    told(cara, riverside, 1)
    browser = as_(cara)
    up_to = browser.get(PAGE).context["newest"]
    told(cara, riverside, 2)
    browser.post(f"{PAGE}read/", {"up_to": up_to})
    assert [notice.text for notice in Notice.objects.unread()] == ["Something 2 for you"]
    for odd in ("nonsense", "9" * 5000):
        browser.post(f"{PAGE}read/", {"up_to": odd})
    assert Notice.objects.unread().count() == 1


def test_nobody_reads_anothers(as_, riverside, cara, lena, nia):
    notice = told(cara, riverside)
    assert as_(lena).get(f"{PAGE}{notice.pk}/").status_code == 404
    assert "Something" not in as_(lena).get(PAGE).content.decode()
    assert Notice.objects.unread().count() == 1


def test_notices_stay_in_their_organisation(as_, riverside, hillside, nia):
    notice = told(nia, hillside)
    assert "Something" not in as_(nia).get(PAGE).content.decode()
    assert as_(nia).get(f"{PAGE}{notice.pk}/").status_code == 404


def test_the_same_number_of_queries(as_, riverside, cara, django_assert_max_num_queries):
    browser, counted = as_(cara), []
    browser.get(PAGE)
    for start in (1, 2):
        for number in range(start, start + 3):
            told(cara, riverside, number)
        with django_assert_max_num_queries(15) as captured:
            browser.get(PAGE)
        counted.append(len(captured))
    assert counted[0] == counted[1]
