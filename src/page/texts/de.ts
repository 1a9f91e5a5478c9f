import type { Texts } from './en.js';

export const de: Texts = {
  titles: {
    home: 'Vitrine',
    words: 'Suche – Vitrine',
    picture: 'Dein Bild – Vitrine',
    alike: 'Ähnliches – Vitrine',
    product: 'Vitrine',
    board: 'Pinnwand – Vitrine',
  },
  skip: 'Zum Inhalt springen',
  skipToFoot: 'Zum Ende der Seite springen',
  tools: 'Werkzeuge',
  language: 'Sprache',
  market: 'Markt',
  search: 'Mit Worten suchen',
  searchFor: 'Suchen',
  suggestions: 'Vorschläge',
  kinds: { category: 'Kategorie', brand: 'Marke' },

  invitation: 'Zeig uns, was dir gefällt.',
  promise: 'Ein Bild, und du siehst, was du davon jetzt kaufen kannst.',
  usePicture: 'Bild verwenden',
  otherWays: 'Oder zieh eins hierher oder füg es ein. Spätestens nach einer Woche wird es gelöscht.',
  live: 'Live-Kamera',
  noCamera: 'Es gibt keine Kamera, oder du hast sie nicht erlaubt.',
  keepFrame: 'Das genauer ansehen',
  dropHere: 'Lass es einfach los',
  looking: 'Wir sehen genau hin…',
  cancel: 'Abbrechen',
  close: 'Schließen',

  shopByKind: 'Nach Art einkaufen',
  newIn: 'Neu',
  allProducts: 'Alle Produkte',
  chosen: 'Deine Auswahl',
  found: 'Gefunden',
  quoted: (text) => `„${text}“`,
  products: 'Produkte',
  count: (count, isMore) => (isMore ? `über ${count}` : count),
  narrow: 'Eingrenzen',
  filter: 'Filtern',
  sortBy: 'Sortieren nach',
  sorts: {
    BEST: 'Passendste',
    NEWEST: 'Neueste',
    PRICE_ASC: 'Preis aufsteigend',
    PRICE_DESC: 'Preis absteigend',
  },
  onlySize: (size) => `Nur Größe ${size}`,
  onlyKind: (kind) => `Nur ${kind}`,
  remove: (what) => `${what} entfernen`,
  clearAll: 'Alles zurücksetzen',
  show: 'Zeigen',
  showCount: (count, isMore) => (isMore ? `Über ${count} zeigen` : `${count} zeigen`),
  facets: {
    category: 'Kategorie',
    brand: 'Marke',
    color: 'Farbe',
    size: 'Größe',
    price: 'Preis',
    material: 'Material',
    pattern: 'Muster',
    style: 'Stil',
    era: 'Zeit',
    season: 'Saison',
    gender: 'Für',
    silhouette: 'Schnitt',
    sleeve: 'Ärmel',
    neckline: 'Ausschnitt',
    length: 'Länge',
  },
  price: { min: 'Von', max: 'Bis' },
  inStore: 'In einem Laden',
  store: 'Im Laden',
  nearMe: 'Läden in meiner Nähe',
  whereUnknown: 'Dein Browser hat nicht gesagt, wo du bist.',
  km: (distance) => `${distance} km`,
  inSizes: 'In den Größen',
  upTo: (price) => `bis ${price}`,
  from: (price) => `ab ${price}`,
  before: 'vorher',
  moreLike: (title) => `Mehr wie ${title}`,
  lessLike: (title) => `Weniger wie ${title}`,
  more: 'Mehr ist unterwegs…',
  thatIsAll: 'Das ist alles.',

  pictureTitle: 'Was auf deinem Bild ist',
  yourPicture: 'Dein Bild',
  lookingForItems: 'Wir suchen einzelne Teile…',
  noItems: 'Tipp aufs Bild, wo du suchen willst.',
  tapADot: 'Tipp auf einen Punkt oder zieh einen Rahmen.',
  drawAround: 'Zieh einen Rahmen oder verschieb diesen.',
  drawABox: 'Ausschnitt suchen',
  wholePicture: 'Ganzes Bild',
  item: (index) => `Teil ${index}`,
  itemNamed: (name) => `Danach suchen: ${name}`,
  frame: (left, top, width, height) =>
    `Gesuchter Ausschnitt: ${width} % breit und ${height} % hoch, ${left} % von links und ${top} % von oben. Pfeiltasten ` +
    'verschieben ihn, mit Umschalttaste ändern sie die Größe, Entf sucht das ganze Bild.',
  looksLike: 'Sieht so aus',
  nearest: 'Am nächsten',
  whatItIs: 'Was es ist',
  cannotTell: 'Das erkenne ich nicht.',
  someKind: (kind) => `Am ehesten aus: ${kind}.`,
  someKindText: 'Kein Produkt hier ist ähnlich genug, um es zu benennen. Das hier kommt am nächsten.',
  cannotTellText: 'Nichts in diesem Laden ist ähnlich genug, um es zu benennen. Das hier kommt am nächsten.',
  labels: {
    BRAND: 'Marke',
    CATEGORY: 'Art',
    COLOR: 'Farbe',
    ERA: 'Zeit',
    LENGTH: 'Länge',
    MATERIAL: 'Material',
    PATTERN: 'Muster',
    STYLE: 'Stil',
  },
  howSure: 'Was zu sehen ist, und wie sicher das ist',
  sure: (percent) => `${percent} % sicher`,
  goodToKnow: 'Gut zu wissen',

  product: 'Produkt',
  pictures: 'Bilder',
  valueOut: (value) => `${value}, ausverkauft`,
  levels: (level, quantity) => {
    switch (level) {
      case 'IN_STOCK':
        return 'Auf Lager';
      case 'LOW_STOCK':
        return quantity === null ? 'Nur noch wenige' : `Nur noch ${quantity}`;
      case 'OUT_OF_STOCK':
        return 'Ausverkauft';
      case 'BACKORDER':
        return 'Bestellbar; kommt, sobald es wieder da ist';
      case 'PREORDER':
        return 'Vorbestellbar';
    }
  },
  soldOutNow: 'Eben ausverkauft, während du hier warst',
  backOn: (date) => `– wieder da am ${date}`,
  alsoIn: 'Abholen in',
  choose: (what) => `${what} wählen`,
  chooseFirst: (what) => `Bitte zuerst wählen: ${what}.`,
  holdIt: 'Für mich zurücklegen',
  isHeld: 'Für dich zurückgelegt',
  holdMeans: 'Kostenlos. Bis die Zeit abgelaufen ist, kann es niemand anders kaufen.',
  instead: 'Das kannst du jetzt haben',
  heldForYou: 'Für dich zurückgelegt',
  heldFor: 'Noch:',
  heldSaid: (title) => `${title} ist für dich zurückgelegt.`,
  oneMinuteLeft: (title) => `Noch eine Minute für ${title}.`,
  ordered: (title) => `${title} ist bestellt.`,
  holdEnded: (title) => `${title} ist nicht mehr zurückgelegt.`,
  checkOut: 'Zur Kasse',
  longer: 'Verlängern',
  letGo: 'Freigeben',
  longerSaid: (title) => `${title} bleibt länger zurückgelegt.`,
  letGoSaid: (title) => `${title} ist freigegeben.`,
  holdProblem: (code) => {
    switch (code) {
      case 'INSUFFICIENT_STOCK':
        return 'Jemand war schneller: Es ist keins mehr da.';
      case 'HOLD_LIMIT':
        return 'Mehr oder länger geht nicht.';
      case 'HOLD_EXPIRED':
      case 'HOLD_NOT_ACTIVE':
        return 'Die Zeit war um.';
      case 'OFFLINE':
        return 'Du bist offline.';
      default:
        return 'Das hat nicht geklappt. Versuch es noch einmal.';
    }
  },

  board: 'Deine Pinnwand',
  myBoard: 'Meine Pinnwand',
  noBoardYet: 'Deine Pinnwand: hefte zuerst etwas an',
  pin: (title) => `${title} anheften`,
  pinPicture: 'Anheften',
  unpin: (title) => `${title} abnehmen`,
  pinnedSaid: (title) => `${title} hängt an deiner Pinnwand.`,
  unpinned: (title) => `${title} hängt nicht mehr an deiner Pinnwand.`,
  notPinned: (title) => `${title} konnte nicht angeheftet werden.`,
  notChanged: 'Die Pinnwand konnte nicht geändert werden.',
  boardShared: 'Diese Pinnwand hat jemand mit dir geteilt.',
  boardSecret: 'Wer den Link hat, kann diese Pinnwand sehen und ändern.',
  emptyBoard: 'Noch nichts da',
  emptyBoardText: 'Tipp auf das Herz bei allem, was dir gefällt.',
  pins: 'Angeheftet',
  aPicture: 'ein Bild',
  notLikeThis: 'So nicht',
  brief: 'Was es gemeinsam hat',
  palette: 'Farben',
  without: 'Ohne:',
  ideas: 'Ideen für diese Pinnwand',
  share: 'Teilen',
  copied: 'Link kopiert',

  nothingSo: 'Nichts mit alledem',
  nothingSoText: 'Kein Produkt, das es jetzt gibt, hat alles, was du gewählt hast.',
  nothing: 'Nichts gefunden',
  nothingText: 'Versuch andere Worte, oder zeig ein Bild.',
  seeAll: 'Alles ansehen',
  tryAgain: 'Noch einmal versuchen',
  again: (seconds) => `Nächster Versuch in ${seconds} s`,
  lastSeen: 'Was du zuletzt gesehen hast',
  lastSeenText: (when) => `Am ${when}. Preise, und was es zu kaufen gibt, siehst du mit einer Verbindung.`,
  failures: {
    offline: { title: 'Du bist offline', text: 'Sobald es eine Verbindung gibt, geht es weiter.' },
    throttled: { title: 'Einen Moment bitte', text: 'Das war viel auf einmal.' },
    busy: { title: 'Einen Moment bitte', text: 'Im Laden ist gerade viel los.' },
    gone: {
      title: 'Das gibt es hier nicht mehr',
      text: 'Es wurde verkauft oder entfernt, oder es wird in diesem Markt nicht angeboten.',
    },
    tooLarge: { title: 'Dieses Bild ist zu groß', text: 'Versuch ein kleineres.' },
    unreadable: { title: 'Dieses Bild lässt sich nicht lesen', text: 'Versuch ein JPEG, PNG oder WebP.' },
    other: { title: 'Das hat nicht geklappt', text: 'Es liegt nicht an dir.' },
  },

  why: 'Warum diese Ergebnisse?',
  whyText: 'Was diese Seite gefragt hat, das Neueste zuerst. Alles ist die öffentliche API; probier sie in',
  whyFacts: {
    roundTrip: 'Hin und zurück',
    cost: 'Punkte',
    search: 'Suche',
    asOf: 'Bewiesen zum',
    indexLag: 'Rückstand des Index',
    candidates: 'Kandidaten',
    dropped: 'Verworfen',
    refills: 'Nachgeholt',
    strategy: 'Strategie',
    encoder: 'Encoder',
    region: 'Ausschnitt',
  },
  ms: (ms) => `${ms} ms`,
  openInGraphiql: 'In GraphiQL öffnen',
};
