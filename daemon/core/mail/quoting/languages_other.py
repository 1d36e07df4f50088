"""The words of quoting in the languages of the east, the south and the Baltic, one row a language.

Source: the message catalogues of Outlook, Gmail, Apple Mail, Thunderbird, Yahoo and their like, as they show in mail.
"""

from daemon.core.mail.quoting.language import Language

OTHERS = (  # code, opens, wrote, sender, sent, to, subject, original, forwarded, begin, device; see Language
    Language(
        "ru",
        "on|в|во|пн|вт|ср|чт|пт|сб|вс|от|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|дата|вы",
        "пишет|написал|написала|написал(а)|писал|писал(а)|писала|вы писали|написали|пишете|пишет следующее|"
        "пользователь|отправил",
        "от|от кого|отправитель|from",
        "отправлено|дата|дата отправки|послано|отправлен",
        "кому|копия|cc|скрытая копия|ответить|вложения|важность|получатель|обратный адрес",
        "тема|предмет",
        "исходное сообщение|оригинальное сообщение|первоначальное сообщение|исходное письмо|оригинал сообщения|"
        "исходная встреча|пересланное письмо",
        "пересылаемое сообщение|пересланное сообщение|переадресованное сообщение|пересылаемое письмо|"
        "пересланное письмо|начало переадресованного сообщения|перенаправленное сообщение|"
        "начало пересылаемого сообщения|конец пересылаемого сообщения",
        "начало переадресованного сообщения|начало пересылаемого сообщения|пересылаемое сообщение|"
        "пересланное сообщение|начало пересланного сообщения|начало переадресованного письма",
        "отправлено с |отправлено из |отправлено со |послано с |отправлено через |отправлено от |"
        "отправлено при помощи |получить outlook|скачайте outlook|отправлено в |написано с |"
        "с уважением, отправлено с |отослано с ",
        closing="с уважением|с наилучшими пожеланиями|всего доброго",
    ),
    Language(
        "uk",
        "в|у|вт|ср|чт|пт|сб|нд|пн|on|від|понеділок|вівторок|середа|четвер|п'ятниця|субота|неділя",
        "пише|написав|написала|написав(-ла)|написав(ла)|написав(а)|писав|написав/ла|писав(ла)|писала",
        "від|від кого|відправник",
        "надіслано|дата|відправлено|дата надсилання",
        "кому|копія|до|прихована копія|відповісти|вкладення|відповідь",
        "тема",
        "початкове повідомлення|оригінальне повідомлення|вихідне повідомлення|оригінал повідомлення|початковий лист",
        "переслане повідомлення|перенаправлене повідомлення|переадресоване повідомлення|переслано|"
        "пересланий лист|початок переадресованого повідомлення|початок листа, що пересилається",
        "початок переадресованого повідомлення|початок пересланого повідомлення|переслане повідомлення|"
        "початок переадресованого листа|початок листа, що пересилається",
        "надіслано з |надіслано зі |відправлено з |надіслано із |надіслано через |надіслано за |відправлено із |"
        "завантажте outlook|отримати outlook",
        closing="з повагою|з найкращими побажаннями",
    ),
    Language(
        "bg",
        "на|в|пн|вт|ср|чт|пт|сб|нд|пон|сря|чет|пет|съб|нед",
        "написа|пише|писа|написал|написала|написа следното",
        "от|подател",
        "изпратено|дата|изпратен|изпратено на",
        "до|копие|як|отговор до|прикачени файлове|скрито копие|получател",
        "тема|относно",
        "оригинално съобщение|първоначално съобщение|изходно съобщение|оригинал",
        "препратено съобщение|препратено писмо|препратен имейл|начало на препратеното съобщение|препратено съобшение",
        "начало на препратеното съобщение|начало на препратено съобщение|препратено съобщение",
        "изпратено от |изпратен от |изпратено чрез |изпратено с |изпратено през |изтеглете outlook|изпратена от ",
        closing="с уважение|поздрави",
    ),
    Language(
        "el",
        "στις|την|τη|το|on|στισ",
        "έγραψε|εγραψε|έγραψαν|γράφει|έγραψε τα εξής",
        "από|αποστολέας",
        "στάλθηκε|ημερομηνία|εστάλη|αποστολή",
        "προς|κοιν|κοινοποίηση|κοιν.|απάντηση σε|συνημμένα|αντίγραφο|κρυφή κοινοποίηση|παραλήπτης",
        "θέμα",
        "αρχικό μήνυμα|αρχικό μηνυμα|πρωτότυπο μήνυμα|αρχικό email",
        "προωθημένο μήνυμα|προωθούμενο μήνυμα|έναρξη προωθημένου μηνύματος|προωθηθέν μήνυμα|forwarded message",
        "έναρξη προωθημένου μηνύματος|αρχή προωθημένου μηνύματος|προωθημένο μήνυμα|έναρξη προωθούμενου μηνύματος|"
        "αρχή προωθημένου μηνύματοσ",
        "στάλθηκε από |εστάλη από |στάλθηκε μέσω |αποστολή από |στάλθηκε με |λήψη του outlook|αποστολή μέσω |"
        "απεστάλη από ",
        closing="με εκτίμηση|φιλικά|με φιλικούς χαιρετισμούς",
    ),
    Language(
        "tr",
        "on|tarihinde|paz|pzt|sal|çar|per|cum|cmt",
        "yazdı|şunu yazdı|şöyle yazdı|şunları yazdı|tarihinde şunu yazdı|adlı kişi|yazmış|yazdi|tarafından yazıldı",
        "kimden|gönderen|from|kimden:",
        "gönderildi|tarih|gönderilme tarihi|gönderim|gönderilen|gönderme tarihi",
        "kime|alıcı|bilgi|bilgi:|cc|gizli|yanıt adresi|ekler|yanıtla|önem",
        "konu",
        "orijinal mesaj|özgün ileti|orijinal ileti|asıl mesaj|asıl ileti|orjinal mesaj|özgün mesaj|ilk mesaj|"
        "orijinal e-posta",
        "iletilen mesaj|iletilmiş ileti|iletilen ileti|yönlendirilen mesaj|yönlendirilmiş ileti|iletilmiş mesaj|"
        "yönlendirilmiş mesaj",
        "iletilen ileti başlangıcı|iletilmiş ileti başlangıcı|yönlendirilen ileti başlangıcı|iletilmiş mesaj|"
        "iletilen mesajın başlangıcı",
        "iphone'umdan gönderildi|iphone’umdan gönderildi|ipad'imden gönderildi|android'den gönderildi|"
        "outlook'u edinin|samsung cihazımdan gönderildi|telefonumdan gönderildi|şuradan gönderildi|"
        "android için outlook|ios için outlook|yahoo mail'den gönderildi",
        device_ends=(
            "'den gönderildi|'dan gönderildi|umdan gönderildi|imden gönderildi|ımdan gönderildi|"
            "cihazımdan gönderildi|telefonumdan gönderildi|tarafından gönderildi"
        ),
        closing="saygılarımla|saygılar|iyi çalışmalar|sevgiler",
    ),
    Language(
        "ja",
        "",
        "wrote|書きました|が書きました|のメール|のメッセージ|は書きました|さんは書きました|に書きました",
        "差出人|送信者|from|発信者|送信元",
        "送信日時|日付|送信日|日時|送信日付|sent",
        "宛先|cc|to|返信先|添付ファイル|bcc|受信者|重要度",
        "件名|題名|subject",
        "元のメッセージ|オリジナルメッセージ|original message|元メッセージ|元のメール|返信元メッセージ|元の予定",
        "転送メッセージ|転送されたメッセージ|転送メール|転送されたメール|forwarded message|転送元メッセージ|転送",
        "転送されたメッセージ|転送メッセージ|転送されたメール|以下は転送メールです|転送します",
        "iphoneから送信|ipadから送信|androidから送信|私のiphoneから|iphone から送信|ipad から送信|"
        "スマートフォンから送信|outlook for ios を入手|outlook for android を入手|私の iphone から",
        device_ends="から送信|から送信されました|より送信",
        closing="敬具|以上",
    ),
    Language(
        "zh",
        "在|于|於",
        "写道|寫道|写|来信|的来信中写道|說|说|來信",
        "发件人|寄件者|发信人|寄件人|寄信人|來自|来自|發件人|from",
        "发送时间|寄件日期|日期|发送日期|傳送時間|寄件時間|发信时间|時間|时间|發送時間|sent|傳送日期|寄送日期",
        "收件人|收件者|抄送|副本|密送|密件副本|回复|回覆|附件|收信人|cc|to|重要性|密件抄送",
        "主题|主旨|主題|标题|標題|subject",
        "原始邮件|原邮件|原始郵件|原始信件|原文|邮件原件|原始訊息|原始消息|回复的原邮件|原件|回复邮件|original|"
        "原始约会|答复邮件|回覆的原郵件",
        "转发邮件|转发的邮件|轉寄郵件|轉寄的郵件|转发邮件信息|转发的原邮件|轉寄信件|轉發郵件|已转发邮件|轉寄訊息|"
        "已轉寄的郵件|forwarded message|转发的消息|转发消息",
        "开始转发的邮件|下面是被转发的邮件|以下是转发的邮件|開始轉寄郵件|下列為轉寄的郵件|开始转发邮件|轉寄郵件|"
        "轉寄的郵件開始|已轉寄郵件|下面是轉寄的郵件",
        "发自我的|從我的|发自|發自我的|寄自我的|來自我的|来自我的|從 iphone 傳送|由我的|发送自|傳送自|從我的 |"
        "获取适用于|取得適用於|获取 outlook|下载 outlook|從 yahoo奇摩|使用手机发送|傳送自我的|從我的 iphone 傳送",
        device_ends="傳送|发送|發送",
        closing="此致|敬上|祝好|顺祝商祺|此致敬禮",
    ),
    Language(
        "ko",
        "",
        "작성|님이 작성|작성함|님이 작성함|썼습니다|쓴 글|쓰셨습니다|님의 메시지|님이 쓴 글|작성하였습니다|썼음|쓰기",
        "보낸 사람|보낸사람|발신|보낸이|보낸 이|from|발신자",
        "보낸 날짜|날짜|보냄|보낸날짜|발송일|전송|일시|보낸 시간|sent",
        "받는 사람|받는사람|참조|숨은 참조|회신 대상|첨부 파일|첨부|받는이|수신|to|수신자",
        "제목|subject",
        "원본 메시지|원본 이메일|원본메일|원본 메일|원래 메시지|원본메시지|original message|원문|최초 메시지",
        "전달된 메시지|전달된 메일|전달 메시지|전달된메시지|전달된 이메일|forwarded message",
        "전달된 메시지|전달된 이메일|전달된 메시지 시작|아래는 전달된 메시지입니다|전달된 메시지의 시작",
        "나의 iphone에서 보냄|내 iphone에서 보냄|iphone에서 보냄|ipad에서 보냄|나의 ipad에서 보냄|"
        "galaxy에서 보냄|android에서 보냄|outlook for ios|samsung mobile에서 보냄",
        device_ends="에서 보냄|에서 보냈습니다|에서 전송됨|에서 전송",
        closing="감사합니다|드림",
    ),
    Language(
        "he",
        "בתאריך|ב-|ביום|ב|מאת|on|ב־",
        "כתב|כתבה|כתב/ה|כתבת|כתב(ה)|מאת|כתבו|כותב",
        "מאת|מ|from|שולח",
        "נשלח|תאריך|נשלח ב",
        "אל|עותק|העתק|לכבוד|מענה אל|קבצים מצורפים|השב אל|עותק מוסתר",
        "נושא|הנדון",
        "הודעה מקורית|ההודעה המקורית|הודעה המקורית",
        "הודעה שהועברה|הודעה מועברת|הודעה שנשלחה|הודעת העברה|תחילת ההודעה שהועברה",
        "תחילת ההודעה שהועברה|תחילת הודעה שהועברה|הודעה שהועברה|תחילת ההודעה המועברת",
        "נשלח מה|נשלח מ-|נשלח מ|נשלח באמצעות|נשלח דרך|להורדת outlook|קבל את outlook",
        closing="בברכה|בכבוד רב",
    ),
    Language(
        "ar",
        "في|بتاريخ|يوم|on|كتب|بـتاريخ",
        "كتب|كتبت|كتب/ت|كَتب|كَتبت|كتبه|كتب/كتبت|كَتَبَ|كتب ما يلي|قال",
        "من|المرسل|from",
        "تم الإرسال|التاريخ|تاريخ|أرسلت|تاريخ الإرسال|تم إرسالها|تاريخ الارسال",
        "إلى|الى|نسخة|نسخة إلى|الرد على|المرفقات|نسخة مخفية|المستلم|الرد إلى",
        "الموضوع|موضوع",
        "الرسالة الأصلية|رسالة أصلية|الرسالة الاصلية|النص الأصلي|رسالة اصلية",
        "رسالة معاد توجيهها|رسالة مُعاد توجيهها|الرسالة المعاد توجيهها|رسالة محولة|رسالة تم تحويلها|"
        "رسالة معاد إرسالها|بدء الرسالة المحولة|بداية الرسالة المعاد توجيهها|الرسالة المحولة",
        "بدء الرسالة المحولة|بداية الرسالة المعاد توجيهها|بداية الرسالة المحولة|رسالة معاد توجيهها|"
        "بدء الرسالة المعاد توجيهها",
        "أُرسلت من |أرسلت من |تم الإرسال من |أرسل من |تم الارسال من |مرسل من |مُرسل من |ارسلت من |"
        "احصل على outlook|تم إرسالها من |أُرسِلت من |الحصول على outlook",
        closing="مع التحية|مع تحياتي|تحياتي|مع أطيب التحيات",
    ),
    Language(
        "fa",
        "در|در تاریخ|روز",
        "نوشت|نوشته است|نوشته|نوشتند",
        "از|فرستنده",
        "ارسال شده|تاریخ|ارسال",
        "به|گیرنده|رونوشت|پاسخ به|پیوست",
        "موضوع",
        "پیام اصلی|نامه اصلی|ایمیل اصلی",
        "پیام بازارسال شده|پیام هدایت شده|پیام فوروارد شده|پیام ارسال مجدد شده|پیام بازفرست شده",
        "شروع پیام بازارسال شده|آغاز پیام هدایت شده",
        "ارسال شده از |فرستاده شده از |از آیفون من|ارسال از ",
        closing="با احترام|با تشکر",
    ),
    Language(
        "vi",
        "vào|vào lúc|ngày|lúc|on|vào ngày",
        "đã viết|viết|đã gửi|wrote|viết như sau|đã viết như sau",
        "từ|người gửi",
        "đã gửi|ngày|gửi|gửi lúc|ngày gửi|thời gian",
        "đến|tới|đồng kính gửi|cc|người nhận|trả lời|kính gửi|gửi đến|tệp đính kèm",
        "chủ đề|tiêu đề|v/v",
        "tin nhắn gốc|thư gốc|nội dung gốc|thư ban đầu|email gốc|tin nhắn ban đầu",
        "thư được chuyển tiếp|thư chuyển tiếp|tin nhắn chuyển tiếp|tin nhắn được chuyển tiếp|thư đã chuyển tiếp|"
        "bắt đầu thư được chuyển tiếp|thư đã được chuyển tiếp",
        "bắt đầu thư được chuyển tiếp|bắt đầu tin nhắn chuyển tiếp|thư được chuyển tiếp|bắt đầu thư chuyển tiếp",
        "đã gửi từ |gửi từ |được gửi từ |đã được gửi từ |gửi bằng |tải outlook|tải outlook cho|nhận outlook",
        closing="trân trọng|kính thư",
    ),
    Language(
        "id",
        "pada|di|tanggal|on|pada tanggal|pada hari",
        "menulis|wrote|telah menulis|berkata|tulis|menulis sebagai berikut",
        "dari|pengirim",
        "dikirim|tanggal|terkirim|tarikh|dihantar",
        "kepada|ke|untuk|cc|tembusan|balas ke|lampiran|penerima|salinan",
        "subjek|perihal|judul|hal|subyek",
        "pesan asli|pesan awal|email asli|pesan original|mesej asal",
        "pesan terusan|pesan yang diteruskan|pesan diteruskan|pesan yg diteruskan|awal pesan terusan|mesej dimajukan",
        "awal pesan terusan|mulai pesan terusan|awal pesan yang diteruskan|pesan terusan|"
        "permulaan mesej yang dimajukan|mulai pesan yang diteruskan",
        "dikirim dari |terkirim dari |dikirim melalui |dikirim menggunakan |dapatkan outlook|dikirim via |"
        "dihantar dari |dihantar daripada |dikirim dengan |unduh outlook",
        closing="salam|hormat saya|hormat kami",
    ),
    Language(
        "th",
        "เมื่อ|ใน|วันที่|เมื่อวันที่|ในวันที่",
        "เขียนว่า|เขียน|ได้เขียน|ได้เขียนว่า",
        "จาก|ผู้ส่ง",
        "ส่ง|วันที่|ส่งเมื่อ|วันที่ส่ง",
        "ถึง|สำเนา|ตอบกลับ|สำเนาถึง|ไปยัง",
        "เรื่อง|หัวเรื่อง|หัวข้อ",
        "ข้อความต้นฉบับ|ข้อความเดิม|จดหมายต้นฉบับ",
        "ข้อความที่ส่งต่อ|ข้อความส่งต่อ|จดหมายที่ส่งต่อ|ส่งต่อข้อความ",
        "เริ่มข้อความที่ส่งต่อ|ข้อความที่ส่งต่อ|เริ่มต้นข้อความที่ส่งต่อ",
        "ส่งจาก|ส่งจาก |ส่งด้วย|รับ outlook",
    ),
    Language(
        "hi",
        "को|पर|on",
        "ने लिखा|लिखा|ने कहा|ने लिखा है",
        "प्रेषक|से|द्वारा",
        "भेजा गया|दिनांक|तारीख|भेजा",
        "प्रति|को|प्राप्तकर्ता|प्रतिलिपि",
        "विषय",
        "मूल संदेश|मूल मेल",
        "अग्रेषित संदेश|फ़ॉरवर्ड किया गया संदेश|अग्रेषित मेल|फॉरवर्ड किया गया संदेश",
        "अग्रेषित संदेश प्रारंभ|अग्रेषित संदेश",
        "मेरे iphone से भेजा|मेरे आईफ़ोन से|से भेजा गया",
        device_ends="से भेजा गया|से भेजा",
    ),
    Language(
        "ca",
        "el|en|a les|el dia|dia",
        "va escriure|ha escrit|escrigué|va escriure el següent",
        "de|remitent",
        "enviat|data|enviat el",
        "per a|a|per|cc|còpia|respon a|adjunts",
        "assumpte|tema",
        "missatge original|missatge d'origen|correu original",
        "missatge reenviat|correu reenviat|inici del missatge reenviat",
        "inici del missatge reenviat|missatge reenviat|comença el missatge reenviat",
        "enviat des de|enviat des del|enviat amb ",
        closing="salutacions|atentament|cordialment",
    ),
    Language(
        "hr",
        "dana|u|na|dan|je dana|on|dne|v",
        "napisao|napisala|je napisao|je napisala|piše|napisao je|napisala je|je napisao/la|je napisao(la)|"
        "je napisal|napisal|je napisao/napisala|je napisal/a|пише|је написао|је написала",
        "od|šalje|pošiljatelj|pošiljalac|za|from|шаље|од|pošiljatelj:",
        "poslano|datum|poslato|datum slanja|послато|датум",
        "za|prima|kopija|do|kp|odgovor|odgovori na|primatelj|privitci|прима|коме|copy|komu",
        "predmet|naslov|tema|zadeva|наслов",
        "izvorna poruka|originalna poruka|izvorno sporočilo|prvotno sporočilo|prvobitna poruka|оригинална порука|"
        "izvorna e-pošta|originalno sporočilo",
        "proslijeđena poruka|prosleđena poruka|posredovano sporočilo|proslijedjena poruka|prosledjena poruka|"
        "прослеђена порука|početak proslijeđene poruke|početak prosleđene poruke|preusmerjeno sporočilo",
        "početak proslijeđene poruke|početak prosleđene poruke|začetek posredovanega sporočila|"
        "proslijeđena poruka|započni proslijeđenu poruku|почетак прослеђене поруке",
        "poslano s |poslano iz |poslano sa |poslato sa |poslato s |poslato iz |poslano z |poslano preko |"
        "poslano pomoću |poslano putem |послато са |preuzmite outlook|poslano z mojega|poslato preko ",
        closing="srdačan pozdrav|lijep pozdrav|s poštovanjem|pozdrav|lep pozdrav",
    ),
    Language(
        "et",
        "kell|kuupäeval|on|kirjutas",
        "kirjutas|kirjutas järgmist|kirjutab",
        "saatja|kellelt",
        "saadetud|kuupäev|saatmisaeg",
        "adressaat|saaja|koopia|kellele|vastus",
        "teema",
        "algne kiri|algsõnum|originaalsõnum|algne sõnum|originaalkiri",
        "edastatud kiri|edastatud sõnum|edasi saadetud kiri|edastatud kirja algus",
        "edastatud kirja algus|edastatud kiri|edastatud sõnumi algus",
        "saadetud minu |saadetud |hangi outlook",
        closing="lugupidamisega|tervitades",
    ),
    Language(
        "lt",
        "on|rašė",
        "rašė|parašė|rašo|raše",
        "nuo|siuntėjas",
        "išsiųsta|data|siųsta",
        "kam|kopija|gavėjas|iki",
        "tema",
        "originalus laiškas|pradinis laiškas|originali žinutė|pirminis pranešimas|pradinis pranešimas",
        "persiųstas laiškas|persiųsta žinutė|persiųstas pranešimas|forwarded message",
        "persiųsto laiško pradžia|persiųstas laiškas",
        "išsiųsta iš |siųsta iš |išsiųsta naudojant ",
        closing="pagarbiai",
    ),
    Language(
        "lv",
        "on|plkst",
        "rakstīja|uzrakstīja|raksta|lietotājs",
        "no|sūtītājs",
        "nosūtīts|datums|sūtīts",
        "kam|kopija|saņēmējs|adresāts",
        "temats|tēma",
        "sākotnējais ziņojums|oriģinālais ziņojums|sākotnējā ziņa|oriģinālā ziņa",
        "pārsūtītā ziņa|pārsūtīts ziņojums|pārsūtītais ziņojums|pārsūtīta vēstule",
        "pārsūtītās ziņas sākums|sākas pārsūtītā ziņa",
        "nosūtīts no |sūtīts no ",
        closing="ar cieņu",
    ),
)
