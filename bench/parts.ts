/** The parts of the bench, in the order of the report. */
export const PART_NAMES = [
  'vision',
  'event-loop',
  'search',
  'index',
  'retrieval',
  'color',
  'probability',
  'match-sku',
  'identify',
  'text',
  'styles',
  'ideas',
  'look',
  'look-quality',
  'sync',
  'holds',
  'search-under-writes',
] as const;
export type PartName = (typeof PART_NAMES)[number];

/** What a reader of their figures has to know. */
export const PARTS: Readonly<Record<PartName, { readonly title: string; readonly about: string }>> = {
  vision: {
    title: 'Encoding images',
    about:
      'A is images a second through the gateway’s pipeline, from file to vector. B is the rate of sharp alone and onnxruntime alone, one after the other.',
  },
  'event-loop': {
    title: 'Small queries while images are encoded',
    about:
      'A is the p99 of `{ __typename }` while another process uploads and searches with new images as fast as the encoder takes them. B is the same gateway, idle. The load generator runs on the same cores.',
  },
  search: {
    title: 'Search over HTTP',
    about:
      'A is the gateway. B is a bare `http` server that shares the gateway’s index, stores, and SQL, and answers with `JSON.stringify`. The ratio is the price of GraphQL, of the framework, and of its limits. The bench first checks that both servers give the same answers.',
  },
  index: {
    title: 'The vector index',
    about:
      'Search latency and recall@24 by filter. B scores every image in plain JavaScript. The part covers Qdrant if `QDRANT_URL` is set.',
  },
  retrieval: {
    title: 'Retrieval quality',
    about:
      'Type precision is the share of the first results that have the type of the query. Recall@1 is the share of altered copies for which the original comes first. `retrieval-drawings` only shows that the way from image to answer is whole; drawings say nothing about photographs.',
  },
  color: {
    title: 'Color in the ranking',
    about:
      'What it costs in type precision, and gains in color difference (ΔE of CIE 1976; about 2 is just visible), when color counts for more or less of the likeness.',
  },
  probability: {
    title: 'Calibration of match probabilities',
    about:
      'Expected calibration error of `VisualMatchEdge.probability`: as it ships, and fitted to the catalog. A fit is judged by what it says of products that it has not seen (ten folds by product). The shipped calibration was fitted to these photographs, so quote the fitted line for them.',
  },
  'match-sku': {
    title: 'matchSku',
    about:
      'Outcomes for altered copies of product images, and the latency of `identify` and `matchSku` (A) beside one `visualSearch` by a new image (B).',
  },
  identify: {
    title: 'identify',
    about:
      'By kind of label: the calibration error, how often a label is given, and how often it is right. Calibration error is over at most ten bins of equal size, with at least 100 predictions each; in smaller bins chance alone looks like an error.',
  },
  text: {
    title: 'Words with images',
    about:
      'A query is a product plus the color or brand of another product of its type. The figure is the share of the ten best results that have that type and that color or brand.',
  },
  styles: {
    title: 'Styles',
    about:
      'Each query is a product plus a style that it does not have. The figures are the precision@10 of style and category, and how similar the colors of the ten results are to those of the product. The garments are drawings: a check, not a claim about photographs.',
  },
  ideas: {
    title: 'Boards and diversity',
    about: 'A is `Board.ideas`, or `visualSearch` with diversity. B is a plain `visualSearch` by a product.',
  },
  look: {
    title: 'Latency of look',
    about:
      'A is `look` at a picture of four garments, with labels, a page of matches for each, and `complete`. B is one `visualSearch` by such a picture.',
  },
  'look-quality': {
    title: 'Quality of look',
    about:
      'Garments are cut out of pictures and laid, two to four at a time, on drawn boards, tiles, carpet, linen, and plaster, so that every box is known. The constants of the method were chosen on such pictures, so the figures flatter somewhat. The products are in the catalog, so their category is easier to tell than that of a garment that is not.',
  },
  sync: {
    title: 'From Postgres to the index',
    about:
      '`commit-to-searchable`: milliseconds from sending a change of stock until a search shows it (A), beside a bare NOTIFY and its answer (B). The bench asks the index itself, because a poll over HTTP would be most of what is measured. `writers-with-sync`: changes of stock a second with triggers, notifications, and a follower (A), and without them (B). The writers leave no core idle, so what the follower computes is taken from them.',
  },
  holds: {
    title: 'Holds',
    about:
      'Holds a second over HTTP (A), beside the same statement in a bare `pg` loop (B). The callers leave no core idle, so what the gateway computes is taken from them. Gathering several holds into one transaction was tried and gained nothing.',
  },
  'search-under-writes': {
    title: 'Search beside writes',
    about: 'Latency of `visualSearch` beside 2,000 changes of stock a minute (A), and with none (B).',
  },
};
