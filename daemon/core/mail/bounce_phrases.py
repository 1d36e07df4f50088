"""The words of delivery reports, as data: failure, delay, the reason, and where the returned copy begins."""

import re

# All phrases are folded and looked for in folded text whose blanks are collapsed.
FAILURE_SUBJECT = re.compile(  # linear: no alternative repeats
    r"undeliver|delivery failure|delivery fail|delivery status|delivery notification|delivery report|"
    r"delivery problem|delivery error|delivery has failed|failure notice|failure delivery|failed mail|"
    r"failed delivery|mail fail|message delivery|non-deliver|nondeliver|non delivery|returned mail|mail returned|"
    r"returned message|return mail|returned to sender|returning message|returning to sender|"
    r"could not be delivered|not delivered|not be delivered|unable to deliver|mail system error|processing error|"
    r"delivery warning|error sending your mail|smtp server: errors from|are not member|permanent delivery|"
    r"permanent fail|warning: could not send|warning - delayed mail|warning: message|delayed mail|delivery delay|"
    r"delivery attempt|unzustellbar|zustellung fehlgeschlagen|nicht zugestellt|non remis|non recensé|échec de|"
    r"onbestelbaar|no entregado|no se puede entregar|não entregue|mancato recapito|недостав|не доставлен|配信|退信"
)
CERTAIN = ('"notificationtype":"bounce"',)  # a machine's own words (Amazon SES through SNS), backslashes taken off
FAILURES = (  # of the report's own words
    "could not be delivered",
    "couldn't be delivered",
    "can't be delivered",
    "cannot be delivered",
    "can not be delivered",
    "could not deliver",
    "couldn't deliver",
    "cannot deliver",
    "can't deliver",
    "not able to deliver",
    "unable to deliver",
    "unable to be delivered",
    "wasn't able to deliver",
    "wasn't delivered",
    "not delivered",
    "not be delivered",
    "not been delivered",
    "did not receive",
    "did not reach",
    "didn't reach",
    "undeliverable",
    "undelivered",
    "delivery failed",
    "delivery has failed",
    "delivery failure",
    "failed to deliver",
    "delivery to the following",
    "delivery attempt",
    "delivery error",
    "not yet been delivered",
    "has been delayed",
    "permanent fatal errors",
    "permanent error",
    "permanently failed",
    "transient non-fatal errors",
    "addresses failed",
    "address(es) failed",
    "failed recipient",
    "no such user",
    "error delivering",
    "delivery problems",
    "delivery errors",
    "returned permanent errors",
    "postponed",
    "not a member of this mailing list",
    "transcript of session",
    "failed addresses follow",
    "list of failed recipients",
    "user unknown",
    "unknown user",
    "no such user",
    "unknown recipient",
    "recipient unknown",
    "recipient rejected",
    "address rejected",
    "returned to sender",
    "returning to sender",
    "has been returned",
    "mail returned",
    "message returned",
    "non-delivery",
    "mailbox is full",
    "mailbox full",
    "over quota",
    "exceeded",
    "invalid final delivery",
    "host unknown",
    "did not match",
    "did not exactly match",
    "not listed in",
    "does not exist",
    "doesn't exist",
    "not accepting mail",
    "unable to send",
    "could not send",
    "couldn't send",
    "will not be delivered",
    "rejected your message",
    "message was rejected",
    "message rejected",
    "rejected the following",
    "bounced",
    "unzustellbar",
    "nicht zugestellt",
    "konnte nicht",
    "n'a pas pu être",
    "n'existe pas",
    "n'a pu être",
    "non è stato possibile",
    "no pudo ser",
    "não pôde ser",
    "невозможно доставить",
    "не удалось доставить",
    "无法",
    "退信",
    "配信できません",
    "届けることができ",
)
DELAYS = (
    "transient non-fatal errors",
    "has been delayed",
    "been delayed",
    "is delayed",
    "not yet been delivered",
    "not been delivered yet",
    "not yet delivered",
    "this is a warning message only",
    "warning message only",
    "will continue to try",
    "will continue to attempt",
    "has been postponed",
    "temporary failure report",
    "will continue trying",
    "will keep trying",
    "will be retried",
    "will try again",
    "will retry",
    "attempts will continue",
    "delivery attempts will be made",
    "still undelivered",
    "still trying",
    "do not need to resend",
    "no action is required on your part",
    "temporary problem",
)
GIVEN_UP = (
    "not going to try again",
    "giving up",
    "given up",
    "no further attempts",
    "permanent error",
    "failed permanently",
)
ANNOUNCING = (  # in a line that ends with a colon or a rule, before the lines that name recipients
    "following",
    "these ",
    "this ",
    "address",
    "recipient",
    "delivered to",
    "message to",
    "failed",
    "reach",
)
COPY = re.compile(  # the line at which the returned message begins
    r"""^[ \t>|*#=_-]{0,100}+(?:
        (?!.*\breceive).{0,60}\b(?:copy|headers?|summary|contents?|lines)\b.{0,20}
            \bof\b.{0,40}\b(?:message|mail|e-mail)\b.{0,60}
      | (?:the\ )?(?:original|returned|old|unsent|rejected|bounced|undelivered)\s
            (?:message|mail|e-mail|header)s?\b(?!\s+was\b).{0,60}
      | (?:start|begin|beginning)\sof\s(?:the\s)?(?:returned|original|forwarded).{0,60}
      | (?:message|mail)\s(?:text|headers?|body|contents?)\sfollows?.{0,60}
      | .{0,30}original\smessage\s(?:follows|as\sreceived|attached|is\sattached|headers?).{0,60}
      | mensaje\soriginal.{0,60}
      | here\sis\syour\sreturned\smail.{0,30}
    )$
    | ^>?\ ?(?:received|return-path|x-originating-ip|dkim-signature|message-id|mime-version|x-track)\s?:\s?\S.*$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
REASONS: tuple[tuple[str, tuple[str, ...]], ...] = (  # RFC 3463 status, and the words that stand for it
    ("5.3.2", ("could not initiate smtp",)),
    (
        "5.2.2",
        ("mailbox full", "mailbox is full", "over quota", "quota exceeded", "exceeded quota", "quota", "disk full"),
    ),
    (
        "5.1.1",
        ("user unknown", "unknown user", "no such user", "no mailbox here", "unknown recipient", "recipient unknown"),
    ),
    ("5.1.1", ("doesn't have", "does not exist", "doesn't exist", "unknown address", "invalid recipient", "no such")),
    ("5.1.2", ("host unknown", "unknown host", "host not found", "domain not found", "unrouteable", "no such domain")),
    ("5.2.1", ("disabled", "suspended", "inactive", "discontinued")),
    ("5.3.4", ("too large", "too big", "size limit", "message size")),
    ("5.7.1", ("relay", "spam", "blocked", "policy", "denied", "blacklist", "rejected")),
    ("5.4.6", ("too many hops", "loop")),
    ("4.4.7", ("queue too long", "expired", "within the allowed", "retry timeout", "days")),
    (
        "4.4.1",
        ("connection refused", "timed out", "not responding", "no route to host", "establish an smtp connection"),
    ),
)
SYSTEM_NAMES = frozenset(
    {"postmaster", "mail delivery subsystem", "mail delivery system", "mail administrator", "system administrator"}
)
SYSTEM_STARTS = (
    "imss",
    "post_master",
    "mdaemon",
    "mail delivery",
    "mailer",
    "postmaster",
    "mailsystem",
    "mailadmin",
    "mail system",
)
PASSED_ON = ("re:", "fwd:", "fw:", "aw:", "wg:", "sv:", "tr:", "rv:")
RETURNED_PARTS = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})
