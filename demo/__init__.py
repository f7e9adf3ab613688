"""The demo: one year of two invented organisations, told through the portal’s own actions.

What happens stands in ``demo/content/*.yaml``, in working days before and after the day of loading. Each part
(people, programme, rounds, sessions, lessons, reuse …) turns its file into happenings; ``simulate`` puts all of
them into the order of time and lets them happen, each with its moment. So the audit trail, the search index, notices,
mails and threads are real, and the portal looks a year old.
"""
