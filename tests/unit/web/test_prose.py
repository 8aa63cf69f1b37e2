"""Sentences of the mirror on a page."""

from __future__ import annotations

import pytest

from fornix.web.prose import prose


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("held (`fornix mirror holds`)", "held (<code>fornix mirror holds</code>)"),
        ("as of sweep 12, today", 'as of <a href="/mirror/sweeps/12">sweep 12</a>, today'),
        ("<b>Sweep x</b> & `<i>`", "&lt;b&gt;Sweep x&lt;/b&gt; &amp; <code>&lt;i&gt;</code>"),
        ("one ` alone", "one ` alone"),
        ("sweeps 12", "sweeps 12"),
        (f"sweep {'9' * 40}", f"sweep {'9' * 40}"),
    ],
    ids=["command", "sweep", "escaped", "unpaired", "plural", "too long"],
)
def test_commands_stand_out_and_sweeps_are_links(text, shown):
    assert str(prose(text)) == shown
