"""The demo: one year of two invented organisations, told through the portal’s own actions.

What happens stands in ``demo/content/*.yaml``, in working days before and after the day of loading. Each
part (people, programme, rounds, sessions, lessons, promises) turns its file into happenings; ``playing`` puts all of
them into the order of time and plays them, and ``dating`` gives every row that they leave the moment of the story.
So the audit trail, the search index, notices, mails and threads are real, and the portal looks a year old.
"""
