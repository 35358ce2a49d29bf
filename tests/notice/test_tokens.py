from downrange.notice._tokens import Cursor, Lead, TokenKind, tokens


def texts(text):
    return [token.text for token in tokens(text)][:-1]


def test_digits_letters_and_marks_part_company() -> None:
    assert texts("Q)ZXXX/QRDCA B)2609191043") == ["Q", ")", "ZXXX", "/", "QRDCA", "B", ")", "2609191043"]


def test_every_token_stands_where_it_says() -> None:
    text = "E) WI\n  145410N 1284006E -"
    for token in tokens(text)[:-1]:
        assert text[token.start : token.stop].upper() == token.text


def test_lead_tells_blanks_from_line_breaks() -> None:
    leads = [token.lead for token in tokens("12N 34\n 56")][:-1]
    assert leads == [Lead.BREAK, Lead.GLUED, Lead.BLANK, Lead.BREAK]


def test_an_entity_is_one_mark_with_its_place_in_the_raw_text() -> None:
    row = tokens("a &apos;V&apos; &amp b")
    assert [token.text for token in row][1:4] == ["'", "V", "'"]
    assert (row[1].start, row[1].stop) == (2, 8)
    assert row[4].text == "&"


def test_the_ordinal_sign_is_a_mark_not_a_letter() -> None:
    assert texts("28º51'N") == ["28", "º", "51", "'", "N"]


def test_remarks_are_left_out_and_only_at_the_start_of_a_line() -> None:
    assert texts("# source: x\nA # b\n# c") == ["A", "#", "B"]


def test_a_text_of_remarks_is_empty() -> None:
    assert [token.kind for token in tokens("# only\n#this")] == [TokenKind.END]


def test_the_cursor_counts_its_looks_and_never_leaves_its_part() -> None:
    cur = Cursor(tokens("A B C D"), 1, 3)
    assert [cur.take().text, cur.take().text, cur.take().text] == ["B", "C", ""]
    assert cur.done()
    assert cur.steps == 3


def test_words_are_taken_whole_or_not_at_all() -> None:
    cur = Cursor(tokens("BACK TO START"))
    assert cur.words("BACK", "TO", "BEGINNING") is None
    assert cur.at == 0
    assert cur.words("BACK", "TO", "START").text == "START"
