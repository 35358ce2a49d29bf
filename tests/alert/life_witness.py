# ruff: noqa: ARG002 - a step of the journal is read with who took it and when, whether that matters or not
"""A witness who reads the journal of warnings with nothing of ours but its text, and knows what must not stand there.

Not a test: the tests of random lives and of killed processes call it.
"""

import base64
import hashlib
import json
import re
from datetime import datetime
from fnmatch import fnmatchcase

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class Witness:
    """Reads the journal's entries one by one, and knows what must not stand there."""

    def __init__(self, people, status):
        self.people = {one["name"]: (base64.b64decode(one["public_key"]), one.get("machine", False)) for one in people}
        self.status, self.head, self.at = status, "0" * 64, None
        self.proposed, self.author, self.drafts, self.consents = {}, {}, {}, {}
        self.authorities, self.issued, self.published = {}, {}, {}  # published: identifier -> bytes, in order
        self.warned, self.channels, self.expires = {}, {}, {}
        self.told, self.freed, self.gone = {}, {}, set()

    def read(self, entry):
        assert entry.prev == self.head
        line = [entry.seq, entry.at, str(entry.step), entry.who, entry.body, entry.prev]
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == entry.hash
        self.verify(entry.who, entry.hash.encode(), base64.b64decode(entry.sig))
        moment = datetime.fromisoformat(entry.at)
        assert self.at is None or moment >= self.at or entry.step == "clock"
        self.head, self.at = entry.hash, moment
        getattr(self, f"on_{entry.step}", self.nothing)(json.loads(entry.body), entry.who, moment)

    def verify(self, name, data, sig):
        Ed25519PublicKey.from_public_bytes(self.people[name][0]).verify(sig, data)

    def is_person(self, name):
        return not self.people[name][1]

    def nothing(self, body, who, moment):
        pass

    def on_opened(self, body, who, moment):
        assert body["status"] == self.status

    def on_clock(self, body, who, moment):
        assert self.is_person(who)

    def on_proposed(self, body, who, moment):
        assert body["dispatch"] not in self.proposed
        self.proposed[body["dispatch"]], self.author[body["dispatch"]] = body, who
        self.consents[body["dispatch"]] = {who} if self.is_person(who) else set()

    def on_drafted(self, body, who, moment):
        name = body["dispatch"]
        assert name not in self.issued
        if name in self.drafts:  # consent was to other words
            self.consents[name] &= {self.author[name]}
        self.drafts[name] = [(one["identifier"], one["xml"]) for one in body["messages"]]

    def on_approved(self, body, who, moment):
        assert self.is_person(who)
        assert body["dispatch"] not in self.issued
        self.consents[body["dispatch"]].add(who)

    def on_preauthorised(self, body, who, moment):
        document = body["document"]
        terms = {key: value for key, value in document.items() if key != "signed"}
        terms["codes"], terms["kinds"] = sorted(terms["codes"]), sorted(terms["kinds"])
        signed = json.dumps(terms, sort_keys=True, separators=(",", ":")).encode()
        names = {one["name"] for one in document["signed"]}
        for one in document["signed"]:
            self.verify(one["name"], b"downrange pre-authorisation 1\n" + signed, base64.b64decode(one["signature"]))
        assert len(names) >= 2
        assert all(map(self.is_person, names))
        assert document["status"] == self.status
        assert document["id"] not in self.gone, "what was taken back is in force again"
        self.authorities[document["id"]] = document

    def on_revoked(self, body, who, moment):
        assert self.is_person(who)
        del self.authorities[body["preauthorisation"]]
        self.gone.add(body["preauthorisation"])

    def in_force(self, key, moment):
        return self.warned.get(key, set()) if self.expires.get(key, moment) > moment else set()

    def on_issued(self, body, who, moment):
        name = body["dispatch"]
        one = self.proposed[name]
        key, codes = (one["event"]["code"], one["country"]), set(one["codes"])
        warned, ends = self.in_force(key, moment), one["kind"] in ("lift", "retract")
        widens = not ends and bool(codes - warned)
        self.hold_consent(name, body, who, moment, widens=widens)
        if widens:
            self.hold_knowledge(key[0], one, codes, moment)
        bare = [(m["identifier"], re.sub("<ds:Signature.*</ds:Signature>", "", m["xml"])) for m in body["messages"]]
        assert bare == self.drafts[name]
        assert name not in self.issued
        self.issued[name] = moment
        for message in body["messages"]:
            assert message["identifier"] not in self.published
            self.published[message["identifier"]] = message["xml"].encode()
        if ends:
            self.free(key, one, codes, warned)
        else:
            assert warned <= codes, "an update freed somebody"
            if not warned:
                self.told[key], self.freed[key], self.channels[key] = set(), set(), set()
            self.told[key] = self.told[key] | codes
            self.channels[key] = self.channels[key] | set(one["channels"])
            self.warned[key] = codes
        if self.warned[key]:
            xml = body["messages"][-1]["xml"]
            self.expires[key] = max(map(datetime.fromisoformat, re.findall("<expires>(.*?)</expires>", xml)))
            assert self.expires[key] > moment

    def hold_consent(self, name, body, who, moment, *, widens):
        """One person at least stands for everything, two for whatever widens an Actual warning."""
        if body["preauthorisation"]:
            self.hold_authority(self.authorities[body["preauthorisation"]], self.proposed[name], moment)
            return
        stand = self.consents[name] or ({who} if self.is_person(who) else set())
        assert all(map(self.is_person, stand))
        assert len(stand) >= (2 if widens and self.status == "Actual" else 1)

    def hold_authority(self, document, one, moment):
        assert fnmatchcase(one["event"]["code"], document["event"])
        assert one["country"] == document["country"]
        assert set(one["codes"]) <= set(document["codes"])
        assert one["p"] >= document["p_at_least"]
        assert one["kind"] in document["kinds"]
        assert datetime.fromisoformat(document["starts"]) <= moment <= datetime.fromisoformat(document["ends"])

    def hold_knowledge(self, event, one, codes, moment):
        """Whoever consented knew of the other warnings for the same places."""
        for other in self.warned:
            if other[0] != event and not other[0].endswith(".notice") and codes & self.in_force(other, moment):
                assert other[0] in one["beside"]

    def free(self, key, one, codes, warned):
        assert codes
        assert codes <= warned, "lifted where nobody was warned"
        assert set(one["channels"]) == self.channels[key], "lifted on other channels than were used"
        assert one["kind"] == "lift" or codes == warned
        self.warned[key] = warned - codes
        self.freed[key] = self.freed[key] | codes
        if not self.warned[key]:
            assert self.freed[key] == self.told[key], "the areas lifted are not those warned"

    def on_expired(self, body, who, moment):
        key = (body["event"], body["country"])
        assert self.warned[key]
        assert self.expires[key] <= moment
        self.warned[key] = set()
