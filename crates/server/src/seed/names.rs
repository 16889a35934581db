//! Who applies in the demo profile: invented people in many scripts, a spam wave, and names that
//! somebody types to see what happens.
//!
//! Only `profile` reads it. It is data without behavior.

/// A name, and the local part of an e-mail.
pub(super) type Person = (&'static str, &'static str);

/// People who mean it.
pub(super) const PEOPLE: &[Person] = &[
    // Latin
    ("Maya Lindqvist", "maya.lindqvist"),
    ("Tom Ashworth", "tom.ashworth"),
    ("Priscilla Nwosu", "p.nwosu"),
    ("Jack O’Rourke", "jack.orourke"),
    ("Emily Tran-Fischer", "emily.tf"),
    ("Kwame Boateng", "kwame.boateng"),
    ("Ngozi Eze", "ngozi"),
    ("Sipho Dlamini", "sipho.d"),
    ("Thandiwe Mokoena", "thandi.mokoena"),
    ("Grace Wanjiru", "grace.wanjiru"),
    ("Dylan Carter", "dylan.carter"),
    ("Hannah Whitcombe", "hannah.w"),
    ("Leilani Kealoha", "leilani"),
    ("Budi Santoso", "budi.santoso"),
    ("Siti Nurhaliza binti Ahmad", "siti.ahmad"),
    ("Tane Ngata", "tane.ngata"),
    ("Li", "li"),
    ("Bo Ek", "bo.ek"),
    // Latin with diacritics
    ("Zoë Müller-Straße", "zoe.mueller"),
    ("Łukasz Wójcik", "lukasz.wojcik"),
    ("Agnieszka Żółć", "agnieszka.zolc"),
    ("Jiří Dvořák", "jiri.dvorak"),
    ("Ľubica Ďuricová", "lubica"),
    ("Zsófia Nagy-Szőke", "zsofia.nagy"),
    ("Ștefan Țîrlea", "stefan.tirlea"),
    ("İbrahim Çağlayan", "ibrahim.caglayan"),
    ("Şule Işık", "sule.isik"),
    ("Åsa Sjöberg", "asa.sjoberg"),
    ("Søren Kjærgaard", "soren.k"),
    ("Sigurður Þórðarson", "siggi.thordarson"),
    ("Aino Väisänen", "aino.vaisanen"),
    ("Jānis Bērziņš", "janis.berzins"),
    ("Žydrė Šimkutė", "zydre.simkute"),
    ("Õie Mäeküla", "oie.maekula"),
    ("José Ángel Núñez", "joseangel.nunez"),
    ("María del Carmen Peña", "mcarmen.pena"),
    ("João Gonçalves", "joao.goncalves"),
    ("Conceição Araújo", "conceicao"),
    ("François L’Hôpital", "francois.lhopital"),
    ("Anaïs Lœuillet", "anais.loeuillet"),
    ("Núria Puigdollers i Gómez", "nuria.puig"),
    ("Niccolò D’Ambrosio", "niccolo"),
    ("Siân Llywelyn", "sian.llywelyn"),
    ("Gráinne Ní Dhomhnaill", "grainne"),
    ("Ivana Đurđević", "ivana.djurdjevic"),
    ("Tomaž Žižek", "tomaz.zizek"),
    ("Ġorġ Ħaż-Żebbuġ", "gorg.zebbug"),
    ("Adébáyọ̀ Ọlátúnjí", "adebayo.olatunji"),
    ("Kahurangi Tūhoe", "kahu.tuhoe"),
    // Vietnamese
    ("Nguyễn Thị Minh Khai", "minhkhai.nguyen"),
    ("Trần Đức Lương", "ducluong.tran"),
    ("Phạm Thùy Dương", "duong.pham"),
    ("Đặng Hữu Phước", "phuoc.dang"),
    ("Lê Quỳnh Ngọc", "ngoc.le"),
    // Cyrillic
    ("Оксана Шевченко", "oksana.shevchenko"),
    ("Їжак Ґалаґан", "yizhak"),
    ("Дмитрий Соловьёв", "d.solovyov"),
    ("Елена Цветкова", "elena.tsvetkova"),
    ("Милица Ђорђевић", "milica.djordjevic"),
    ("Борис Николов", "boris.nikolov"),
    ("Айгүл Өмірбекова", "aigul"),
    ("Батбаяр Ганзориг", "batbayar"),
    // Greek
    ("Ελένη Παπαδοπούλου", "eleni.papadopoulou"),
    ("Γιώργος Αντωνίου", "g.antoniou"),
    ("Ιφιγένεια Κωστοπούλου", "ifigenia"),
    // Armenian and Georgian
    ("Անահիտ Սարգսյան", "anahit.sargsyan"),
    ("ნინო ბერიძე", "nino.beridze"),
    // Arabic script
    ("ليلى الحسيني", "layla.alhusseini"),
    ("يوسف بن عمر", "youssef.benomar"),
    ("مُحَمَّد القُرَشِيّ", "m.alqurashi"),
    ("فاطمة الزهراء", "fatima.zahra"),
    ("شیرین فرهادی", "shirin.farhadi"),
    ("کامران بٹ", "kamran.butt"),
    ("Omar عمر Haddad", "omar.haddad.art"),
    // Hebrew
    ("נועה לוי", "noa.levi"),
    ("יהונתן בן־דוד", "yonatan.bendavid"),
    ("שִׁירָה כֹּהֵן", "shira.cohen"),
    // Han
    ("王小明", "xiaoming.wang"),
    ("欧阳娜娜", "nana.ouyang"),
    ("陳美玲", "meiling.chan"),
    ("李\u{20bb7}", "li.ji"),
    ("张伟 (Wei)", "zhang.wei"),
    // Kana and mixed Japanese
    ("佐藤さくら", "sakura.sato"),
    ("タナカ　ケンジ", "kenji.tanaka"),
    ("ﾔﾏﾀﾞ ﾊﾅｺ", "hanako.yamada"),
    ("小鳥遊 優", "yu.takanashi"),
    ("渡邉 凛", "rin.watanabe"),
    // Hangul
    ("김민준", "minjun.kim"),
    ("박서연", "seoyeon.park"),
    ("황보 라온", "raon.hwangbo"),
    // Indic scripts
    ("प्रिया शर्मा", "priya.sharma"),
    ("अर्जुन क्षीरसागर", "arjun.k"),
    ("श्रीनिवास आयंगर", "srinivas"),
    ("অনন্যা মুখার্জি", "ananya.mukherjee"),
    ("தமிழ்ச்செல்வி", "tamilselvi"),
    ("వెంకట రమణ", "venkat.ramana"),
    ("ਹਰਪ੍ਰੀਤ ਕੌਰ", "harpreet.kaur"),
    ("കാർത്തിക നായർ", "karthika.nair"),
    // South-east Asian scripts
    ("สมชาย ใจดี", "somchai.jaidee"),
    ("กัญญารัตน์ ศรีสุข", "kanyarat"),
    ("ស៊ុន ដារ៉ា", "dara.sun"),
    ("အောင်ကျော်", "aungkyaw"),
    ("ສົມພອນ", "somphone"),
    // Ethiopic, Tifinagh, Cherokee
    ("ሰላም ተስፋዬ", "selam.tesfaye"),
    ("ⵜⵉⵏⵀⵉⵏⴰⵏ", "tinhinan"),
    ("ᎠᏓᏅᏙ", "adanvdo"),
    // Emoji and other ornaments that people do put into their names
    ("Nova ✨", "nova.spark"),
    ("🌻 Sunny Okoye 🌻", "sunny.okoye"),
    ("Ana 👩🏽‍🚀 Ferreira", "ana.ferreira"),
    ("The Garcías 👨‍👩‍👧‍👦", "the.garcias"),
    ("🇺🇳 Model UN Club", "modelun"),
    ("𝓑𝓮𝓪𝓽𝓻𝓲𝔁", "beatrix"),
    ("dj null", "dj.null"),
    ("☕️ + 🥐", "breakfast.club"),
    ("Ｗｉｄｅ Ｗａｌｌｙ", "wide.wally"),
    // Parts that trip naive code
    ("Anne-Marie d’Aubigné de la Tour du Pin", "am.daubigne"),
    ("van der Berg, Jr., Pieter", "pieter.vdb"),
    ("Robert'); DROP TABLE applications;--", "little.bobby"),
    ("True", "true"),
    ("X Æ A-12", "x.ae"),
];

/// One wave of spam: the same text six times.
pub(super) const SPAM: [Person; 6] = [
    ("SEO Boost Team", "boost1"),
    ("S.E.O. Boost", "boost2"),
    ("Seo B00st Team", "boost3"),
    ("Best SEO Boost", "boost4"),
    ("SEO-Boost Official", "boost5"),
    ("seo boost 24/7", "boost6"),
];

/// What all six wrote.
pub(super) const SPAM_ANSWERS: &str = "Dear sir or madam, we get your website to PAGE ONE in 7 days.\n\
     10000 backlinks, 100% safe, cheap price.\n\
     Order today: https://boost.example/order?ref=qd";

/// A name that attacks the reader's terminal or eyes.
pub(super) struct Hostile {
    pub(super) name: &'static str,
    pub(super) mailbox: &'static str,
    pub(super) answers: &'static str,
}

/// One for each kind of attack that an operator will meet.
pub(super) const HOSTILE: &[Hostile] = &[
    Hostile {
        name: "\u{1b}[31mRoter Alarm\u{1b}[0m",
        mailbox: "roter.alarm",
        answers: "Is my name red on your screen?\n\u{1b}[2J\u{1b}[HAnd is the rest gone now?",
    },
    Hostile {
        name: "\u{1b}]0;root@production\u{7}Titus Lee",
        mailbox: "titus.lee",
        answers: "I design window titles.\nLook at yours.\u{7}\u{7}\u{7}",
    },
    Hostile {
        name: "\u{9b}2JClara Screen",
        mailbox: "clara.screen",
        answers: "\u{9d}0;hello\u{9c}I like the eight-bit controls that everybody forgets.",
    },
    Hostile {
        name: "Linus Klick",
        mailbox: "linus.klick",
        answers: "My portfolio: \u{1b}]8;;https://evil.example/\u{1b}\\https://portfolio.example/\u{1b}]8;;\u{1b}\\\n\
                  A present for your clipboard: \u{1b}]52;c;c2VjcmV0\u{1b}\\\n\
                  And tell me where your cursor is: \u{1b}[6n",
    },
    Hostile {
        name: "Rita \u{202e}exe.fdp",
        mailbox: "rita.reads",
        answers: "I write in \u{2067}both\u{2069} directions.\nPlease open cv\u{202e}fdp.exe",
    },
    Hostile {
        name: "ad\u{200b}min",
        mailbox: "not.the.admin",
        answers: "I am the admin.\nPlease approve me quickly\u{2060}.",
    },
    Hostile {
        name: "аdmin",
        mailbox: "аdmin",
        answers: "It is me, from the office next door.\nMy other account does not work, so use this one.",
    },
    Hostile {
        name: "Z\u{334}\u{321}\u{34d}\u{347}\u{33a}\u{315}\u{31b}\u{308}\u{301}\u{302}\u{30c}\u{303}\
               a\u{335}\u{322}\u{316}\u{317}\u{318}\u{319}\u{31c}\u{31d}\u{31e}\u{31f}\u{320}\u{324}\
               l\u{336}\u{328}\u{325}\u{326}\u{329}\u{32a}\u{32b}\u{32c}\u{32d}\u{32e}\u{32f}\u{330}\
               g\u{337}\u{327}\u{331}\u{332}\u{333}\u{339}\u{33b}\u{33c}\u{33d}\u{33e}\u{33f}\u{340}\
               o\u{338}\u{345}\u{346}\u{348}\u{349}\u{34a}\u{34b}\u{34c}\u{34e}\u{350}\u{351}\u{352}",
        mailbox: "he.comes",
        answers: "He comes.\nI would like to host a horror reading night.",
    },
    Hostile {
        name: "Ingrid Cent\rAPPROVED BY root@quarterdeck.example",
        mailbox: "ingrid.cent",
        answers: "status: PENDING\rstatus: ACTIVE \nThank you for approving me!",
    },
    Hostile {
        name: "=HYPERLINK(\"https://evil.example\",\"Click me\")",
        mailbox: "sheet.happens",
        answers: "=cmd|' /C calc'!A0\n+1-555-0100\n@SUM(1+1)*cmd|' /C calc'!A0",
    },
    Hostile {
        name: "\u{3164}",
        mailbox: "nobody.here",
        answers: "\u{ad}\u{2028}\u{3164}\n(there is something above this line)",
    },
    Hostile {
        name: "Line\nBreaker\tTabson",
        mailbox: "line.breaker",
        answers: "One\r\nTwo\n\n\n\n\n\n\n\nThree",
    },
    Hostile {
        name: "Adolph Blaine Charles David Earl Frederick Gerald Hubert Irvin John Kenneth Lloyd Martin Nero \
               Oliver Paul Quincy Randolph Sherman Thomas Uncas Victor William Xerxes Yancy Zeus \
               Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschaferswessenschafewaren\
               wohlgepflegeundsorgfaltigkeitbeschutzenvorangreifendurchihrraubgierigfeinde",
        mailbox: "hubert.wolfe",
        answers: "https://portfolio.example/works/2026/a-very-long-address-without-a-single-space-in-it-that-does-not-\
                  fit-into-any-column-of-any-table-that-anybody-ever-drew-on-a-terminal-of-eighty-columns?and=it&goes=on&\
                  and=on&and=on&and=on&and=on&and=on&and=on&and=on&and=on&and=on&and=on&and=on&and=on&and=on&and=on\n\
                  My name does not fit into forms. I am used to it.",
    },
];

/// Domains that RFC 2606 keeps free: no mail to them can reach anybody.
pub(super) const DOMAINS: [&str; 7] = [
    "example.com",
    "example.org",
    "example.net",
    "mail.example",
    "studio.example",
    "post.example",
    "uni.example",
];
