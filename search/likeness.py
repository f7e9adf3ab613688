"""Bag of words: what two texts share, by the stems of the words that say something.

Pure: no database.
"""

from search.analyser import chunks, pieces, stem

_COMMON = (
    "a about again all and any are as at be because been before being between both but by can could did do does each "
    "for from get had has have how i if in into is it its know let make many me more most my no not of off on one or "
    "our out over own people same should so some than that the their them then there these they this those through to "
    "together too up us use used very was we well were what when where which who why will with without work would you "
    "your"
)
COMMON = frozenset(_COMMON.split())

# Words of everyday English that stand in any story, whatever it is about: two texts that share them are not alike, and
# “both speak of “nobody”” convinces nobody. In whatever form they stand. No word of these names a thing, a place or a
# kind of work.
_SAYS_LITTLE = (
    "able above according across actually add after afterwards against ago allow almost alone along already also "
    "although always among amount another answer anybody anyone anything anyway appear apply arise around ask attempt "
    "available avoid aware away "
    "back bad based become began begin begun behind believe below beneath beside besides best better beyond big bit "
    "bring broad brought build built call came cannot careful case cause certain chance change choose chose clear "
    "clearly close come common complete completely concern condition consider contain continue correct course "
    "create current currently "
    "day deal decide describe despite detail determine develop differ different difficult direct discover discuss "
    "done down due during early easy effect effort either else end enough ensure entire especially even ever every "
    "everybody everyone everything exactly example except exist expect experience explain extra "
    "fact fail far fast felt few final find finish first five follow former forward found four free frequent full "
    "further future gave general give given go goes gone good got great grow half hand happen hard hardly having "
    "hear held help hence her here him his hold hour however huge "
    "idea identify immediate important improve include increase indeed inform instead involve issue itself job just "
    "keep kept kind knew known lack large last latter lead learn least leave led left less lesser "
    "like likely little long longer look lose lot low "
    "made main maintain major manage matter may maybe mean meant meet member might mind minute miss moment month "
    "morning move much must name near nearly necessary need neither never nevertheless new next nobody none nor normal "
    "note nothing notice now number "
    "obvious occur often old once only onto open opportunity option order other otherwise ought ourselves outside "
    "part particular pass past per perform perhaps person piece place plan play please plenty point poor position "
    "possible potential practice prepare present prevent previous probably problem proceed process produce proper "
    "properly prove provide put question quick quickly quite "
    "rather reach read ready real realise really reason receive recent recommend reduce refer regard relate "
    "relative remain remember require respect response result return right round run "
    "said saw say second see seem seen self send sent serious set several shall share she short show shown side "
    "similar simple simply since single situation six slow small soon sort speak specific spend spent stand start "
    "state stay step still stop strong subject successful such sudden sufficient suggest suitable support suppose sure "
    "take taken talk task team tell ten tend term thank themselves therefore thing think third though thought three "
    "thus time today told tomorrow took top toward tried true try turn twice two type under understand unless "
    "unlike until upon usual "
    "various via want way week went whatever whenever whereas wherever whether while whole whom whose wide "
    "within word world worth write wrong wrote year yes yesterday yet yourself"
)
SAYS_LITTLE = frozenset(stem(word) for word in (*_SAYS_LITTLE.split(), "group", "lesson"))


def words_of(
    text: str, *, common: frozenset[str] = COMMON, says_little: frozenset[str] = SAYS_LITTLE
) -> dict[str, str]:
    """Stem → the word as it is written first, without what is common and what says little."""
    found: dict[str, str] = {}
    for chunk in chunks(text):
        for piece in pieces(chunk[0]):
            if len(piece) > 2 and piece not in common and (stemmed := stem(piece)) not in says_little:
                found.setdefault(stemmed, chunk[0])
    return found
