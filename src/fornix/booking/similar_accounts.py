"""Accounts that may be somebody whom Calpendo names: by e-mail, login, or words of the name. It only suggests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from fornix.booking.identity import BY_EMAIL, Linking, fold_email
from fornix.catalog.typed_text import name_words
from fornix.models import Account, Identity

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
    identifier: str = ""

    @property
    def logins(self) -> frozenset[str]:
        """What Calpendo takes for the person's log-in."""
        return frozenset({self.login, self.identifier} - {""})


class Accounts:
    """The active accounts, to be found by identity, e-mail, login and words of the name.

    :param linking: by what this site links people to accounts.
    """

    def __init__(self, rows: Iterable[Account], linking: Linking = BY_EMAIL) -> None:
        self._aliases = linking.aliases
        self._by_subject: dict[str, Account] = {}
        self._by_email: defaultdict[str, list[Account]] = defaultdict(list)
        self._by_login: dict[str, Account] = {}
        self._by_word: defaultdict[str, list[tuple[frozenset[str], Account]]] = defaultdict(list)
        for row in rows:
            self._by_login[row.username.casefold()] = row
            if row.email:
                self._by_email[fold_email(row.email, self._aliases)].append(row)
            words = name_words(row.name) - _TITLES
            for word in words:
                if len(word) >= _SHORTEST:
                    self._by_word[word].append((words, row))
        known = {row.pk: row for row in self._by_login.values()}
        for account_id, subject in Identity.objects.filter(realm=linking.realm or None).values_list(
            "account_id", "subject"
        ):
            if account_id in known:
                self._by_subject[subject] = known[account_id]

    def of_identity(self, logins: Iterable[str]) -> tuple[Account, ...]:
        """The accounts that single sign-on knows as one of these."""
        found = (self._by_subject[login] for login in sorted(logins) if login in self._by_subject)
        return tuple({account.pk: account for account in found}.values())

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
        is_known = bool(self.of_identity(called.logins) or self.of_email(called.email))
        is_known = is_known or self.of_login(called.login) is not None
        return is_known or any(True for _ in self.named(called.name))

    def suggestions(self, called: Called) -> tuple[Suggestion, ...]:
        """Accounts that may be meant, the likeliest first."""
        found: dict[str, Suggestion] = {}

        def add(account: Account, why: str) -> None:
            found.setdefault(account.username, Suggestion(account.username, account.name, why))

        for account in self.of_identity(called.logins):
            add(account, "same log-in at single sign-on")
        for account in self.of_email(called.email):
            add(account, "same e-mail")
        if same := self.of_login(called.login):
            add(same, "same user name")
        for account, is_same in sorted(self.named(called.name), key=lambda pair: (not pair[1], pair[0].pk)):
            add(account, "same name" if is_same else "similar name")
        return tuple(found.values())[:MOST_SUGGESTIONS]
