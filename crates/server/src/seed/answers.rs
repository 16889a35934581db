//! What applicants of the demo profile write, in pieces that fit together.
//!
//! Only `profile` reads it. It is data without behavior.

/// Who they are. `{city}` and `{count}` are filled in.
pub(super) const OPENINGS: &[&str] = &[
    "I run a bicycle workshop in {city} with {count} colleagues.",
    "We are a choir of {count} people in {city}.",
    "I teach woodworking in {city}, mostly to beginners.",
    "Freelance illustrator, based in {city} for the last {count} years.",
    "I am a nurse in {city} and I knit on night shifts.",
    "My sister and I restore old radios in {city}.",
    "Second-year architecture student in {city}.",
    "I keep {count} beehives on a roof in {city}.",
    "Retired sailor, now I build ship models in {city}.",
    "I organize a repair café in {city}, every second Saturday.",
    "Small bakery in {city}. {count} people, one very old oven.",
    "I write interactive fiction and host a reading group in {city}.",
    "Landscape photographer. Born in {city}, rarely there.",
    "I am a potter. My studio in {city} has room for {count} wheels.",
    "We print zines in a basement in {city}.",
    "Math teacher from {city}; I make puzzles for my classes.",
    "I design sewing patterns for people of unusual sizes.",
    "Community garden in {city}, {count} plots and a waiting list of our own.",
    "I translate poetry between three languages, and pay rent with manuals.",
    "Amateur astronomer in {city}, which is a bad place for it.",
    "Our robotics club in {city} has {count} members between nine and fifteen.",
    "I am a stage carpenter in {city} and draw comics on the train.",
    "We are {count} friends in {city} who make a podcast about bridges.",
    "I repair accordions. There are not many of us left.",
    "Indie game developer from {city}, {count} released, one sold well.",
    "I cook for a kindergarten in {city} and write down every recipe.",
];

/// Why they apply.
pub(super) const MOTIVES: &[&str] = &[
    "I would like a place to show work in progress without being sold something.",
    "A friend got a review from one of your experts and it changed how she works.",
    "We need one calendar, one gallery, and fewer spreadsheets.",
    "I want to find people nearby who do the same thing.",
    "We outgrew our mailing list two years ago.",
    "I have taught this for years and would like to do it in writing now.",
    "Our old platform closes at the end of the year and the archive must go somewhere.",
    "I hope to find two or three people who criticize honestly.",
    "I would like to sell a few pieces, but mainly I want to talk shop.",
    "We want to publish our plans so that others can build them.",
    "My students asked me to put the exercises online.",
    "I am looking for an expert review before I show it to a publisher.",
    "We would use it for our members only, nothing public at first.",
    "I left the big networks and miss having an audience of about forty people.",
    "I would like to document the whole process, mistakes included.",
    "Mostly curiosity, to be honest. Then maybe a course in spring.",
    "We lose half of what we know each time somebody moves away.",
    "I was told that the moderation here is done by people. That is why.",
    "We want to coordinate with the group in the next town.",
    "I need a home for ten years of notes and photographs.",
];

/// Something particular.
pub(super) const DETAILS: &[&str] = &[
    "I can give you two references if that helps.",
    "About sixty pictures to begin with, then one a week.",
    "We do not need payments.",
    "One question: can a group have two owners?",
    "I am deaf, so please write rather than call.",
    "My English is not good, sorry. I read it well.",
    "Everything we publish is CC BY-SA.",
    "I applied in spring with another address and forgot the password.",
    "Two of our members are minors; their parents signed our own form.",
    "I use a screen reader. So far your site works better than most.",
    "I can pay for the year at once if there is an invoice.",
    "Please do not show my last name in public.",
    "I have run forums before and know what moderators go through.",
    "Some of the work is not for children. I understand that it needs a label.",
    "We are a registered association; I can send the statutes.",
    "Is there an export? I have lost two archives in my life.",
    "I am on slow internet, the upload may take some nights.",
    "A short film about us: https://studio.example/film",
];

/// How they end.
pub(super) const CLOSINGS: &[&str] = &[
    "Thanks for reading this.",
    "Happy to answer questions.",
    "No hurry.",
    "If possible before the 20th, we have an open day then.",
    "Greetings from the workshop!",
    "I heard of you from a colleague at the library.",
    "Found you through a talk at the summer school.",
    "Best, and thank you for doing this by hand.",
    "See you inside, I hope :)",
    "Sorry for the long text.",
    "Have a quiet shift!",
    "That is all. I am bad at forms.",
];

/// Whole answers, some in the applicant's own language, some not worth a second sentence.
pub(super) const WHOLE: &[&str] = &[
    "Hi!\nI draw. A lot.\nPlease let me in :)",
    "see my website",
    "Wir sind ein Nähcafé mit zwölf Maschinen und suchen einen Ort für unsere Anleitungen.\n\
     Bisher liegt alles in Ordnern.\nVielen Dank!",
    "Bonjour, je suis luthière et je voudrais publier mes plans.\n\
     J'ai une vingtaine de dessins prêts.\nMerci d'avance !",
    "Hola, somos un taller de grabado.\nQueremos enseñar el proceso completo, con errores y todo.\nGracias.",
    "Dzień dobry,\nprowadzę małą pracownię ceramiki i szukam ludzi, którzy szczerze ocenią moje szkliwa.",
    "Добрый день! Я шью театральные костюмы и веду записи двадцать лет.\nХочу наконец всё это показать.",
    "はじめまして。\n趣味で和綴じの本を作っています。\n作り方を少しずつ公開したいです。\nよろしくお願いします。",
    "안녕하세요.\n동네 도서관에서 목공 모임을 하고 있습니다.\n회원 열두 명이 함께 쓸 공간이 필요합니다.",
    "مرحبًا، أعمل خطّاطة وأدرّس الخط للمبتدئين.\nأريد مكانًا أعرض فيه تمارين طلابي.\nشكرًا لكم.",
    "שלום,\nאני מתקנת גיטרות ורוצה לתעד כל תיקון.\nתודה!",
    "नमस्ते, मैं ब्लॉक प्रिंटिंग सिखाती हूँ।\nमेरे छात्र अपने काम दिखाना चाहते हैं।",
    "สวัสดีค่ะ ทำงานผ้าย้อมครามมาสิบปี\nอยากแบ่งปันสูตรกับคนอื่น ๆ ค่ะ",
    "Xin chào, mình làm đồ chơi gỗ cho trẻ em.\nMình muốn nhận góp ý từ các chuyên gia.\nCảm ơn!",
    "Γεια σας, φτιάχνω μαριονέτες και γράφω μικρά έργα για σχολεία.\nΘα ήθελα να βρω συνεργάτες.",
    "1) who: me\n2) what: modular synths\n3) why: the forum I was on died\n4) when: yesterday would be good",
    "My grandmother kept a dye book. 212 recipes, all in one handwriting.\n\
     I am typing it up, with photographs of each color.\n\
     It should not sit in a drawer.\nThat is my whole application.",
    "I am thirteen but my mother says it is okay.\nI make stop motion films with potatoes.",
    "Applying for my father (71), who does not do forms.\n\
     He carves spoons. People keep asking him how.\nHe would answer them here, I think.",
    "idk, looked nice",
];

/// Where they live.
pub(super) const CITIES: &[&str] = &[
    "Aarhus",
    "Accra",
    "Almaty",
    "Antwerp",
    "Belém",
    "Bergen",
    "Bilbao",
    "Brno",
    "Busan",
    "Chiang Mai",
    "Cork",
    "Cusco",
    "Da Nang",
    "Gdańsk",
    "Graz",
    "Guadalajara",
    "Halifax",
    "İzmir",
    "Jaipur",
    "Kanazawa",
    "Kraków",
    "Kyiv",
    "Leipzig",
    "Ljubljana",
    "Łódź",
    "Lyon",
    "Mombasa",
    "Montréal",
    "Nablus",
    "Oulu",
    "Plovdiv",
    "Porto",
    "Reykjavík",
    "Rotterdam",
    "São Luís",
    "Sheffield",
    "Tainan",
    "Tartu",
    "Tbilisi",
    "Thessaloniki",
    "Valparaíso",
    "Wellington",
];

/// Why operators approve.
pub(super) const APPROVAL_REASONS: &[&str] = &[
    "Clear plan, real portfolio",
    "References checked",
    "Known from the summer school",
    "Registered association, statutes on file",
    "Good fit for the open cohort",
];

/// Why operators reject.
pub(super) const REJECTION_REASONS: &[&str] = &[
    "Duplicate of an earlier application",
    "Commercial reseller, not a maker",
    "No answer to two questions by mail",
    "Under age and no consent form",
    "Portfolio is somebody else's work",
    "Asked for an account to be sold on",
];

/// Why operators let somebody wait.
pub(super) const WAITLIST_REASONS: &[&str] = &[
    "Cohort is full; next intake in two weeks",
    "Waiting for the second reference",
    "Waiting for the parents' consent",
    "Needs the group feature that ships in spring",
];
