"""The pages, in French and Dutch. Dutch is missing where a real organiser would not have it yet."""

from __future__ import annotations

from dataclasses import dataclass

from trainings.enums import SessionKind

AgendaLine = tuple[str, str, str]


@dataclass(frozen=True, kw_only=True)
class TrainingWords:
    title: str
    introduction: str
    calendar_title: str = ""
    guiding_question: str = ""
    for_whom: str = ""
    takeaways: str = ""
    practical_information: str = ""
    picture_alt: str = ""
    agenda: tuple[AgendaLine, ...] = ()
    documents: tuple[str, ...] = ()
    # Given out afterwards, to those who were registered.
    handouts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TrainingContent:
    kind: SessionKind
    fr: TrainingWords
    nl: TrainingWords | None = None
    picture: str = ""
    trainers: tuple[str, ...] = ()
    programme: str = ""
    themes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ("intervenants",)
    spoken: tuple[str, ...] = ("fr",)
    is_discreet: bool = False


@dataclass(frozen=True, kw_only=True)
class ProgrammeWords:
    title: str
    introduction: str
    for_whom: str
    organised_by: str
    picture_alt: str
    body: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class ProgrammeContent:
    picture: str
    fr: ProgrammeWords
    nl: ProgrammeWords


@dataclass(frozen=True, kw_only=True)
class CatalogueWords:
    home_title: str
    home_introduction: str
    title: str
    introduction: str
    when_empty: str
    contact: str


CATALOGUE = {
    "fr": CatalogueWords(
        home_title="Se former ensemble, mieux accompagner",
        home_introduction=(
            "<p>Des matinées courtes et concrètes pour les services qui accompagnent des ménages "
            "vers un logement, et dans leur logement. Gratuites, sans compte à créer : vous "
            "inscrivez vos collègues en une fois.</p>"
        ),
        title="Formations",
        introduction=(
            "<p>Choisissez une date, inscrivez vos collègues, ajoutez l’agenda au vôtre.</p>"
        ),
        when_empty=(
            "<p>Rien n’est annoncé pour l’instant. Le prochain programme paraît d’habitude en "
            "septembre et en janvier ; l’agenda auquel vous êtes abonné se remplira tout seul.</p>"
        ),
        contact="Équipe formation",
    ),
    "nl": CatalogueWords(
        home_title="Samen leren, beter begeleiden",
        home_introduction=(
            "<p>Korte, concrete voormiddagen voor diensten die huishoudens begeleiden in hun "
            "zoektocht naar een woning en in het wonen zelf. Gratis en zonder account: u schrijft "
            "uw collega’s in één keer in.</p>"
        ),
        title="Vormingen",
        introduction=(
            "<p>Kies een datum, schrijf uw collega’s in en voeg de agenda toe aan de uwe.</p>"
        ),
        when_empty=(
            "<p>Er is voorlopig niets aangekondigd. Het volgende programma verschijnt doorgaans "
            "in september en in januari; de agenda waarop u geabonneerd bent, vult zich vanzelf "
            "aan.</p>"
        ),
        contact="Vormingsteam",
    ),
}


@dataclass(frozen=True, kw_only=True)
class StoryWords:
    title: str
    introduction: str
    text: str
    quote: str
    heading: str


#: Of the programme of the two mornings; true before them and after.
STORY = {
    "fr": StoryWords(
        title="Vingt services autour d’une même table",
        introduction=(
            "Pourquoi deux matinées, à qui elles s’adressent et qui y vient : l’histoire d’un "
            "programme, chiffres à l’appui."
        ),
        text=(
            "<p>Un CPAS, une maison d’accueil, un centre de santé mentale, une école de devoirs : "
            "chacun connaît un bout du parcours d’un ménage vers son logement. Les deux matinées "
            "sont nées de là. On y pose une question par matinée, on lit un dossier ensemble, et "
            "l’on apprend à qui téléphoner.</p><p>Les chiffres ci-dessous sont comptés chaque fois "
            "que cette page est lue : les inscriptions d’abord, les présences ensuite.</p>"
        ),
        quote="On repart avec un numéro de téléphone et un visage derrière.",
        heading="Le programme en chiffres",
    ),
    "nl": StoryWords(
        title="Twintig diensten aan één tafel",
        introduction=(
            "Waarom twee voormiddagen, voor wie ze bedoeld zijn en wie er komt: het verhaal van "
            "een programma, met cijfers."
        ),
        text=(
            "<p>Een OCMW, een opvanghuis, een centrum voor geestelijke gezondheidszorg, een "
            "huiswerkklas: elk kent een stuk van de weg van een huishouden naar zijn woning. Zo "
            "zijn de twee voormiddagen ontstaan. Eén vraag per voormiddag, samen een dossier "
            "lezen, en weten wie men belt.</p><p>De cijfers hieronder worden geteld telkens als "
            "iemand deze pagina leest: eerst de inschrijvingen, daarna de aanwezigheden.</p>"
        ),
        quote="Je gaat naar huis met een telefoonnummer en een gezicht erbij.",
        heading="Het programma in cijfers",
    ),
}

PROGRAMMES = {
    "mornings": ProgrammeContent(
        picture="houses",
        fr=ProgrammeWords(
            title="Accompagner vers et dans le logement",
            introduction=(
                "<p>Deux matinées pour les professionnels et bénévoles qui accompagnent des "
                "ménages : comprendre les règles du logement public, repartir avec des outils "
                "simples et rencontrer les équipes.</p>"
            ),
            for_whom=(
                "<p>Travailleurs sociaux, éducateurs, conseillers, soignants, bénévoles : toute "
                "personne à qui un ménage parle de son logement. Aucune connaissance préalable "
                "n’est nécessaire.</p><p>Les deux matinées se complètent, mais chacune se suit "
                "aussi seule. Deux personnes par service au plus, pour que chacun ait une "
                "place.</p>"
            ),
            organised_by=(
                "<p>Organisé par <b>La Sambrienne (démo)</b> avec les services partenaires de "
                "Charleroi et de Gerpinnes.</p>"
            ),
            picture_alt="Une rue de maisons mitoyennes aux toits de couleurs différentes.",
            body=(
                ("heading", "Une question par matinée"),
                (
                    "text",
                    "<p>Chaque matinée part d’une question que les services nous posent souvent. "
                    "On y répond avec les personnes qui traitent les dossiers, on s’exerce sur un "
                    "cas, et l’on garde du temps pour les situations que vous apportez.</p>",
                ),
                ("quote", "On repart avec un numéro de téléphone et un visage derrière."),
            ),
        ),
        nl=ProgrammeWords(
            title="Begeleiden naar en in de woning",
            introduction=(
                "<p>Twee voormiddagen voor professionals en vrijwilligers die huishoudens "
                "begeleiden: de regels van de openbare huisvesting begrijpen, naar huis gaan met "
                "eenvoudige hulpmiddelen en de teams leren kennen.</p>"
            ),
            for_whom=(
                "<p>Maatschappelijk werkers, opvoeders, consulenten, zorgverleners, vrijwilligers: "
                "iedereen met wie een huishouden over zijn woning praat. Voorkennis is niet "
                "nodig.</p><p>De twee voormiddagen vullen elkaar aan, maar u kunt ze ook apart "
                "volgen. Hoogstens twee personen per dienst, zodat er voor iedereen plaats "
                "is.</p>"
            ),
            organised_by=(
                "<p>Georganiseerd door <b>La Sambrienne (demo)</b> met de partnerdiensten van "
                "Charleroi en Gerpinnes.</p>"
            ),
            picture_alt="Een straat met rijhuizen met daken in verschillende kleuren.",
            body=(
                ("heading", "Eén vraag per voormiddag"),
                (
                    "text",
                    "<p>Elke voormiddag vertrekt van een vraag die diensten ons vaak stellen. We "
                    "beantwoorden ze met de mensen die de dossiers behandelen, oefenen op een "
                    "voorbeeld en houden tijd vrij voor de situaties die u meebrengt.</p>",
                ),
                ("quote", "Je gaat naar huis met een telefoonnummer en een gezicht erbij."),
            ),
        ),
    ),
    "climate": ProgrammeContent(
        picture="river",
        fr=ProgrammeWords(
            title="Se loger quand le climat change",
            introduction=(
                "<p>Une année de rencontres des deux côtés de la frontière : comment protéger du "
                "chaud, du froid et de l’eau les ménages qui ont le moins de moyens ?</p>"
            ),
            for_whom=(
                "<p>Services sociaux, opérateurs du logement, communes et associations de "
                "Wallonie, de Flandre et des Hauts-de-France. Interprétation "
                "français–néerlandais à chaque rencontre plénière.</p>"
            ),
            organised_by=("<p>Réseau transfrontalier « Accompagner le logement » (démo).</p>"),
            picture_alt="Une rivière entre deux rives bâties, reliées par un pont.",
            body=(
                ("heading", "Les thèmes des années précédentes"),
                (
                    "text",
                    "<ul><li>2013 – Accès au logement pour les jeunes</li>"
                    "<li>2012 – Développement durable et logement des plus précaires</li>"
                    "<li>2011 – Insalubrité et logements hors normes</li>"
                    "<li>2010 – Précarité et souffrance mentale</li></ul>",
                ),
            ),
        ),
        nl=ProgrammeWords(
            title="Wonen als het klimaat verandert",
            introduction=(
                "<p>Een jaar vol ontmoetingen aan beide kanten van de grens: hoe beschermen we de "
                "huishoudens met de minste middelen tegen hitte, koude en water?</p>"
            ),
            for_whom=(
                "<p>Sociale diensten, huisvestingsactoren, gemeenten en verenigingen uit Wallonië, "
                "Vlaanderen en Hauts-de-France. Elke plenaire ontmoeting wordt vertolkt "
                "Frans–Nederlands.</p>"
            ),
            organised_by="<p>Grensoverschrijdend netwerk “Woonbegeleiding” (demo).</p>",
            picture_alt="Een rivier tussen twee bebouwde oevers, met een brug ertussen.",
            body=(
                ("heading", "De thema’s van de vorige jaren"),
                (
                    "text",
                    "<ul><li>2013 – Toegang tot huisvesting voor jongeren</li>"
                    "<li>2012 – Duurzame ontwikkeling en huisvesting van de meest kwetsbaren</li>"
                    "<li>2011 – Ongezonde en niet-conforme woningen</li>"
                    "<li>2010 – Bestaansonzekerheid en psychisch lijden</li></ul>",
                ),
            ),
        ),
    ),
    "violence": ProgrammeContent(
        picture="doors",
        fr=ProgrammeWords(
            title="Ensemble contre les violences intrafamiliales",
            introduction=(
                "<p>Police, CPAS et associations d’un même territoire apprennent à se relayer. "
                "Les journées forment un tout : on s’inscrit à toutes.</p>"
            ),
            for_whom="<p>Les référents de chaque service, huit places par famille de services.</p>",
            organised_by="<p>Partenariat de deux communes et d’une zone de police (démo).</p>",
            picture_alt="Un couloir d’immeuble, une porte entrouverte d’où vient de la lumière.",
        ),
        nl=ProgrammeWords(
            title="Samen tegen intrafamiliaal geweld",
            introduction=(
                "<p>Politie, OCMW’s en verenigingen van eenzelfde gebied leren elkaar af te "
                "lossen. De dagen vormen één geheel: u schrijft zich in voor allemaal.</p>"
            ),
            for_whom="<p>De referenten van elke dienst, acht plaatsen per groep diensten.</p>",
            organised_by="<p>Samenwerking van twee gemeenten en een politiezone (demo).</p>",
            picture_alt="Een gang met een deur op een kier, waar licht door valt.",
        ),
    ),
}

TRAININGS = {
    "morning-1": TrainingContent(
        kind=SessionKind.TRAINING_MORNING,
        programme="mornings",
        picture="keys",
        trainers=("attributions", "social", "debts"),
        themes=("recherche",),
        fr=TrainingWords(
            title="En recherche de logement",
            calendar_title="Accompagner une recherche de logement",
            guiding_question="Comment accompagner un ménage en recherche de logement ?",
            introduction=(
                "<p>De la candidature à l’attribution : ce qui se passe, ce qui prend du temps, "
                "et ce qui fait avancer un dossier. Nous lisons ensemble une candidature fictive, "
                "pièce par pièce.</p>"
            ),
            for_whom=(
                "<p>Les services qui aident à introduire ou à tenir à jour une candidature, même "
                "de temps en temps.</p>"
            ),
            takeaways=(
                "<ul><li>Les étapes d’une candidature et les délais réels.</li>"
                "<li>Une liste des pièces à cocher avec le ménage.</li>"
                "<li>À qui téléphoner, et pour quoi.</li></ul>"
            ),
            practical_information=(
                "<p>Accueil café dès 8 h 45. Apportez une question ou une situation, sans nom ni "
                "adresse.</p>"
            ),
            picture_alt="Un trousseau de clés devant une porte d’entrée.",
            agenda=(
                ("08:45", "Accueil café", ""),
                ("09:00", "Mot d’accueil", ""),
                (
                    "09:15",
                    "De la candidature à l’attribution : les étapes",
                    "Points de priorité, confirmation annuelle, refus : ce qu’il faut savoir.",
                ),
                ("10:15", "Pause", ""),
                ("10:35", "Exercice : lire ensemble un dossier", "Par groupes de cinq."),
                ("11:30", "Un outil : la liste des pièces", ""),
                ("12:00", "Les questions des services", ""),
                ("12:30", "Fin", ""),
            ),
            documents=("application-fr",),
        ),
        nl=TrainingWords(
            title="Op zoek naar een woning",
            calendar_title="Een zoektocht naar een woning begeleiden",
            guiding_question="Hoe begeleid je een huishouden in zijn zoektocht naar een woning?",
            introduction=(
                "<p>Van kandidatuur tot toewijzing: wat er gebeurt, wat tijd vraagt en wat een "
                "dossier vooruithelpt. Samen lezen we een verzonnen kandidatuur, stuk voor "
                "stuk.</p>"
            ),
            for_whom=(
                "<p>Diensten die helpen om een kandidatuur in te dienen of bij te werken, al is "
                "het maar af en toe.</p>"
            ),
            takeaways=(
                "<ul><li>De stappen van een kandidatuur en de echte termijnen.</li>"
                "<li>Een lijst met documenten om samen met het huishouden aan te vinken.</li>"
                "<li>Wie u belt, en waarvoor.</li></ul>"
            ),
            practical_information=(
                "<p>Onthaal met koffie vanaf 8.45 uur. Breng een vraag of een situatie mee, zonder "
                "naam of adres.</p>"
            ),
            picture_alt="Een sleutelbos voor een voordeur.",
            agenda=(
                ("08:45", "Onthaal met koffie", ""),
                ("09:00", "Verwelkoming", ""),
                (
                    "09:15",
                    "Van kandidatuur tot toewijzing: de stappen",
                    "Voorrangspunten, jaarlijkse bevestiging, weigering: wat u moet weten.",
                ),
                ("10:15", "Pauze", ""),
                ("10:35", "Oefening: samen een dossier lezen", "In groepjes van vijf."),
                ("11:30", "Een hulpmiddel: de documentenlijst", ""),
                ("12:00", "Vragen van de diensten", ""),
                ("12:30", "Einde", ""),
            ),
            documents=("application-nl",),
        ),
    ),
    "morning-2": TrainingContent(
        kind=SessionKind.TRAINING_MORNING,
        programme="mornings",
        picture="window",
        trainers=("social", "energy", "debts"),
        themes=("habiter", "energie"),
        fr=TrainingWords(
            title="Mieux vivre dans son logement",
            calendar_title="Mieux vivre dans son logement",
            guiding_question="Comment l’aider à mieux vivre dans son logement public ?",
            introduction=(
                "<p>Les premières semaines comptent. État des lieux, charges, chauffage, "
                "voisinage, premiers retards de loyer : repérer tôt ce qui peut mal tourner, et "
                "savoir avec qui agir.</p>"
            ),
            for_whom="<p>Les services qui gardent le contact après l’emménagement.</p>",
            takeaways=(
                "<ul><li>Une fiche pour le premier mois, à remplir avec le ménage.</li>"
                "<li>Des gestes qui font baisser la facture sans avoir froid.</li>"
                "<li>La carte des services du quartier.</li></ul>"
            ),
            practical_information=(
                "<p>Accueil café dès 8 h 45. Les outils sont remis sur place, en papier.</p>"
            ),
            picture_alt="Une fenêtre entrouverte au-dessus d’un radiateur.",
            agenda=(
                ("08:45", "Accueil café", ""),
                ("09:00", "Entrer dans son logement : état des lieux, charges", ""),
                ("09:45", "Chauffer, aérer, économiser", "Avec une maquette et un thermomètre."),
                ("10:30", "Pause", ""),
                ("10:50", "Voisinage et quartier", ""),
                ("11:30", "Impayés : agir tôt, avec qui ?", ""),
                ("12:15", "Adresses utiles", ""),
                ("12:30", "Fin", ""),
            ),
            documents=("first-month-fr", "map-fr"),
        ),
        nl=TrainingWords(
            title="Beter wonen",
            calendar_title="Beter wonen",
            guiding_question="Hoe help je het huishouden om beter te wonen in zijn sociale woning?",
            introduction=(
                "<p>De eerste weken tellen. Plaatsbeschrijving, kosten, verwarming, buren, eerste "
                "huurachterstand: vroeg zien wat kan mislopen en weten met wie u handelt.</p>"
            ),
            for_whom="<p>Diensten die contact houden na de verhuizing.</p>",
            takeaways=(
                "<ul><li>Een fiche voor de eerste maand, in te vullen met het huishouden.</li>"
                "<li>Gewoontes die de factuur verlagen zonder kou te lijden.</li>"
                "<li>De kaart van de buurtdiensten.</li></ul>"
            ),
            practical_information=(
                "<p>Onthaal met koffie vanaf 8.45 uur. De hulpmiddelen krijgt u ter plaatse, op "
                "papier.</p>"
            ),
            picture_alt="Een venster op een kier boven een radiator.",
            agenda=(
                ("08:45", "Onthaal met koffie", ""),
                ("09:00", "Een woning betrekken: plaatsbeschrijving, kosten", ""),
                (
                    "09:45",
                    "Verwarmen, verluchten, besparen",
                    "Met maquette en thermometer.",
                ),
                ("10:30", "Pauze", ""),
                ("10:50", "Buren en buurt", ""),
                ("11:30", "Achterstallen: vroeg handelen, met wie?", ""),
                ("12:15", "Nuttige adressen", ""),
                ("12:30", "Einde", ""),
            ),
            documents=("first-month-nl", "map-nl"),
        ),
    ),
    "opening": TrainingContent(
        kind=SessionKind.NETWORK_MEETING,
        programme="climate",
        picture="table",
        trainers=("network",),
        themes=("energie", "partenariats"),
        audiences=("intervenants", "responsables"),
        spoken=("fr", "nl"),
        fr=TrainingWords(
            title="Rencontre d’ouverture",
            calendar_title="Ouverture de l’année « climat et logement »",
            guiding_question="Qui a trop chaud, qui a trop froid, et qui peut y faire quoi ?",
            introduction=(
                "<p>Trois récits de terrain, un de chaque versant, puis le choix des questions "
                "que les groupes de travail traiteront pendant l’année.</p>"
            ),
            for_whom="<p>Tous les membres du réseau, et ceux qui veulent le découvrir.</p>",
            practical_information=(
                "<p>Repas de midi offert : dites-nous ce que vous ne mangez pas. Interprétation "
                "français–néerlandais.</p>"
            ),
            picture_alt="Des chaises de couleurs différentes autour d’une grande table.",
            agenda=(
                ("10:00", "Accueil", ""),
                ("10:30", "Trois récits de terrain", "Wallonie, Flandre, Hauts-de-France."),
                ("12:30", "Repas de midi", ""),
                ("13:30", "Choisir nos questions", "Par tables, dans les deux langues."),
                ("15:30", "Calendrier de l’année", ""),
                ("16:00", "Fin", ""),
            ),
        ),
        nl=TrainingWords(
            title="Openingsontmoeting",
            calendar_title="Opening van het jaar “klimaat en wonen”",
            guiding_question="Wie heeft het te warm, wie te koud, en wie kan daar wat aan doen?",
            introduction=(
                "<p>Drie verhalen uit de praktijk, één uit elk gebiedsdeel. Daarna kiezen we de "
                "vragen waarmee de werkgroepen dit jaar aan de slag gaan.</p>"
            ),
            for_whom="<p>Alle leden van het netwerk, en wie het wil leren kennen.</p>",
            practical_information=(
                "<p>Middagmaal aangeboden: laat ons weten wat u niet eet. Vertolking "
                "Frans–Nederlands.</p>"
            ),
            picture_alt="Stoelen in verschillende kleuren rond een grote tafel.",
            agenda=(
                ("10:00", "Onthaal", ""),
                (
                    "10:30",
                    "Drie verhalen uit de praktijk",
                    "Wallonië, Vlaanderen, Frankrijk.",
                ),
                ("12:30", "Middagmaal", ""),
                ("13:30", "Onze vragen kiezen", "Per tafel, in beide talen."),
                ("15:30", "Kalender van het jaar", ""),
                ("16:00", "Einde", ""),
            ),
        ),
    ),
    "renovate": TrainingContent(
        kind=SessionKind.WORKING_GROUP_MEETING,
        programme="climate",
        picture="scaffold",
        trainers=("network",),
        themes=("energie", "habiter"),
        audiences=("intervenants", "responsables"),
        spoken=("fr", "nl"),
        fr=TrainingWords(
            title="Groupe de travail « Rénover avec les habitants »",
            calendar_title="Rénover avec les habitants",
            guiding_question="Comment décider des travaux avec celles et ceux qui les vivront ?",
            introduction=(
                "<p>Trois réunions dans trois villes. Entre deux réunions, chaque membre essaie "
                "quelque chose chez lui et raconte ce que cela a donné.</p>"
            ),
            for_whom="<p>Une à deux personnes par organisation, si possible les mêmes.</p>",
            picture_alt="Une façade derrière un échafaudage.",
        ),
        nl=TrainingWords(
            title="Werkgroep “Samen met bewoners renoveren”",
            calendar_title="Samen met bewoners renoveren",
            guiding_question="Hoe beslis je over werken samen met wie ze zal meemaken?",
            introduction=(
                "<p>Drie vergaderingen in drie steden. Tussen twee vergaderingen probeert elk lid "
                "thuis iets uit en vertelt het wat dat gaf.</p>"
            ),
            for_whom="<p>Eén of twee personen per organisatie, liefst telkens dezelfde.</p>",
            picture_alt="Een gevel achter een stelling.",
        ),
    ),
    "visit": TrainingContent(
        kind=SessionKind.VISIT,
        programme="climate",
        picture="garden",
        trainers=("residents",),
        themes=("energie", "habiter"),
        spoken=("fr", "nl"),
        fr=TrainingWords(
            title="Visite : un habitat groupé rénové",
            calendar_title="Visite d’un habitat groupé",
            introduction=(
                "<p>Les habitants nous ouvrent leur porte : dix logements, une chaufferie "
                "commune, un jardin. Ils racontent ce qu’ils referaient, et ce qu’ils ne "
                "referaient pas.</p>"
            ),
            for_whom="<p>Dix-huit personnes au plus : on entre chez les gens.</p>",
            practical_information=(
                "<p>Chaussures plates : la visite passe par la cour. Le dernier étage n’a pas "
                "d’ascenseur ; tout ce qui s’y voit est aussi montré en photos.</p>"
            ),
            picture_alt="Des logements autour d’un jardin partagé avec un arbre.",
        ),
        nl=TrainingWords(
            title="Werkbezoek: een gerenoveerde woongroep",
            calendar_title="Werkbezoek aan een woongroep",
            introduction=(
                "<p>De bewoners zetten hun deur open: tien woningen, een gedeelde stookplaats, een "
                "tuin. Ze vertellen wat ze opnieuw zouden doen, en wat niet.</p>"
            ),
            for_whom="<p>Hoogstens achttien personen: we komen bij mensen thuis.</p>",
            practical_information=(
                "<p>Platte schoenen: het bezoek loopt over de binnenplaats. De bovenste verdieping "
                "heeft geen lift; wat daar te zien is, tonen we ook op foto.</p>"
            ),
            picture_alt="Woningen rond een gedeelde tuin met een boom.",
        ),
    ),
    "colloquium": TrainingContent(
        kind=SessionKind.COLLOQUIUM,
        programme="climate",
        picture="stage",
        trainers=("network",),
        themes=("energie", "partenariats"),
        audiences=("intervenants", "responsables", "volontaires"),
        spoken=("fr", "nl"),
        fr=TrainingWords(
            title="Colloque annuel",
            calendar_title="Colloque « climat et logement »",
            introduction=(
                "<p>Ce que les groupes de travail ont appris, trois ateliers, et ce que nous "
                "demandons ensemble aux autorités locales et régionales.</p>"
            ),
            for_whom="<p>Toutes les personnes que le sujet concerne, élus compris.</p>",
            picture_alt="Une estrade et des rangées de chaises, vues du fond de la salle.",
        ),
    ),
    "basics": TrainingContent(
        kind=SessionKind.TRAINING_MORNING,
        picture="papers",
        trainers=("social",),
        themes=("recherche", "habiter"),
        audiences=("intervenants", "volontaires"),
        fr=TrainingWords(
            title="Le bail, pas à pas",
            calendar_title="Le bail, pas à pas",
            guiding_question="Que dit vraiment un bail, et que ne dit-il pas ?",
            introduction=(
                "<p>Garantie, état des lieux, charges, préavis : les mots du bail expliqués "
                "simplement, avec les erreurs que nous voyons le plus souvent.</p>"
            ),
            for_whom="<p>Toute personne qui accompagne un ménage locataire.</p>",
            handouts=("lease-fr",),
            takeaways=(
                "<ul><li>Un bail annoté.</li><li>Dix questions à poser avant de signer.</li></ul>"
            ),
            picture_alt="Un bail, un stylo et une paire de lunettes sur une table.",
        ),
    ),
    "referents": TrainingContent(
        kind=SessionKind.WORKSHOP,
        picture="doors",
        trainers=("referents", "police"),
        programme="violence",
        themes=("partenariats",),
        audiences=("responsables",),
        fr=TrainingWords(
            title="Repérer et orienter : formation des référents",
            calendar_title="Repérer et orienter",
            guiding_question="Que faire quand on devine des violences derrière une porte ?",
            introduction=(
                "<p>Deux journées qui ne se séparent pas : reconnaître les signes, écouter sans "
                "enquêter, orienter vers le bon service, et se protéger soi-même.</p>"
            ),
            for_whom=(
                "<p>Huit personnes de la police, huit des CPAS, huit d’autres services : le "
                "mélange fait la moitié de la formation.</p>"
            ),
            practical_information=(
                "<p>Présence nécessaire aux deux journées. Repas de midi prévu sur place.</p>"
            ),
            picture_alt="Un couloir d’immeuble, une porte entrouverte d’où vient de la lumière.",
        ),
    ),
    "energy-bill": TrainingContent(
        kind=SessionKind.INFO_SESSION,
        picture="screen",
        trainers=("energy",),
        themes=("energie",),
        fr=TrainingWords(
            title="La facture d’énergie, ligne par ligne",
            calendar_title="La facture d’énergie, ligne par ligne",
            guiding_question="Que répondre à quelqu’un qui ne comprend plus sa facture ?",
            introduction=(
                "<p>Une heure en ligne, à midi : nous lisons une vraie facture masquée, du premier "
                "au dernier chiffre, et nous répondons dans la discussion.</p>"
            ),
            for_whom="<p>Tous les services. Le lien arrive par courriel après l’inscription.</p>",
            picture_alt="Un écran d’ordinateur qui montre une facture, avec une tasse à côté.",
        ),
    ),
    "cafe": TrainingContent(
        kind=SessionKind.INFO_SESSION,
        picture="coffee",
        trainers=("neighbourhood",),
        themes=("habiter",),
        audiences=("volontaires", "intervenants"),
        fr=TrainingWords(
            title="Café des voisins",
            introduction=(
                "<p>Chaque premier mercredi du mois, une table, du café, et quelqu’un de la régie "
                "pour répondre. Passez quand vous voulez entre 14 h et 16 h.</p>"
            ),
            for_whom=(
                "<p>Les habitants du quartier et ceux qui les accompagnent. On compte les tasses, "
                "pas les noms : s’inscrire est utile aux groupes seulement.</p>"
            ),
            picture_alt="Trois tasses fumantes sur une nappe à carreaux.",
        ),
    ),
    "desk": TrainingContent(
        kind=SessionKind.INFO_SESSION,
        trainers=("attributions",),
        themes=("recherche",),
        spoken=("fr", "nl"),
        fr=TrainingWords(
            title="Permanence : préparer une candidature",
            calendar_title="Permanence « candidature »",
            introduction=(
                "<p>Un mardi après-midi sur deux, venez avec vos questions sur une candidature à "
                "un logement public : une pièce qui manque, un courrier difficile, un délai.</p>"
            ),
            for_whom=(
                "<p>Les services qui accompagnent un ménage candidat, avec lui si vous le "
                "souhaitez.</p>"
            ),
            documents=("application-fr",),
        ),
        nl=TrainingWords(
            title="Zitdag: een kandidatuur voorbereiden",
            calendar_title="Zitdag “kandidatuur”",
            introduction=(
                "<p>Om de twee weken kunt u op dinsdagnamiddag terecht met uw vragen over een "
                "kandidatuur voor een sociale woning: een ontbrekend document, een moeilijke "
                "brief, een termijn.</p>"
            ),
            for_whom=(
                "<p>Diensten die een kandidaat-huurder begeleiden, samen met het huishouden als u "
                "dat wenst.</p>"
            ),
            documents=("application-nl",),
        ),
    ),
    "circle": TrainingContent(
        kind=SessionKind.INFO_SESSION,
        trainers=("referents",),
        is_discreet=True,
        fr=TrainingWords(
            title="Rendez-vous du mercredi",
            introduction=(
                "<p>Un moment pour parler, entre personnes qui ont reçu cette adresse. Elle ne "
                "figure dans aucun agenda.</p>"
            ),
            for_whom="<p>Les personnes invitées.</p>",
        ),
    ),
    "year-2010": TrainingContent(
        kind=SessionKind.COLLOQUIUM,
        trainers=("network",),
        themes=("partenariats",),
        spoken=("fr", "nl"),
        fr=TrainingWords(
            title="Précarité et souffrance mentale",
            introduction=(
                "<p>Thème de l’année 2010 du réseau : quand la santé mentale et le logement se "
                "fragilisent l’un l’autre, qui fait le premier pas ?</p>"
            ),
        ),
        nl=TrainingWords(
            title="Bestaansonzekerheid en psychisch lijden",
            introduction=(
                "<p>Jaarthema 2010 van het netwerk: als geestelijke gezondheid en wonen elkaar "
                "verzwakken, wie zet dan de eerste stap?</p>"
            ),
        ),
    ),
    "year-2011": TrainingContent(
        kind=SessionKind.COLLOQUIUM,
        trainers=("network",),
        themes=("habiter",),
        fr=TrainingWords(
            title="Insalubrité et logements hors normes",
            introduction=(
                "<p>Thème de l’année 2011 du réseau : signaler, reloger, réparer, sans mettre "
                "personne à la rue.</p>"
            ),
        ),
        nl=TrainingWords(
            title="Ongezonde en niet-conforme woningen",
            introduction=(
                "<p>Jaarthema 2011 van het netwerk: melden, herhuisvesten, herstellen, zonder "
                "iemand op straat te zetten.</p>"
            ),
        ),
    ),
    "year-2012": TrainingContent(
        kind=SessionKind.COLLOQUIUM,
        trainers=("network",),
        themes=("energie",),
        spoken=("nl",),
        fr=TrainingWords(
            title="Développement durable et logement des plus précaires",
            introduction=(
                "<p>Thème de l’année 2012 du réseau : des logements économes pour celles et ceux "
                "qui comptent chaque euro. Journée en néerlandais.</p>"
            ),
        ),
        nl=TrainingWords(
            title="Duurzame ontwikkeling en huisvesting van de meest kwetsbaren",
            introduction=(
                "<p>Jaarthema 2012 van het netwerk: zuinige woningen voor wie elke euro telt.</p>"
            ),
        ),
    ),
    "year-2013": TrainingContent(
        kind=SessionKind.COLLOQUIUM,
        trainers=("network",),
        themes=("recherche", "partenariats"),
        fr=TrainingWords(
            title="Accès au logement pour les jeunes",
            introduction=(
                "<p>Thème de l’année 2013 du réseau : un premier chez-soi quand on a vingt ans, "
                "peu de revenus et pas de garant.</p>"
            ),
        ),
        nl=TrainingWords(
            title="Toegang tot huisvesting voor jongeren",
            introduction=(
                "<p>Jaarthema 2013 van het netwerk: een eerste thuis als je twintig bent, met een "
                "klein inkomen en zonder borg.</p>"
            ),
        ),
    ),
}

#: By their name in addresses: French, Dutch.
THEMES = {
    "recherche": ("Recherche de logement", "Een woning zoeken"),
    "habiter": ("Vivre dans son logement", "Thuis in zijn woning"),
    "energie": ("Énergie et climat", "Energie en klimaat"),
    "partenariats": ("Partenariats", "Partnerschappen"),
}

#: The same.
AUDIENCES = {
    "intervenants": ("Intervenantes et intervenants sociaux", "Maatschappelijk werkers"),
    "responsables": ("Responsables de service", "Diensthoofden"),
    "volontaires": ("Bénévoles", "Vrijwilligers"),
}

#: The page of a training, in its address.
CONTACT_EMAIL = "formations@demo.example"
CONTACT_PHONE = "+32 71 00 00 01"

#: name, role in French, role in Dutch, organisation
TRAINERS = {
    "attributions": (
        "Équipe des candidatures",
        "Suit les dossiers de l’inscription à l’attribution",
        "Volgt de dossiers van kandidatuur tot toewijzing",
        "La Sambrienne (démo)",
    ),
    "social": (
        "Équipe d’accompagnement social",
        "Accompagne les locataires à l’entrée et pendant le bail",
        "Begeleidt huurders bij de start en tijdens de huur",
        "La Sambrienne (démo)",
    ),
    "debts": (
        "Médiatrice de dettes",
        "Négocie des plans de paiement tenables",
        "Onderhandelt over haalbare afbetalingsplannen",
        "Médiation de dettes Équilibre (démo)",
    ),
    "energy": (
        "Tuteur énergie",
        "Visite les ménages, lit les factures avec eux",
        "Bezoekt huishoudens en leest samen de facturen",
        "Guichet énergie Basse-Sambre (démo)",
    ),
    "network": (
        "Animatrice du réseau",
        "Anime les rencontres des trois versants",
        "Leidt de ontmoetingen van de drie gebiedsdelen",
        "Réseau « Accompagner le logement » (démo)",
    ),
    "residents": (
        "Comité des habitants",
        "A suivi le chantier du premier plan à la dernière clé",
        "Volgde de werf van het eerste plan tot de laatste sleutel",
        "Habitat groupé (démo)",
    ),
    "referents": (
        "Psychologue de l’accueil",
        "Reçoit les victimes et leurs proches",
        "Ontvangt slachtoffers en hun naasten",
        "Partenariat contre les violences intrafamiliales (démo)",
    ),
    "police": (
        "Assistante aux victimes",
        "Fait le lien entre la plainte et les services",
        "Legt de band tussen klacht en diensten",
        "Police locale – zone Démo",
    ),
    "neighbourhood": (
        "Animateur de quartier",
        "Tient le local de quartier",
        "Houdt het buurtlokaal open",
        "Régie de quartier Les Deux Rives (démo)",
    ),
}


@dataclass(frozen=True)
class VenueContent:
    name: str
    street_address: str
    postal_code: str
    municipality: str
    map_at: str  # latitude/longitude of the town
    public_transport: tuple[str, str]  # French, Dutch
    parking: tuple[str, str]
    accessibility: tuple[str, str]


VENUES = {
    "charleroi": VenueContent(
        "Espace formation (démo), salle des Terrils",
        "Rue de la Démonstration 12",
        "6000",
        "Charleroi",
        "50.4108/4.4446",
        (
            "Gare de Charleroi-Central à 9 minutes à pied ; métro « Parc ».",
            "Station Charleroi-Central op 9 minuten te voet; metro “Parc”.",
        ),
        (
            "Parking gratuit derrière le bâtiment, 30 places.",
            "Gratis parking achter het gebouw, 30 plaatsen.",
        ),
        (
            "Entrée de plain-pied, ascenseur, toilette adaptée. Boucle magnétique dans la salle.",
            "Gelijkvloerse ingang, lift, aangepast toilet. Ringleiding in de zaal.",
        ),
    ),
    "neighbourhood": VenueContent(
        "Local de quartier Les Deux Rives (démo)",
        "Place de l’Exemple 3",
        "6000",
        "Charleroi",
        "50.4167/4.4333",
        ("Bus 3 et 25, arrêt « Exemple ».", "Bus 3 en 25, halte “Exemple”."),
        ("Stationnement dans la rue.", "Parkeren op straat."),
        (
            "Une marche à l’entrée ; une rampe est posée sur demande.",
            "Eén trede aan de ingang; op vraag leggen we een helling.",
        ),
    ),
    "lille": VenueContent(
        "Maison de l’habitat (démo), grande salle",
        "Rue de l’Exemple 40",
        "59000",
        "Lille",
        "50.6366/3.0694",
        (
            "Gare Lille-Flandres à 6 minutes à pied.",
            "Station Lille-Flandres op 6 minuten te voet.",
        ),
        (
            "Pas de parking : parc relais « Porte des Postes », puis métro.",
            "Geen parking: P+R “Porte des Postes”, daarna metro.",
        ),
        ("Ascenseur, toilette adaptée.", "Lift, aangepast toilet."),
    ),
    "mouscron": VenueContent(
        "Centre communautaire (démo)",
        "Rue du Modèle 5",
        "7700",
        "Mouscron",
        "50.7420/3.2130",
        ("Gare de Mouscron à 12 minutes à pied.", "Station Moeskroen op 12 minuten te voet."),
        ("Gratuit sur la place.", "Gratis op het plein."),
        ("De plain-pied.", "Gelijkvloers."),
    ),
    "kortrijk": VenueContent(
        "Ontmoetingscentrum (demo)",
        "Voorbeeldstraat 8",
        "8500",
        "Kortrijk",
        "50.8270/3.2650",
        ("Gare de Courtrai à 10 minutes à pied.", "Station Kortrijk op 10 minuten te voet."),
        ("Parking souterrain payant à 200 m.", "Betalende ondergrondse parking op 200 m."),
        ("Ascenseur, toilette adaptée.", "Lift, aangepast toilet."),
    ),
    "roubaix": VenueContent(
        "Atelier coopératif (démo)",
        "Rue de l’Essai 21",
        "59100",
        "Roubaix",
        "50.6900/3.1740",
        ("Métro « Roubaix – Grand-Place ».", "Metro “Roubaix – Grand-Place”."),
        ("Stationnement payant dans la rue.", "Betalend parkeren op straat."),
        (
            "Entrée de plain-pied par la cour ; sonnez, on vous ouvre.",
            "Gelijkvloerse ingang via de binnenplaats; bel aan, we doen open.",
        ),
    ),
    "tournai": VenueContent(
        "Habitat groupé du Clos (démo)",
        "Clos de la Maquette 1",
        "7500",
        "Tournai",
        "50.6060/3.3880",
        ("Gare de Tournai à 15 minutes à pied.", "Station Doornik op 15 minuten te voet."),
        ("Parking de la gare, puis à pied.", "Stationsparking, daarna te voet."),
        (
            "Cour pavée ; le dernier étage n’a pas d’ascenseur.",
            "Geplaveide binnenplaats; de bovenste verdieping heeft geen lift.",
        ),
    ),
    "congress": VenueContent(
        "Centre de congrès (démo), auditorium",
        "Avenue du Spécimen 100",
        "6000",
        "Charleroi",
        "50.4108/4.4446",
        (
            "Gare de Charleroi-Central à 15 minutes à pied, navette dès 8 h 15.",
            "Station Charleroi-Central op 15 minuten te voet, pendelbus vanaf 8.15 uur.",
        ),
        ("Parking couvert payant.", "Betalende overdekte parking."),
        (
            "Places pour fauteuils roulants au premier rang, boucle magnétique.",
            "Rolstoelplaatsen op de eerste rij, ringleiding.",
        ),
    ),
}

#: title, then what is on the sheet
FUNDER = (
    "Fonds pour le logement (démo)",
    "Avec le soutien du Fonds pour le logement (démo).",
    "Met de steun van het Woonfonds (demo).",
)

DOCUMENTS = {
    "lease-fr": (
        "Dix questions avant de signer un bail",
        (
            "Le logement",
            "[ ] Qui le possède, et qui le loue ?",
            "[ ] Le certificat énergétique a-t-il été montré ?",
            "[ ] L’état des lieux est-il prévu, avec qui ?",
            "L’argent",
            "[ ] Que comprend le loyer, que comprennent les charges ?",
            "[ ] Comment la garantie est-elle placée ?",
            "[ ] Quand le loyer est-il indexé ?",
            "La suite",
            "[ ] Pour combien de temps, avec quel préavis ?",
            "[ ] Qui répare quoi ?",
            "[ ] Qui vit ici, et peut-on s’y domicilier ?",
            "[ ] Où demander conseil avant de signer ?",
        ),
    ),
    "application-fr": (
        "Aide-mémoire : la candidature",
        (
            "Avant de déposer",
            "[ ] Carte d’identité de chaque adulte",
            "[ ] Composition de ménage de moins de trois mois",
            "[ ] Preuve des revenus de l’année demandée",
            "[ ] Décisions utiles : handicap, garde des enfants, préavis",
            "Ensuite",
            "[ ] Noter le numéro de candidature",
            "[ ] Confirmer chaque année, dans le délai",
            "[ ] Signaler tout changement d’adresse ou de ménage",
        ),
    ),
    "application-nl": (
        "Geheugensteun: de kandidatuur",
        (
            "Voor u indient",
            "[ ] Identiteitskaart van elke volwassene",
            "[ ] Gezinssamenstelling van minder dan drie maanden",
            "[ ] Bewijs van het inkomen van het gevraagde jaar",
            "[ ] Nuttige beslissingen: handicap, verblijf van de kinderen, opzeg",
            "Daarna",
            "[ ] Het kandidatuurnummer noteren",
            "[ ] Elk jaar bevestigen, binnen de termijn",
            "[ ] Elke wijziging van adres of gezin melden",
        ),
    ),
    "first-month-fr": (
        "Fiche « mon premier mois »",
        (
            "Semaine 1 : relever les compteurs, photographier l’état des lieux",
            "Semaine 2 : choisir un fournisseur, mettre son nom sur la sonnette",
            "Semaine 3 : comprendre le loyer et les charges, prévoir le paiement",
            "Semaine 4 : saluer les voisins, noter les numéros utiles",
        ),
    ),
    "first-month-nl": (
        "Fiche “mijn eerste maand”",
        (
            "Week 1: meterstanden opnemen, de plaatsbeschrijving fotograferen",
            "Week 2: een leverancier kiezen, uw naam op de bel zetten",
            "Week 3: huur en kosten begrijpen, de betaling voorzien",
            "Week 4: de buren groeten, nuttige nummers noteren",
        ),
    ),
    "map-fr": (
        "Carte des services de quartier",
        (
            "Se loger : agence immobilière sociale, régie de quartier",
            "Payer : médiation de dettes, guichet énergie",
            "Se soigner : maison médicale, santé mentale",
            "Être aidé : CPAS, aide aux victimes, aide à la jeunesse",
        ),
    ),
    "map-nl": (
        "Kaart van de buurtdiensten",
        (
            "Wonen: sociaal verhuurkantoor, wijkregie",
            "Betalen: schuldbemiddeling, energieloket",
            "Zorg: wijkgezondheidscentrum, geestelijke gezondheid",
            "Hulp: OCMW, slachtofferhulp, jeugdhulp",
        ),
    ),
}
