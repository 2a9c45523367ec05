"""Names, places and phrases of the sample company's world: Albania, Kosovo, and some Russian-speaking clients."""

import unicodedata
from dataclasses import dataclass

from core.i18n import lazy


@dataclass(frozen=True)
class Place:
    """A city with its region, and how its phones begin: a prefix in E.164 and how many digits follow."""

    city: str
    region: str
    country: str
    postal_code: str
    mobile: tuple[str, int]
    landline: tuple[str, int]
    weight: int


AL = ("+35569", 7)
XK = ("+38344", 6)
RU = ("+7916", 7)

PLACES = {
    "AL": (
        Place("Tiranë", "Tiranë", "AL", "1001", AL, ("+355422", 5), 34),
        Place("Durrës", "Durrës", "AL", "2001", AL, ("+355522", 5), 14),
        Place("Vlorë", "Vlorë", "AL", "9401", ("+35568", 7), ("+355332", 5), 9),
        Place("Shkodër", "Shkodër", "AL", "4001", ("+35567", 7), ("+355222", 5), 8),
        Place("Elbasan", "Elbasan", "AL", "3001", AL, ("+355542", 5), 7),
        Place("Fier", "Fier", "AL", "9301", AL, ("+355342", 5), 6),
        Place("Korçë", "Korçë", "AL", "7001", ("+35568", 7), ("+355822", 5), 6),
        Place("Sarandë", "Vlorë", "AL", "9701", AL, ("+355852", 5), 4),
        Place("Lezhë", "Lezhë", "AL", "4501", ("+35567", 7), ("+355215", 5), 3),
    ),
    "XK": (
        Place("Prishtinë", "Prishtinë", "XK", "10000", XK, ("+38338", 6), 40),
        Place("Prizren", "Prizren", "XK", "20000", ("+38349", 6), ("+38329", 6), 20),
        Place("Pejë", "Pejë", "XK", "30000", XK, ("+38339", 6), 12),
        Place("Gjakovë", "Gjakovë", "XK", "50000", ("+38345", 6), ("+38339", 6), 10),
        Place("Ferizaj", "Ferizaj", "XK", "70000", ("+38349", 6), ("+38329", 6), 10),
        Place("Gjilan", "Gjilan", "XK", "60000", XK, ("+38328", 6), 8),
    ),
    "RU": (
        Place("Москва", "Москва", "RU", "101000", RU, ("+7495", 7), 50),
        Place("Санкт-Петербург", "Санкт-Петербург", "RU", "190000", ("+7921", 7), ("+7812", 7), 25),
        Place("Краснодар", "Краснодарский край", "RU", "350000", ("+7918", 7), ("+7861", 7), 15),
        Place("Калининград", "Калининградская область", "RU", "236000", ("+7911", 7), ("+7401", 7), 10),
    ),
}

STREETS = {
    "AL": "Rruga e Durrësit|Rruga e Kavajës|Bulevardi Zogu I|Rruga Myslym Shyri|Rruga Dëshmorët|Rruga Sami Frashëri|"
    "Rruga e Elbasanit|Rruga Bardhyl|Rruga Hoxha Tahsin|Lagjja 5, Rruga Kryesore".split("|"),
    "XK": "Rruga Nëna Terezë|Rruga Agim Ramadani|Rruga UÇK|Rruga Garibaldi|Rruga Fehmi Agani|Rruga Adem Jashari|"
    "Rruga e Dukagjinit|Bulevardi Bill Klinton".split("|"),
    "RU": "ул. Ленина|ул. Садовая|Невский пр.|ул. Мира|ул. Тверская|Набережная ул.|ул. Красная|пр. Победы".split("|"),
}

FIRST_NAMES = {
    "AL": "Arben Ardit Agron Alban Andi Artan Besnik Bledar Dritan Edmond Elton Endri Ermal Fatmir Gentian Genti Ilir "
    "Klodian Luan Mirela Altin Anila Ardiana Blerina Brunilda Donika Drita Elira Enkela Eriola Ermira Esmeralda "
    "Fatjona Ina Jonida Klea Lindita Majlinda Manjola Migena Mimoza Ornela Rezarta Rovena Sidorela "
    "Valbona Xhulia".split(),
    "XK": "Agim Ardian Arsim Avni Bajram Bekim Burim Driton Enver Faton Fisnik Florim Gazmend Hajdin Isuf Kushtrim "
    "Liridon Naim Petrit Qendrim Rinor Shpend Valon Veton Adelina Albana Arbnora Arta Besa Blerta Donjeta Fjolla "
    "Flutura Hana Jehona Liridona Njomza Rina Shqipe Teuta Vjosa Vlora Yllka Zana".split(),
    "RU": "Алексей Андрей Анна Антон Борис Вера Виктор Виктория Дмитрий Евгений Екатерина Елена Иван Игорь Ирина "
    "Кирилл Ксения Людмила Максим Марина Михаил Наталья Николай Олег Ольга Павел Полина Роман Светлана Сергей "
    "Татьяна Юлия".split(),
}

# Russian surnames here have one form for men and women.
LAST_NAMES = {
    "AL": "Aliaj Bardhi Basha Berisha Beqiri Cela Çela Daci Dervishi Doko Dushku Elezi Gega Gjoka Gjoni Halili Hasani "
    "Hoxha Hysi Ibrahimi Kaçani Kastrati Kola Koçi Kodra Krasniqi Leka Lika Lleshi Mema Marku Muça Mustafa Ndoja "
    "Pali Përmeti Prifti Qosja Rama Rexha Sako Shehu Sinani Sula Shkurti Tafa Topi Toska Vata Xhafa "
    "Zeneli Zogu".split(),
    "XK": "Ahmeti Avdiu Bajrami Bytyqi Dushi Fazliu Gashi Gërvalla Haliti Haradinaj Hyseni Islami Jashari Kelmendi "
    "Kryeziu Latifi Limani Maloku Morina Mulliqi Murati Osmani Pacolli Rugova Sadiku Salihu Selimi Shala Syla Thaçi "
    "Ukaj Veseli Zeka Zymberi".split(),
    "RU": "Бойко Бондаренко Вербицких Гончар Гриценко Долгих Дьяченко Живаго Коваленко Козлюк Кравченко Литвиненко "
    "Мельник Мороз Петренко Савченко Седых Сидоренко Тарасюк Ткаченко Черных Шевченко Шульга Юрченко".split(),
}

COMPANY_ROOTS = {
    "AL": "Adria Alba Arbëri Atlas Bregu Butrinti Dajti Delta Drini Egnatia Elba Era Gjallica Iliria Ioni "
    "Jehona Kastrioti "
    "Koral Krujë Lura Mali Nartë Nova Olimp Orion Osumi Pegaso Perla Prespa Riviera Rozafa Semani Shkumbini Skela "
    "Teuta Tomorri Trojet Ura Valbona Vjosa Zana".split(),
    "XK": "Bistrica Blerimi Dardania Drenica Dukagjini Erëniku Flori Gërmia Hasi Ibër Kosova Lepenci "
    "Llapi Morava Rugova "
    "Sharri Shkëmbi Tregu Ulpiana Vëllezërit Yjet".split(),
    "RU": "Альянс Балтика Вектор Восход Горизонт Каскад Кедр Контур Лидер Маяк Меридиан Нева Орион Парус Прогресс "
    "Родник Север Спектр Сфера Феникс Юг".split(),
}

TRADES = {
    "AL": "Ndërtim Tregti Transport Hotel Agro Mobilje Elektronik Farma Energji Tekstil Print Konsult "
    "Auto Market Peshk "
    "Qumështore Verëra Turizëm Logistik Metal".split(),
    "XK": "Ndërtimi Tregtia Transport Pallati Agro Druri Teknika Pharma Solar Veshje Grafika Audit Auto Center Bulmeti "
    "Vera Travel Cargo Çeliku Plast".split(),
    "RU": "Строй Торг Транс Отель Агро Мебель Электро Фарм Энерго Текстиль Печать Консалт Авто Маркет Рыба Молоко "
    "Вино Тур Логистик Металл".split(),
}

LEGAL_FORMS = {"AL": "{} sh.p.k.", "XK": "{} L.L.C.", "RU": "ООО «{}»"}
LANGUAGES = {"AL": "sq", "XK": "sq", "RU": "ru"}

_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch|  y | e yu ya".replace("|", "").split(" "),
        strict=True,
    )
)


def in_ascii(text: str) -> str:
    """Returns the text in plain Latin letters, lower case: transliterated, without accents."""
    latin = "".join(_CYRILLIC.get(char, char) for char in text.casefold())
    return unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode()


TEAMS = (lazy("Companies"), lazy("Retail"), lazy("Tenders and exports"))
SOURCES = (  # name, how many clients of a hundred come from it
    (lazy("Recommendation"), 26),
    (lazy("Website"), 22),
    (lazy("Cold call"), 18),
    (lazy("Exhibition"), 10),
    (lazy("Social networks"), 12),
    (lazy("Advertising"), 8),
    (lazy("Partner"), 4),
)
CATEGORIES = (  # name, colour, share of clients
    (lazy("Key client"), "red", 0.06),
    (lazy("Wholesale"), "blue", 0.25),
    (lazy("Retail chain"), "green", 0.15),
    (lazy("Public sector"), "purple", 0.08),
    (lazy("Newsletter"), "yellow", 0.30),
)
SIZES = (  # name, share, how much bigger its deals are
    (lazy("Micro"), 48, 0.6),
    (lazy("Small"), 32, 1.0),
    (lazy("Medium"), 15, 1.8),
    (lazy("Large"), 5, 4.0),
)
SIZE, EMPLOYEES, INTERESTED_IN = lazy("Size"), lazy("Employees"), lazy("Interested in")
HOW_AGREED = lazy("on the order form")
IS_CHAIN, DELIVERY_ON, COST = lazy("Has several shops"), lazy("Delivery date"), lazy("Cost")
INTERESTS = (lazy("Equipment"), lazy("Consumables"), lazy("Installation"), lazy("Maintenance"), lazy("Training"))
POSITIONS = (
    lazy("Director"),
    lazy("Owner"),
    lazy("Purchasing manager"),
    lazy("Chief accountant"),
    lazy("Technical manager"),
    lazy("Assistant"),
)
GOODS = (
    lazy("Refrigeration equipment"),
    lazy("Espresso machines"),
    lazy("Shop shelving"),
    lazy("Solar panels"),
    lazy("Air conditioning"),
    lazy("Cash registers"),
    lazy("Office furniture"),
    lazy("Packing line"),
    lazy("Kitchen of a hotel"),
    lazy("Video surveillance"),
    lazy("Maintenance for a year"),
    lazy("Spare parts"),
)
REOPENED = lazy("The client came back")
SUBJECTS = {
    "call": (lazy("Introduced ourselves"), lazy("Agreed on a meeting"), lazy("Answered questions"), lazy("No answer")),
    "letter": (lazy("Sent the offer"), lazy("Sent the catalogue"), lazy("Sent the draft of the contract")),
    "meeting": (lazy("Presentation"), lazy("Visit of the showroom"), lazy("Negotiation")),
    "note": (lazy("Wants a discount"), lazy("Compares with a competitor"), lazy("Decides after the season")),
}
TASKS = (
    lazy("Call back"),
    lazy("Send the offer"),
    lazy("Prepare the contract"),
    lazy("Agree on a meeting"),
    lazy("Ask about the decision"),
)
