import type { LabelKind, StockLevel } from '../generated/graphql.js';

/** All texts of the page in English; other languages have the same keys. */
export const en = {
  titles: {
    home: 'Vitrine',
    words: 'Search – Vitrine',
    picture: 'Your picture – Vitrine',
    alike: 'More like this – Vitrine',
    product: 'Vitrine',
    board: 'Board – Vitrine',
  },
  skip: 'Skip to the content',
  skipToFoot: 'Skip to the foot of the page',
  tools: 'Tools',
  language: 'Language',
  market: 'Market',
  search: 'Search with words',
  searchFor: 'Search',
  clearSearch: 'Clear the search field',
  suggestions: 'Suggestions',
  kinds: { category: 'Category', brand: 'Brand' },

  invitation: 'Show us what you love.',
  promise: 'One picture, and you see what you can buy of it right now.',
  usePicture: 'Use a picture',
  otherWays: 'Or drop or paste one anywhere. It is deleted within a week.',
  live: 'Live camera',
  noCamera: 'There is no camera, or you did not allow it.',
  keepFrame: 'Look closer at this',
  dropHere: 'Drop it anywhere',
  looking: 'Looking closely…',
  cancel: 'Cancel',
  close: 'Close',

  shopByKind: 'Shop by kind',
  newIn: 'New in',
  allProducts: 'All products',
  chosen: 'Your selection',
  found: 'Found',
  quoted: (text: string) => `“${text}”`,
  products: 'Products',
  count: (count: string, isMore: boolean) => (isMore ? `over ${count}` : count),
  narrow: 'Narrow down',
  narrowAlike: 'Filter these',
  filter: 'Filter',
  sortBy: 'Sort by',
  sorts: {
    BEST: 'Best match',
    NEWEST: 'Newest',
    PRICE_ASC: 'Price, low to high',
    PRICE_DESC: 'Price, high to low',
  },
  onlySize: (size: string) => `Only size ${size}`,
  onlyKind: (kind: string) => `Only ${kind}`,
  remove: (what: string) => `Remove ${what}`,
  clearAll: 'Clear all',
  show: 'Show',
  showCount: (count: string, isMore: boolean) => (isMore ? `Show over ${count}` : `Show ${count}`),
  facets: {
    category: 'Category',
    brand: 'Brand',
    color: 'Color',
    size: 'Size',
    price: 'Price',
    material: 'Material',
    pattern: 'Pattern',
    style: 'Style',
    era: 'Era',
    season: 'Season',
    gender: 'For',
    silhouette: 'Silhouette',
    sleeve: 'Sleeve',
    neckline: 'Neckline',
    length: 'Length',
  } as Readonly<Record<string, string>>,
  ofMarket: (what: string, market: string) => `“${what}” was for ${market}.`,
  pricesIn: (currency: string) => `Prices here are in ${currency}.`,
  pricesFor: (market: string) => `Prices here are for ${market}.`,
  showIn: (market: string) => `Show ${market}`,
  marketGone: 'The prices or the store in the link are of a market that no longer exists.',
  price: { min: 'From', max: 'To' },
  inStore: 'In a store',
  store: 'In store',
  nearMe: 'Stores near me',
  whereUnknown: 'Your browser did not say where you are.',
  km: (distance: string) => `${distance} km`,
  inSizes: 'In sizes',
  upTo: (price: string) => `up to ${price}`,
  from: (price: string) => `from ${price}`,
  before: 'before',
  moreLike: (title: string) => `More like ${title}`,
  lessLike: (title: string) => `Less like this: ${title}`,
  lessLikeThis: 'Less like this',
  lessSaid: 'You will see less like this.',
  undoLess: (title: string) => `Undo: less like ${title}`,
  undo: 'Undo',
  more: 'More is on its way…',
  thatIsAll: 'That is all there is.',

  pictureTitle: 'What is in your picture',
  yourPicture: 'Your picture',
  lookingForItems: 'Looking for items…',
  noItems: 'Tap where you want to look.',
  tapADot: 'Tap a dot, or draw a box.',
  drawAround: 'Draw a box, or move this one.',
  restFirst:
    'Strokes up and down scroll the page. To draw a tall box, rest your finger on the picture first.',
  drawABox: 'Search a part',
  wholePicture: 'Whole picture',
  item: (index: number) => `Item ${index}`,
  itemNamed: (name: string) => `Find this: ${name}`,
  frame: (left: string, top: string, width: string, height: string) =>
    `Searched part: ${width}% wide and ${height}% high, ${left}% from the left and ${top}% from the top. Arrow keys move it, ` +
    'with Shift they resize it, Delete searches the whole picture.',
  looksLike: 'Looks like this',
  nearest: 'Nearest',
  whatItIs: 'What it is',
  cannotTell: 'I can’t tell what this is.',
  someKind: (kind: string) => `Looks most like our ${kind}.`,
  someKindText: 'No product here is close enough to name it. These come nearest.',
  cannotTellText: 'Nothing in this shop is close enough to name it. These come nearest.',
  labels: {
    BRAND: 'Brand',
    CATEGORY: 'Kind',
    COLOR: 'Color',
    ERA: 'Era',
    LENGTH: 'Length',
    MATERIAL: 'Material',
    PATTERN: 'Pattern',
    STYLE: 'Style',
  } satisfies Record<LabelKind, string>,
  howSure: 'What it shows, and how sure that is',
  sure: (percent: string) => `${percent}% sure`,
  goodToKnow: 'Good to know',

  back: 'Back',
  product: 'Product',
  pictures: 'Pictures',
  valueOut: (value: string) => `${value}, sold out`,
  levels: (level: StockLevel, quantity: number | null): string => {
    switch (level) {
      case 'IN_STOCK':
        return 'In stock';
      case 'LOW_STOCK':
        return quantity === null ? 'Only a few left' : `Only ${quantity} left`;
      case 'OUT_OF_STOCK':
        return 'Sold out';
      case 'BACKORDER':
        return 'Can be ordered; ships when it is back';
      case 'PREORDER':
        return 'Can be ordered before its release';
    }
  },
  soldOutNow: 'Just sold out while you were looking',
  backOn: (date: string) => `– back on ${date}`,
  alsoIn: 'Pick up at',
  choose: (what: string) => `Choose a ${what.toLowerCase()}`,
  chooseFirst: (what: string) => `Choose a ${what.toLowerCase()} first.`,
  holdIt: 'Hold it for me',
  isHeld: 'Held for you',
  chooseToSee: (what: string) => `Choose a ${what.toLowerCase()} to see what is left.`,
  holdMeans: (usual: string) => `Free. Held for ${usual}: for that time, no one else can buy it.`,
  holdLonger: (longest: string) => `You can extend that, to ${longest} in all.`,
  instead: 'You can have these now',
  heldForYou: 'Held for you',
  heldFor: 'Time left:',
  heldSaid: (title: string) => `${title} is held for you.`,
  oneMinuteLeft: (title: string) => `One minute left for ${title}.`,
  ordered: (title: string) => `${title} is ordered.`,
  holdEnded: (title: string) => `${title} is no longer held.`,
  heldIn: (market: string) => `held in ${market}`,
  checkOut: 'Check out',
  longer: 'Extend',
  letGo: 'Give back',
  longerSaid: (title: string, time: string) => `${title} is held for ${time} from now.`,
  longestSaid: (title: string, time: string) =>
    `${title} is held for ${time} from now. That is as long as it can be held.`,
  letGoSaid: (title: string) => `${title} is given back.`,
  holdAgain: 'Hold again',
  demoCheckout: 'This is a demo: it has no checkout. In a real shop, you would pay now.',
  holdProblem: (code: string): string => {
    switch (code) {
      case 'INSUFFICIENT_STOCK':
        return 'Someone else was faster: none are left.';
      case 'HOLD_LIMIT':
        return 'You hold as much as you can, or as long as you can.';
      case 'HOLD_EXPIRED':
      case 'HOLD_NOT_ACTIVE':
        return 'It is no longer held.';
      case 'OFFLINE':
        return 'You are offline.';
      default:
        return 'That did not work. Try again.';
    }
  },

  board: 'Your board',
  /** Who pins has no other board, so only the others see its title. */
  myBoard: 'A shared board',
  noBoardYet: 'Your board: pin something first',
  pin: (title: string) => `Pin ${title}`,
  pinPicture: 'Pin',
  pinPart: 'Pin this part',
  unpin: (title: string) => `Take ${title} off the board`,
  pinnedSaid: (title: string) => `${title} is on your board.`,
  unpinned: (title: string) => `${title} is off your board.`,
  notPinned: (title: string) => `${title} could not be pinned.`,
  notChanged: 'The board could not be changed.',
  boardShared: 'Somebody shared this board with you.',
  boardSecret: 'Everybody who has the link can see this board and change it.',
  emptyBoard: 'Nothing here yet',
  emptyBoardText: 'Tap the heart on anything that you like.',
  pins: 'Pins',
  pinCount: (count: string) => `Pins: ${count}`,
  aPicture: 'a picture',
  takenOff: 'Taken off',
  putBack: (title: string) => `Undo: put ${title} back on the board`,
  takenOffSaid: (title: string) => `${title} is off the board.`,
  putBackSaid: (title: string) => `${title} is back on the board.`,
  notLikeThis: 'Not like this',
  brief: 'What it has in common',
  mostly: (word: string) => `mostly ${word}`,
  without: 'Without:',
  ideas: 'Ideas for this board',
  share: 'Share',
  copied: 'Link copied',

  nothingSo: 'No product matches all of that',
  nothingSoText: 'No product that can be bought now has everything that you chose.',
  nothing: 'Nothing found',
  nothingText: 'Try other words, or show a picture.',
  leaveOut: 'Fewer words or filters',
  withoutOne: (count: string, what: string) => `${count} without “${what}”`,
  seeAll: 'See everything',
  tryAgain: 'Try again',
  busy: 'The shop is very busy. Still trying…',
  again: (seconds: number) => `Trying again in ${seconds} s`,
  lastSeen: 'What you saw last',
  lastSeenText: (when: string) =>
    `On ${when}. You see prices, and what can be bought, when there is a connection.`,
  failures: {
    offline: { title: 'You are offline', text: 'This goes on as soon as there is a connection.' },
    throttled: { title: 'A moment, please', text: 'That was a lot at once.' },
    busy: { title: 'A moment, please', text: 'The shop is very busy.' },
    gone: {
      title: 'It is not here any more',
      text: 'It may have been sold or removed, or it is not sold in this market.',
    },
    tooLarge: { title: 'This picture is too large', text: 'Try a smaller one.' },
    unreadable: { title: 'This picture cannot be read', text: 'Try a JPEG, PNG, or WebP.' },
    other: { title: 'That did not work', text: 'It is not your fault.' },
  },

  why: 'Why these results?',
  whyText: 'What this page asked, newest first. Everything is the public API; try it in',
  whyFacts: {
    roundTrip: 'Round trip',
    cost: 'Points',
    search: 'Search',
    asOf: 'Proven as of',
    indexLag: 'Index lag',
    candidates: 'Candidates',
    dropped: 'Dropped',
    refills: 'Refills',
    strategy: 'Strategy',
    encoder: 'Encoder',
    region: 'Region',
  },
  ms: (ms: string) => `${ms} ms`,
  openInGraphiql: 'Open in GraphiQL',
};

export type Texts = typeof en;
