"""Which helpers a step of a room can take: word in its script (``takes``) → the module that brings all of it.

A map like slots.py. An app above may bring one, too: what a step does with lessons stands in ``lessons``. See
``techniques/helper_registry.py`` for what a helper has to say.
"""

HELPERS: dict[str, str] = {
    "marks": "techniques.helpers.marks.MARKS",
    "rota": "techniques.helpers.rota.ROTA",
    "sides": "techniques.helpers.assist.SIDES",
    "talk": "techniques.helpers.assist.TALK",
    "advice": "techniques.helpers.assist.ADVICE",
    "outlook": "techniques.helpers.outlook.OUTLOOK",
    "sheet": "techniques.helpers.sheets.SHEET_ONLY",
    "wants": "techniques.helpers.sheets.WANTED",
    "offers": "techniques.helpers.sheets.OFFERED",
    "claims": "techniques.helpers.market.CLAIMED",
    "consent": "techniques.helpers.consent.CONSENT",
    "fishbowl": "techniques.helpers.fishbowl.CIRCLE",
    "playback": "techniques.helpers.playback.PLAYED",
    # Action learning set
    "report-in": "techniques.helpers.learning.REPORTING",
    "bids": "techniques.helpers.learning.BIDDING",
    "turns": "techniques.helpers.learning.PRESENTING",
    "rest": "techniques.helpers.learning.RESTING",
    "look-back": "techniques.helpers.learning.LOOKING_BACK",
}
