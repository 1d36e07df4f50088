"""The words of quoting in the languages of western and central Europe, one row a language.

Source: the message catalogues of Outlook, Gmail, Apple Mail, Thunderbird, Yahoo and their like, as they show in mail.
"""

from daemon.core.mail.quoting.language import Language

WESTERN = (  # code, opens, wrote, sender, sent, to, subject, original, forwarded, begin, device; see Language
    Language(
        "en",
        "on|at|in",
        "wrote|writes|said|has written",
        "from",
        "sent|date|sent at|sent on",
        "to|cc|bcc|reply-to|reply to|attachments|attachment|importance|organization",
        "subject",
        "original message|original email|original mail|original text|reply message|replied message|"
        "original appointment|original meeting|in reply to|reply above",
        "forwarded message|forwarded by|forwarded mail|forwarded email|forwarded message follows|forward message|"
        "start of forwarded message|original forwarded message",
        "begin forwarded message|start of forwarded message|forwarded message",
        "sent from |sent by my |sent by phone|sent via |sent using |sent with |sent on the |sent on my |"
        "sent securely |sent through |sent wirelessly |sent from: |get outlook for |download outlook for |"
        "get bluemail for |get the new aol app|get yahoo mail |yahoo mail: search, organi|typed on |composed on |"
        "written on my |sent and received |sent out from ",
        closing=(
            "regards|best regards|kind regards|kindest regards|warm regards|warmest regards|with best regards|"
            "with kind regards|yours sincerely|sincerely|sincerely yours|yours faithfully|yours truly|with regards|"
            "many regards|best wishes|with best wishes|respectfully"
        ),
    ),
    Language(
        "de",
        "am|um|an|auf",
        "schrieb|hat geschrieben|geschrieben|schreibt|schrieben",
        "von|absender",
        "gesendet|datum|gesendet am|gesendet um|geschickt|gesandt|verschickt",
        "an|cc|kopie|kopie an|bcc|antwort an|antworten an|anlagen|anhänge|wichtigkeit|priorität",
        "betreff|betrifft|titel",
        "ursprüngliche nachricht|antwort nachricht|originalnachricht|original-nachricht|ursprüngliche e-mail|"
        "ursprüngliche mail|urspr. nachricht|original nachricht|ursprünglicher termin|originaltext|"
        "originale nachricht|orig. nachricht",
        "weitergeleitete nachricht|weitergeleitete mail|weitergeleitete e-mail|"
        "anfang der weitergeleiteten nachricht|weitergeleitet von",
        "anfang der weitergeleiteten nachricht|anfang der weitergeleiteten e-mail|weitergeleitete nachricht|"
        "beginn der weitergeleiteten nachricht",
        "von meinem |von meiner |gesendet von |gesendet mit |gesendet mittels|gesendet über |gesendet aus |"
        "gesendet per |von unterwegs gesendet|von unterwegs|verschickt von |verschickt mit |mobil gesendet|"
        "holen sie sich outlook|outlook für android|outlook für ios|diese nachricht wurde von meinem|"
        "diese e-mail wurde von meinem|von iphone gesendet|gesendet vom |geschrieben mit |geschrieben von meinem|"
        "laden sie outlook",
        device_ends=(
            " iphone gesendet| ipad gesendet| handy gesendet| smartphone gesendet| mobiltelefon gesendet|"
            " gerät gesendet"
        ),
        closing=(
            "mit freundlichen grüßen|mit freundlichen grüssen|mit freundlichem gruß|freundliche grüße|"
            "freundliche grüsse|viele grüße|beste grüße|liebe grüße|mit besten grüßen|herzliche grüße|schöne grüße|"
            "mfg|lg|vg|mit freundlichem gruss|viele grüsse|beste grüsse|liebe grüsse|gruß|gruss|grüße|"
            "hochachtungsvoll"
        ),
    ),
    Language(
        "fr",
        "le|en date du|a la date du",
        "a écrit|a ecrit|écrit|ont écrit|écrivait|a écrit ce qui suit",
        "de|expéditeur|expediteur|from",
        "envoyé|envoye|date|envoyé le|date d'envoi",
        "à|a|pour|cc|copie|copie à|cci|répondre à|pièces jointes|pièce jointe|importance|destinataire",
        "objet|sujet",
        "message d'origine|message original|message initial|message d’origine|mail original|e-mail d'origine|"
        "message d´origine|courriel original|rendez-vous d'origine|message d origine",
        "message transféré|message transmis|courriel transféré|message transfere|début du message réexpédié|"
        "début du message transféré|e-mail transféré|mail transféré|message réexpédié",
        "début du message réexpédié|début du message transféré|message transféré|début du message transmis|"
        "debut du message reexpedie",
        "envoyé de |envoyé sans fil |envoyé depuis |envoyé à partir |envoyé par |envoyé avec |envoyé d'|"
        "envoyé via |envoyé du |téléchargez outlook|obtenez outlook|obtenir outlook|télécharger outlook|"
        "envoyé d’|provenance : courrier|provenance : |envoye de mon|envoye depuis|provenance: courrier|"
        "depuis mon mobile|de mon iphone|envoyé sur ",
        closing=(
            "cordialement|bien cordialement|très cordialement|sincères salutations|salutations distinguées|"
            "bien à vous|meilleures salutations|cdlt|salutations|sincèrement"
        ),
    ),
    Language(
        "es",
        "el|en|a las|con fecha",
        "escribió|escribieron|escribio|ha escrito|escribía|escribe",
        "de|remitente",
        "enviado|fecha|enviado el|fecha de envío|enviada",
        "para|a|cc|cco|copia|responder a|datos adjuntos|archivos adjuntos|importancia|destinatario",
        "asunto|tema",
        "mensaje original|mensaje de origen|correo original|mensaje inicial|cita original",
        "mensaje reenviado|mensaje remitido|correo reenviado|inicio del mensaje reenviado|forwarded message",
        "inicio del mensaje reenviado|mensaje reenviado|comienzo del mensaje reenviado|inicio de mensaje reenviado",
        "enviado desde |enviado de |enviado con |enviado por |enviado a través |enviado mediante |enviado vía |"
        "enviado via |obtener outlook|obtén outlook|descargue outlook|descarga outlook|enviado del |"
        "enviado utilizando ",
        closing="saludos|un saludo|saludos cordiales|atentamente|cordialmente|un cordial saludo|muy atentamente",
    ),
    Language(
        "nl",
        "op|in",
        "schreef|heeft het volgende geschreven|heeft geschreven|schreven|het volgende geschreven|heeft op|"
        "schreef het volgende|geschreven",
        "van|afzender",
        "verzonden|datum|verzonden op|gestuurd|verstuurd",
        "aan|cc|kopie|bcc|beantwoorden|antwoord aan|bijlagen|urgentie|antwoorden aan",
        "onderwerp|betreft",
        "oorspronkelijk bericht|origineel bericht|oorspronkelijke bericht|originele bericht|"
        "oorspronkelijke afspraak|oorspronkelijke e-mail|orspronkelijk bericht",
        "doorgestuurd bericht|doorgestuurde bericht|doorgezonden bericht|begin doorgestuurd bericht",
        "begin doorgestuurd bericht|doorgestuurd bericht|begin van doorgestuurd bericht",
        "verstuurd vanaf |verzonden vanaf |verstuurd met |verzonden met |verzonden vanuit |verstuurd vanuit |"
        "verstuurd van |verzonden via |verstuurd via |verzonden door |outlook voor |downloaden outlook|"
        "download outlook voor|verzonden van |outlook downloaden",
        closing=(
            "met vriendelijke groet|met vriendelijke groeten|vriendelijke groet|vriendelijke groeten|mvg|"
            "hartelijke groet|hartelijke groeten|groeten|groet|hoogachtend"
        ),
    ),
    Language(
        "pt",
        "em|no dia|a|no|na|às|dia",
        "escreveu|escrito por|escrevia|escreveram|wrote",
        "de|remetente",
        "enviado|data|enviada em|enviado em|enviada|data de envio",
        "para|cc|cco|com cópia|responder a|responder para|anexos|prioridade|importância|cópia|destinatário",
        "assunto|tema",
        "mensagem original|mensagem de origem|mensagem inicial|mensagem origem|e-mail original|compromisso original",
        "mensagem encaminhada|mensagem reencaminhada|mensagem reenviada|forwarded message|"
        "início da mensagem encaminhada|início da mensagem reencaminhada",
        "início da mensagem encaminhada|início da mensagem reencaminhada|mensagem encaminhada|"
        "inicio da mensagem encaminhada",
        "enviado do |enviado de |enviado a partir |enviado pelo |enviado através |enviado via |enviado da |"
        "enviada do |enviada a partir |obter o outlook|obtenha o outlook|baixar o outlook|enviado por |"
        "enviado com |enviado usando |enviada de ",
        closing=(
            "atenciosamente|cumprimentos|com os melhores cumprimentos|melhores cumprimentos|abraços|att|cordialmente|"
            "saudações|com os meus melhores cumprimentos"
        ),
    ),
    Language(
        "it",
        "il|in data|il giorno|alle|in|lo",
        "ha scritto|scrive|scriveva|ha scritto quanto segue|scritto da|hanno scritto",
        "da|mittente",
        "inviato|data|inviato il|data invio|inviata|spedito",
        "a|per|cc|ccn|copia|rispondi a|allegati|priorità|importanza|destinatario|a:",
        "oggetto",
        "messaggio originale|messaggio di origine|messaggio iniziale|messaggio originario|appuntamento originale",
        "messaggio inoltrato|messaggio reinoltrato|inizio messaggio inoltrato",
        "inizio messaggio inoltrato|inizio del messaggio inoltrato|messaggio inoltrato",
        "inviato da |inviato dal |inviata da |inviato con |inviato tramite |inviato dalla |scarica outlook|"
        "ottieni outlook|spedito da |inviato attraverso |inviato via |inviato dall",
        closing="cordiali saluti|distinti saluti|cordialmente|un cordiale saluto|saluti|cari saluti",
    ),
    Language(
        "pl",
        "w dniu|dnia|dn.|w|o|użytkownik|wiadomość napisana przez|użytk.",
        "napisał(a)|napisał|napisała|pisze|napisał/a|napisali|napisano|napisane przez|napisana przez|napisa",
        "od|nadawca|from",
        "wysłano|data|wysłane|wyslano|wysłany",
        "do|dw|udw|kopia|odpowiedz do|odpowiedź do|załączniki|priorytet|ważność|adresat",
        "temat|dotyczy",
        "oryginalna wiadomość|wiadomość oryginalna|wiadomość pierwotna|wiadomosc oryginalna|oryginalny list|"
        "treść oryginalnej wiadomości|oryginalne spotkanie|pierwotna wiadomość",
        "przekazana wiadomość|wiadomość przekazana dalej|wiadomość przekazana|treść przekazanej wiadomości|"
        "początek przekazywanej wiadomości|przesłana wiadomość|przekazana wiadomosc|forwarded message",
        "początek przekazywanej wiadomości|przekazana wiadomość|treść przekazanej wiadomości|"
        "początek przekazanej wiadomości|wiadomość przekazana|poczatek przekazywanej wiadomosci",
        "wysłane z |wysłano z |wysłany z |wysłana z |wysłane przez |wysłano za |wysłane za |wyslane z |"
        "wyslano z |wysłane przy |pobierz aplikację outlook|pobierz program outlook|uzyskaj aplikację outlook|"
        "wysłano przez ",
        closing="pozdrawiam|z poważaniem|pozdrowienia|z wyrazami szacunku|serdecznie pozdrawiam",
    ),
    Language(
        "cs",
        "dne|dňa|ve dnech|v|o|po|út|st|čt|pá|so|ne|datum|on",
        "napsal(a)|napsal|napsala|napsal/a|píše|napsali",
        "od|odesílatel|from",
        "odesláno|datum|odesláno dne|odeslaný|odeslána",
        "komu|kopie|pro|skrytá|skrytá kopie|odpovědět na|odpověď komu|přílohy|důležitost|priorita",
        "předmět|predmet|věc",
        "původní zpráva|originální zpráva|původní e-mail|puvodni zprava|původní schůzka|původní mail",
        "přeposlaná zpráva|předaná zpráva|přeposlána zpráva|přeposlaný e-mail|začátek přeposílané zprávy|"
        "začátek předávané zprávy|preposlana zprava|přeposlaný mail",
        "začátek přeposílané zprávy|začátek předávané zprávy|přeposlaná zpráva|předaná zpráva|"
        "začátek přeposlané zprávy",
        "odesláno z |odesláno ze |odesláno pomocí |posláno z |odesláno prostřednictvím |poslano z |odeslano z |"
        "získat outlook|získejte outlook|stáhnout outlook|odesláno přes |odesláno |zasláno z ",
        closing="s pozdravem|s přátelským pozdravem|zdravím",
    ),
    Language(
        "sk",
        "dňa|dna|v|o|po|ut|st|št|pi|so|ne",
        "napísal(a)|napísal|napísala|napísal/a|píše|napisal",
        "od|odosielateľ",
        "odoslané|dátum|poslané|odoslané dňa",
        "komu|kópia|odpovedať|odpovedať na|prílohy|pre|priorita",
        "predmet|vec",
        "pôvodná správa|originálna správa|pôvodný e-mail|povodna sprava",
        "preposlaná správa|preposielaná správa|postúpená správa|začiatok preposielanej správy|"
        "začiatok preposlanej správy",
        "začiatok preposielanej správy|začiatok preposlanej správy|preposlaná správa|začiatok postúpenej správy",
        "odoslané z |odoslané zo |poslané z |odoslané pomocou |získajte outlook|získať outlook|odoslane z ",
        closing="s pozdravom|s priateľským pozdravom",
    ),
    Language(
        "sv",
        "den|på|vid|på dagen|fre|tors|mån|tis|ons|lör|sön|kl",
        "skrev|skriver|har skrivit|skrev följande",
        "från",
        "skickat|datum|sänt|skickades",
        "till|kopia|cc|hemlig kopia|svara till|svar till|bifogade filer|prioritet|kopia till",
        "ämne|rubrik|angående",
        "ursprungligt meddelande|originalmeddelande|ursprungligt mail|original meddelande|"
        "ursprungliga meddelandet|ursprunglig avtalad tid|ursprungligt mejl",
        "vidarebefordrat meddelande|vidarebefordrat mail|vidarebefordrat brev|vidarebefordrat e-postmeddelande|"
        "vidarebefordrat mejl|videbefordrat meddelande",
        "vidarebefordrat brev|vidarebefordrat meddelande|vidarebefordrat mejl|"
        "början på vidarebefordrat meddelande|vidarebefordrat mail|börja vidarebefordrat meddelande",
        "skickat från |skickades från |sänt från |skickat med |skickat via |hämta outlook|skaffa outlook|"
        "sänt med |skickades med |från min iphone|skickat fran |skickat av ",
        closing="med vänliga hälsningar|med vänlig hälsning|vänliga hälsningar|mvh|hälsningar|vänligen",
    ),
    Language(
        "da",
        "den|d.|kl.|på|i|man|tir|ons|tor|fre|lør|søn",
        "skrev|skrev følgende|har skrevet|skriver|wrote",
        "fra|afsender",
        "sendt|dato|sendt den|date",
        "til|cc|kopi|bcc|svar til|vedhæftede filer|vedhæftet|prioritet|kopi til",
        "emne|vedr|vedrørende",
        "oprindelig meddelelse|original meddelelse|oprindelig besked|original besked|den oprindelige meddelelse|"
        "oprindelig mail|oprindelig aftale|oprindelig e-mail",
        "videresendt meddelelse|videresendt besked|videresendt mail|start på videresendt besked|videresendt e-mail",
        "start på videresendt besked|videresendt besked|start på videresendt meddelelse|videresendt meddelelse|"
        "begyndelse på videresendt besked",
        "sendt fra |sendt via |sendt med |hent outlook|få outlook|sendt af ",
        closing="med venlig hilsen|venlig hilsen|mvh|de bedste hilsner|med venlige hilsner|hilsen",
    ),
    Language(
        "no",
        "den|på|ma.|ti.|on.|to.|fr.|lø.|sø.|man.|tir.|ons.|tor.|fre.|lør.|søn.|kl.",
        "skrev|skrev følgende|har skrevet|skriver|skreiv",
        "fra|frå|avsender",
        "sendt|dato|date",
        "til|kopi|cc|blindkopi|svar til|vedlegg|prioritet",
        "emne|vedrørende",
        "opprinnelig melding|original melding|opprinnelig e-post|opprinnelig avtale|opphavleg melding|originalmelding",
        "videresendt melding|vidaresend melding|videresendt e-post|videresendt epost",
        "videresendt melding|start på videresendt melding|begynnelse på videresendt melding|"
        "starten på videresendt melding",
        "sendt fra |sendt med |sendt via |skaff deg outlook|få outlook|last ned outlook|hent outlook",
        closing="med vennlig hilsen|vennlig hilsen|mvh|hilsen|med vennleg helsing",
    ),
    Language(
        "fi",
        "on|pe|ma|ti|ke|to|la|su|maanantai|tiistai|keskiviikko|torstai|perjantai|lauantai|sunnuntai|lähettäjä",
        "kirjoitti|kirjoittaa|on kirjoittanut|kirjoitti näin|kirjoitti seuraavaa",
        "lähettäjä|keneltä",
        "lähetetty|päivä|pvm|päiväys|aika|päivämäärä",
        "vastaanottaja|kopio|kenelle|vastaus|piilokopio|liitteet|tärkeys|vastaanottajat|vastausosoite",
        "aihe|otsikko",
        "alkuperäinen viesti|alkuperäinen sähköposti|alkuperäinen tapaaminen|alkup. viesti|alkuperäinen viesti alkaa",
        "edelleenlähetetty viesti|välitetty viesti|lähetetty edelleen|uudelleenlähetetty viesti|"
        "välitetty viesti alkaa|edelleen lähetetty viesti",
        "välitetty viesti alkaa|edelleenlähetetty viesti alkaa|välitetty viesti|alkaa välitetty viesti|"
        "edelleenlähetetty viesti",
        "lähetetty |lähetin |hanki outlook|lataa outlook|lähetetty iphonesta",
        closing="ystävällisin terveisin|terveisin|yt|parhain terveisin",
    ),
    Language(
        "hu",
        "on|ekkor|dátum|időpont",
        "írta|ezt írta|a következőt írta|írja|az alábbiakat írta|irta|a(z)",
        "feladó|küldő|from",
        "küldve|dátum|elküldve|küldés dátuma|küldés ideje",
        "címzett|másolat|másolatot kap|titkos másolat|válaszcím|mellékletek|fontosság|cc|válasz",
        "tárgy",
        "eredeti üzenet|eredeti levél|eredeti e-mail|eredeti találkozó|az eredeti üzenet",
        "továbbított üzenet|továbbított levél|továbbított üzenet kezdete|átküldött üzenet|a továbbított levél kezdete",
        "a továbbított levél kezdete|továbbított üzenet kezdete|továbbított levél|továbbított üzenet|"
        "továbbított levél kezdete",
        "elküldve |küldve |az iphone-omról küldve|az én |az ipademről küldve|az outlook|outlook beszerzése|"
        "iphone-ról küldve|telefonomról küldve|mobilról küldve",
        device_ends="-omról küldve|-emről küldve|-ról küldve|-ről küldve|készülékemről küldve|-ról elküldve",
        closing="üdvözlettel|tisztelettel|üdv",
    ),
    Language(
        "ro",
        "pe|în|in|la|la data de|pe data de|în data de|in data de|joi|vineri|luni|marți|miercuri|sâmbătă|duminică",
        "a scris|a scris următoarele|a scris:|scrie|au scris|a scris la data de",
        "de la|de|expeditor",
        "trimis|data|dată|trimis la|expediat",
        "către|catre|cc|cci|la|pentru|răspuns către|atașări|importanță|răspunde la|copie|destinatar",
        "subiect|subiectul",
        "mesaj original|mesajul original|mesaj inițial|mesaj initial|e-mail original",
        "mesaj redirecționat|mesaj redirectionat|mesaj transmis mai departe|mesajul redirecționat|"
        "mesaj retransmis|începutul mesajului redirecționat|mesaj transmis|început mesaj redirecționat",
        "începutul mesajului redirecționat|început mesaj redirecționat|începe mesajul redirecționat|"
        "mesaj redirecționat",
        "trimis de pe |trimis din |trimis cu |trimis prin |trimis de la |trimis via |obțineți outlook|"
        "descărcați outlook|trimisă de pe |trimis de ",
        closing="cu stimă|cu respect|toate cele bune|salutări",
    ),
)
