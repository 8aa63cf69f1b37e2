"""Accounts that may be somebody whom Calpendo names: by e-mail, login, or words of the name. It only suggests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from fornix.booking.identity import NO_ALIASES, fold_email
from fornix.catalog.typed_text import name_words
from fornix.models import Account

MOST_SUGGESTIONS = 3
_TITLES = frozenset({"prof", "professor", "dr", "phd", "md", "mr", "mrs", "ms", "pi"})
_SHORTEST = 3  # letters of a word by which two names can be alike


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An account that may be the person's, and why."""

    username: str
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Called:
    """What Calpendo calls somebody by."""

    name: str
    email: str = ""
    login: str = ""


class Accounts:
    """The active accounts, to be found by e-mail, login and words of the name.

    :param aliases: folds e-mail domains of one institution to one (identity.fold_email), as linking does.
    """

    def __init__(self, rows: Iterable[Account], aliases: Mapping[str, str] = NO_ALIASES) -> None:
        self._aliases = aliases
        self._by_email: defaultdict[str, list[Account]] = defaultdict(list)
        self._by_login: dict[str, Account] = {}
        self._by_word: defaultdict[str, list[tuple[frozenset[str], Account]]] = defaultdict(list)
        for row in rows:
            self._by_login[row.username.casefold()] = row
            if row.email:
                self._by_email[fold_email(row.email, aliases)].append(row)
            words = name_words(row.name) - _TITLES
            for word in words:
                if len(word) >= _SHORTEST:
                    self._by_word[word].append((words, row))

    def of_email(self, email: str) -> tuple[Account, ...]:
        """The accounts of this e-mail."""
        folded = fold_email(email, self._aliases)
        return tuple(self._by_email.get(folded, ())) if folded else ()

    def of_login(self, login: str) -> Account | None:
        """The account of this user name."""
        return self._by_login.get(login.casefold()) if login else None

    def named(self, name: str) -> Iterable[tuple[Account, bool]]:
        """Accounts whose name has all words of this one, or the other way round; and whether it is the same."""
        words = name_words(name) - _TITLES
        seen: set[int] = set()
        for word in sorted(words):
            for others, account in self._by_word.get(word, ()):
                if account.pk not in seen and (words <= others or others <= words):
                    seen.add(account.pk)
                    yield account, words == others

    def has_any(self, called: Called) -> bool:
        """Whether anybody would be suggested."""
        is_known = bool(self.of_email(called.email)) or self.of_login(called.login) is not None
        return is_known or any(True for _ in self.named(called.name))

    def suggestions(self, called: Called) -> tuple[Suggestion, ...]:
        """Accounts that may be meant, the likeliest first."""
        found: dict[str, Suggestion] = {}

        def add(account: Account, why: str) -> None:
            found.setdefault(account.username, Suggestion(account.username, account.name, why))

        for account in self.of_email(called.email):
            add(account, "same e-mail")
        if same := self.of_login(called.login):
            add(same, "same user name")
        for account, is_same in sorted(self.named(called.name), key=lambda pair: (not pair[1], pair[0].pk)):
            add(account, "same name" if is_same else "similar name")
        return tuple(found.values())[:MOST_SUGGESTIONS]
