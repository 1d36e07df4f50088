"""New text: quotes, heads and signatures are cut in every language, and nothing that the sender wrote is lost."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.core.mail.body import Body, read_body
from daemon.core.mail.quote import split
from daemon.core.mail.quoting import phrases
from daemon.core.mail.quoting.page import page
from daemon.core.mail.quoting.phrases import LANGUAGES
from daemon.core.mail.quoting.signature import begins_signature

ATTRIBUTIONS = """\
On Mon, Jan 3, 2022 at 10:10 AM Anna Smith <anna@example.org> wrote:
On Mon, 3 Jan 2022, 10:10 Anna Smith, <anna@example.org> wrote:
On 3 Jan 2022, at 10:10, Anna Smith <anna@example.org> wrote:
Am Mo., 3. Jan. 2022 um 10:10 Uhr schrieb Anna Schmidt <anna@example.org>:
Am 03.01.2022 um 10:10 schrieb Anna Schmidt:
Anna Schmidt <anna@example.org> schrieb am Mo., 3. Jan. 2022, 10:10:
Le lun. 3 janv. 2022 à 10:10, Anna Petit <anna@example.org> a écrit :
Le 03/01/2022 à 10:10, Anna Petit a écrit :
El lun, 3 ene 2022 a las 10:10, Anna Ruiz (<anna@example.org>) escribió:
El 3/1/22 a las 10:10, Anna Ruiz escribió:
Op ma 3 jan. 2022 om 10:10 schreef Anna Bakker <anna@example.org>:
Op 3-1-2022 om 10:10 schreef Anna Bakker:
Em seg., 3 de jan. de 2022 às 10:10, Anna Silva <anna@example.org> escreveu:
A 3 de janeiro de 2022, Anna Silva escreveu:
Il giorno lun 3 gen 2022 alle ore 10:10 Anna Rossi <anna@example.org> ha scritto:
Il 03/01/2022 10:10, Anna Rossi ha scritto:
pon., 3 sty 2022 o 10:10 Anna Nowak <anna@example.org> napisał(a):
W dniu 03.01.2022 o 10:10, Anna Nowak pisze:
po 3. 1. 2022 v 10:10 odesílatel Anna Nováková <anna@example.org> napsal:
Dne 03. 01. 22 v 10:10 Anna Nováková napsal(a):
po 3. 1. 2022 o 10:10 Anna Nováková <anna@example.org> napísal(a):
Den mån 3 jan. 2022 kl 10:10 skrev Anna Berg <anna@example.org>:
3 jan. 2022 kl. 10:10 skrev Anna Berg <anna@example.org>:
Den man. 3. jan. 2022 kl. 10.10 skrev Anna Holm <anna@example.org>:
man. 3. jan. 2022 kl. 10:10 skrev Anna Hansen <anna@example.org>:
ma 3. tammik. 2022 klo 10.10 Anna Virtanen (anna@example.org) kirjoitti:
Anna Virtanen kirjoitti 3.1.2022 klo 10.10:
Anna Kovács <anna@example.org> ezt írta (időpont: 2022. jan. 3., H, 10:10):
lun., 3 ian. 2022 la 10:10, Anna Popescu <anna@example.org> a scris:
пн, 3 янв. 2022 г. в 10:10, Анна Петрова <anna@example.org>:
03.01.2022 10:10, Анна Петрова пишет:
Понедельник, 3 января 2022, 10:10 +03:00 от Анна Петрова <anna@example.org>:
пн, 3 січ. 2022 р. о 10:10 Анна Коваль <anna@example.org> пише:
На пн, 3.01.2022 г. в 10:10 Анна Иванова <anna@example.org> написа:
Στις Δευ 3 Ιαν 2022 στις 10:10 π.μ., ο/η Άννα <anna@example.org> έγραψε:
Anna Yılmaz <anna@example.org>, 3 Oca 2022 Pzt, 10:10 tarihinde şunu yazdı:
2022年1月3日(月) 10:10 Anna <anna@example.org>:
2022/01/03 10:10、Anna <anna@example.org>のメール:
Anna <anna@example.org> 于2022年1月3日周一 10:10写道：
在 2022-01-03 10:10:10，"Anna" <anna@example.org> 写道：
Anna <anna@example.org> 於 2022年1月3日 週一 上午10:10寫道：
2022년 1월 3일 (월) 오전 10:10, Anna <anna@example.org>님이 작성:
בתאריך יום ב׳, 3 בינו׳ 2022 ב-10:10 מאת Anna <anna@example.org>:
في الاثنين، 3 يناير 2022 في 10:10 ص تمت كتابة ما يلي بواسطة Anna <anna@example.org>:
Vào Th 2, 3 thg 1, 2022 vào lúc 10:10 Anna <anna@example.org> đã viết:
Pada Sen, 3 Jan 2022 pukul 10.10 Anna <anna@example.org> menulis:
เมื่อ จ. 3 ม.ค. 2022 เวลา 10:10 Anna <anna@example.org> เขียนว่า:
pon, 3. sij 2022. u 10:10 Anna Horvat <anna@example.org> napisao je:
Kontakt Anna Tamm (<anna@example.org>) kirjutas kuupäeval E, 3. jaanuar 2022 kell 10:10:
2022-01-03, pr, 10:10 Anna Jonė <anna@example.org> rašė:
---- On Mon, 03 Jan 2022 10:10:10 +0100 Anna <anna@example.org> wrote ----""".splitlines()

DEVICES = """\
Sent from my iPhone
Sent from Yahoo Mail on Android
Sent via the Samsung Galaxy S21 5G, an AT&T 5G smartphone
Get Outlook for iOS<https://example.org>
Von meinem iPhone gesendet
Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.
Envoyé à partir de Outlook pour Android
Enviado desde mi iPhone
Enviado do meu iPhone
Inviato da iPhone
Verstuurd vanaf mijn iPhone
Wysłane z iPhone'a
Odesláno z iPhonu
Skickat från min iPhone
Sendt fra min iPhone
Lähetetty iPhonesta
Az iPhone-omról küldve
Trimis de pe iPhone
Отправлено с iPhone
Надіслано з iPhone
Изпратено от моя iPhone
Στάλθηκε από το iPhone μου
iPhone'umdan gönderildi
iPhoneから送信
发自我的 iPhone
나의 iPhone에서 보냄
נשלח מה-iPhone שלי
Gửi từ iPhone của tôi
Dikirim dari iPhone saya""".splitlines()


def new(text: str) -> str:
    return read_body(text, None).new_text


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("quote", ["> old words", "old words"], ids=["marked", "bare"])
def test_an_attribution_is_cut_with_what_it_names(attribution: str, quote: str) -> None:
    body = read_body(f"mine\n\n{attribution}\n\n{quote}\n", None)
    assert body.new_text == "mine"
    assert body.quoted == f"{attribution}\n\n{quote}"


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_the_header_lines_of_a_language_are_cut(language: object) -> None:
    sender, sent, to, subject = (getattr(language, name).split("|")[0] for name in ("sender", "sent", "to", "subject"))
    head = f"{sender}: Anna\n{sent}: Monday, 3 January 2022 10:10\n{to}: desk\n{subject}: Printer"
    assert new(f"mine\n\n{head}\n\nold words") == "mine"
    assert new(f"mine\n{'_' * 32}\n{head.replace(':', ' :')}\n\nold words") == "mine"
    assert new(f"mine\n\n*{head.replace(': ', ':* ').replace(chr(10), chr(10) + '*')}\n\nold words") == "mine"


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_the_separators_of_a_language_are_cut(language: object) -> None:
    for words in (*language.original.split("|"), *language.forwarded.split("|")):
        assert new(f"mine\n\n-----{words.title()}-----\n\nold words") == "mine", words
    for words in language.begin.split("|"):
        assert new(f"mine\n\n{words.capitalize()}:\n\nold words") == "mine", words


@pytest.mark.parametrize("device", DEVICES)
def test_the_line_that_a_telephone_adds_is_cut(device: str) -> None:
    assert new(f"mine\n\n{device}\n") == "mine"
    assert new(f"mine\n\n{device}\n\nOn 3 Jan 2022, at 10:10, Anna <a@example.org> wrote:\n\n> old") == "mine"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mine\n-- \nAnna\nAcme", "mine"),
        ("mine\n--\nAnna", "mine"),
        ("mine\n\nBest regards,\nAnna Smith\nAcme Ltd", "mine"),
        ("mine\n\nMit freundlichen Grüßen\n\nAnna Schmidt", "mine"),
        ("words\n\n____________\nusers mailing list\nusers@example.org", "words"),
        ("words\n-- \nAnna\n\nOn 3 Jan 2022 at 10:10 Bo <b@example.org> wrote:\n> a\n\nbelow", "words\nbelow"),
        ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nmine\n-----BEGIN PGP SIGNATURE-----\n\niHUE", "mine"),
    ],
)
def test_a_signature_is_cut(text: str, expected: str) -> None:
    assert new(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "mine",
        "Sent from my desk, this is much easier than by telephone.",
        "Sent via the form: nothing.\nIt fails.",
        "On the one hand it works.\nOn the other it does not:\nit is slow.",
        "On 12 May the customer wrote to us, and on 14 May again.\nNothing happened.",
        "From: Paris\nTo: London\nDate: 3 May\n\nPlease book.",
        "It says:\n\nError 500\n\nWhat now?",
        "Steps:\n- open\n- close\n\n-- then it hangs",
        "First\n\n----\nerror in line 3\n----\n\nand now nobody can log in",
        "First\n\n---\nerror\n---\nlast",
        "The subject: none.\nTo do: all.",
        "Regards to your wife. The printer is on fire.",
        "2 > 1 and <b> is bold",
        "--\nAnna",
    ],
)
def test_what_only_looks_like_a_quote_is_kept(text: str) -> None:
    assert new(text) == text


@pytest.mark.parametrize(
    "head",
    [
        "Anna Smith <anna@example.org> wrote on 01/03/2022 10:10:10 AM:\n\n>",
        "<anna@example.org> wrote:\n\n>",
        "Quoting Anna Smith <anna@example.org>:\n\n>",
        "--- Anna Smith <a@example.org> wrote:\n\n>",
        "---- Anna Smith wrote ----\n\n>",
        "2009/5/12 Anna Smith <a@example.org>\n>",
        "On Mon, Jan 3, 2022 at 10:10 AM Anna Smith via Support <\nsupport@example.org> wrote:\n\n>",
        "From: Anna Sent: Monday, January 3, 2022 10:10 AM To: Bo Subject: x\n\n",
        "From: Anna <a@example.org>\n\nSent: Monday\n\nTo: Bo\n\nSubject: x\n\n",
        "Sent: Monday\nFrom: Anna <a@example.org>\nTo: Bo\nSubject: x\n",
        "----- Forwarded message from Anna <a@example.org> -----\n\n",
    ],
)
def test_rarer_heads_are_known(head: str) -> None:
    assert new(f"mine\n\n{head} old words\n") == "mine"


def test_answers_between_and_below_quotes_are_kept() -> None:
    text = "On 3 Jan 2022 at 10:10 Bo <b@example.org> wrote:\n> one?\n\nyes\n\n> two?\n\nno\n"
    assert new(text) == "yes\n\nno"


def test_a_quote_that_a_program_broke_over_two_lines_is_a_quote_still() -> None:
    long = "> " + "word " * 14
    assert new(f"mine\n\n{long}\nend\n{long}\n") == "mine"


def test_other_marks_are_known_below_an_attribution() -> None:
    text = "On 3 Jan 2022 at 10:10 Bo <b@example.org> wrote:\n| one?\n| two?\n\nyes\n| three?\n"
    assert new(text) == "yes"


def test_a_broken_attribution_is_cut_whole() -> None:
    text = "mine\n\nOn Tue, Apr 11, 2017 at 10:07 PM John Smith\n\n<\nmailto:j@example.org\n> wrote:\nold"
    assert new(text) == "mine"


def test_own_words_before_an_attribution_in_the_same_line_are_kept() -> None:
    body = read_body("done On Wed, Apr 4, 2012 at 3:59 PM, bob@example.com wrote:\n> old", None)
    assert body.new_text == "done"
    assert body.quoted.startswith("On Wed")


def test_words_above_and_below_the_desks_delimiters_are_kept() -> None:
    text = "above\n\n## please reply above this line ##\nold\n== or write under this line ==\n\nbelow"
    assert new(text) == "above\nbelow"


def test_line_ends_of_all_kinds_are_one() -> None:
    assert new("mine\r\n\r\nOn 3 Jan 2022 at 10:10 Bo <b@example.org> wrote:\r\n> old\r\n") == "mine"
    assert new("one\rtwo") == "one\ntwo"


def test_space_that_is_no_space_does_not_hide_a_head() -> None:
    assert new("mine\n\n\u200eVon:\u00a0Anna\nGesendet:\u202fheute\nAn: desk\nBetreff: x\n\nold") == "mine"


# --- laws -------------------------------------------------------------------------------------------------------------

LINES = st.sampled_from(
    [
        "", " ", "mine", "> old", ">> older", "--", "-- ", "---", "____", "Sent from my iPhone", "From: a@example.org",
        "To: b", "Subject: c", "Date: Mon, 3 Jan 2022 10:10", "On 3 Jan 2022 at 10:10 Bo <b@example.org> wrote:",
        "-----Original Message-----", "Begin forwarded message:", "On <", "wrote:", "| a", "Regards", "\u202e\u200f",
        "done On Wed, Apr 4, 2012 at 3:59 PM, bob@example.com wrote:", "## reply above this line ##", "İ:", "ß:",
        "\x00",
    ]
)  # fmt: skip
TEXTS = st.lists(LINES | st.text(max_size=30), max_size=25).map("\n".join) | st.text()


def is_subsequence(part: str, whole: str) -> bool:
    lines = iter(whole.split("\n"))
    return all(any(line.startswith(own) for line in lines) for own in part.split("\n"))


@given(TEXTS)
def test_new_lines_stand_in_the_text_in_their_order(text: str) -> None:
    body = read_body(text, None)
    assert is_subsequence(body.new_text, body.text)


@given(TEXTS)
def test_every_word_is_either_new_or_quoted(text: str) -> None:
    body = read_body(text, None)
    assert sorted(body.text.split()) == sorted((body.new_text + "\n" + body.quoted).split())


@given(TEXTS, TEXTS)
def test_reading_is_total_and_says_the_same_twice(plain: str, html: str) -> None:
    body = read_body(plain, html)
    assert isinstance(body, Body)
    assert read_body(plain, html) == body


@given(st.text(alphabet=st.characters(categories=["Ll", "Lu"]), min_size=1, max_size=40))
def test_a_first_line_of_plain_words_is_never_lost(word: str) -> None:
    quote = "On 3 Jan 2022 at 10:10 Bo <b@example.org> wrote:\n> old"
    assert new(f"{word}\n\n{quote}\n") == word


HOSTILE = (
    "On a a a ", "On\n", "\n", "Am 1. 1. ", "-", "--\n", ">", "> a\nb\n", "From: a@b\nTo: c\n", "a:\n", "Regards\n\n",
    "On 1 Jan 2012 at 10:10 a:\n", "On 1 Jan 2012 at 10:10 a@b\n", "wrote ", "@", "Sent from the a\n", "____\na@b.c\n",
    "On <\n", "(<" * 50 + "\n", "x On 1 Jan 2012 " * 20 + "wrote:\n", "1 a@b.c\n", "Subject: a\nb\nTo: c\nd\n", "---\n",
    "-----Original Message-----\n", "reply above this " * 9 + "\n", "> a\nhttp://x\n", "\r", "\u3000", "年",
)  # fmt: skip


def cost(text: str) -> float:
    """Seconds of CPU, the best of two."""
    best = 9.0
    for _ in range(2):
        start = time.process_time()
        read_body(text, None)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("pattern", HOSTILE, ids=ascii)
def test_a_megabyte_of_anything_is_read_in_a_quarter_of_a_second(pattern: str) -> None:
    text = (pattern * (1_000_000 // len(pattern) + 1))[:1_000_000]
    whole = cost(text)
    assert whole < 0.5  # 0.05 to 0.17 measured; room for a busy machine
    assert whole < 3 * cost(text[:500_000]) + 0.05


LINES = (
    "On Mon, 3 Nov 2025 at 10:00, Anna <anna@a.test> wrote:", "On Mon, 3 Nov 2025", "Anna wrote:", "so:", "a:b",
    "3/11/2025 Anna <anna@a.test>", "> said", "words", "", "anna@a.test", "am 3.11.2025 schrieb", "at 10:00 :",
)  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=9).map("\n".join))
def test_what_is_not_sought_is_not_there(text: str) -> None:
    view = page(text)
    assert split(view) == split(replace(view, attributing=True, asking=True))


def test_a_device_is_known_by_its_first_or_last_words_in_every_language() -> None:
    for phrase in phrases.DEVICES:
        assert begins_signature(page(f"words\n{phrase.strip()} iphone"), 1, written=True), phrase
    for phrase in phrases.DEVICE_ENDS:
        assert begins_signature(page(f"words\niphone{phrase}"), 1, written=True), phrase
