/** The parts of the bench, in the order of the report. */
export const PART_NAMES = [
  'vision',
  'event-loop',
  'search',
  'vendure',
  'proof',
  'index',
  'scale',
  'retrieval',
  'color',
  'eyes',
  'probability',
  'match-sku',
  'identify',
  'text',
  'facets',
  'styles',
  'ideas',
  'design',
  'look',
  'look-quality',
  'sync',
  'import',
  'start',
  'holds',
  'search-under-writes',
  'watches',
  'cost',
  'deadlines',
  'page',
  'capacity',
] as const;
export type PartName = (typeof PART_NAMES)[number];

/** What a reader of their figures needs to know. */
export const PARTS: Readonly<Record<PartName, { readonly title: string; readonly about: string }>> = {
  vision: {
    title: 'Encoding images',
    about:
      'A is images per second through the gateway’s pipeline, from file to vector. B is the rate of sharp alone and onnxruntime alone, one after the other.',
  },
  'event-loop': {
    title: 'Small queries beside heavy work',
    about:
      'A is the p99 of small queries while another process uploads and searches with new images as fast as the encoder takes them, or writes products, prices, and stock in bulk. B is the same gateway, idle. The load generator runs on the same cores. Encoders run at a lower priority, and files are decoded in other processes (decisions 0016 and 0017). Against bulk writes, nothing was tried but letting writes take turns at few connections.',
  },
  search: {
    title: 'Search over HTTP',
    about:
      'A is the gateway. B is a bare `http` server that shares the gateway’s index, stores, and SQL, and responds with `JSON.stringify`. The ratio is the cost of GraphQL, the framework, and its limits. The benchmark first checks that both servers return the same results. Mercurius has the gateway’s schema and resolvers, but no checks, metrics, or compression. Both compile frequent operations (decision 0004).',
  },
  vendure: {
    title: 'Beside Vendure',
    about:
      'A is the gateway, and B is Vendure with its own search, with the same products on the same Postgres server. Its list comes from a table that it fills beforehand, so that it can be older than the stock; the gateway’s is proven in the same request. Needs `VITRINE_VENDURE`.',
  },
  proof: {
    title: 'The proof of a page',
    about:
      'The statement that proves the candidates of a page against stock and prices. A is the gateway’s, which reads each table once for all SKUs; B looks up each SKU through the view `sku_offers`. A page without SKUs is proven by one SKU of each product: there, A shows only prices or pictures, and B shows SKUs. Rows that lie together were written product by product; scattered ones in random order. Where rows lie scattered, most of the time is reading them; where they lie together, joining, sorting, and grouping them keeps the target away, and the view is as fast.',
  },
  index: {
    title: 'The vector index',
    about: 'Search latency and recall@24 by filter. B scores every image in plain JavaScript.',
  },
  scale: {
    title: 'Qdrant with many images',
    about:
      'Recall@24 by filter against a comparison with every image, latency, and memory, with the vectors kept in three ways; the gateway’s own is scalar. The images are embeddings of the demo catalog, and of photographs if there are any, moved a little; each has the payload of a shop. Needs `QDRANT_URL`.',
  },
  retrieval: {
    title: 'Retrieval quality',
    about:
      'Type precision is the share of the first results that have the type of the query. Recall@1 is the share of altered copies for which the original comes first. `retrieval-drawings` only shows that the pipeline from image to result works; drawings say nothing about photos.',
  },
  color: {
    title: 'Color in the ranking',
    about:
      'The cost in type precision, and the gain in color difference (ΔE of CIE 1976; about 2 is just visible), when color makes up more or less of the similarity.',
  },
  eyes: {
    title: 'What the encoder sees',
    about:
      'The default encoder on photographs of three kinds: garments laid flat, on models, and in the street. In the first four, only the model’s embedding is compared, without the color descriptor. `eyes-look` and `eyes-photos` ask a gateway. “Street to shop” is a garment cut out of a street photograph, asked of flat lays. The photographs of people are for measuring only: nothing was trained or tuned on them.',
  },
  probability: {
    title: 'Calibration of match probabilities',
    about:
      'Expected calibration error of `VisualMatchEdge.probability`: as shipped, and fitted to the catalog. A fit is judged on products that it has not seen (tenfold cross-validation by product). The shipped calibration was fitted to these photos, so for them, quote the fitted line.',
  },
  'match-sku': {
    title: 'matchSku',
    about:
      'Outcomes for altered copies of product images, and the latency of `identify` and `matchSku` (A) compared with one `visualSearch` with a new image (B).',
  },
  identify: {
    title: 'identify',
    about:
      'For each kind of label: the calibration error, how often a label is given, and how often it is right. The calibration error is computed over at most ten bins of equal size, with at least 100 predictions each. In smaller bins, chance alone would look like an error.',
  },
  text: {
    title: 'Words with images',
    about:
      'A query is a product plus the color or brand of another product of its type. The figure is the share of the ten best results that have that type and that color or brand.',
  },
  facets: {
    title: 'Facets and totals',
    about:
      'A is pages per second with `totalCount` and the usual five facets, B the same pages without. “Kept” counts are those of a list that was counted before and has not changed; “counted for the first time” is a filter that was not used before. A search counts its best 250 matches each time. One in a size ranks twice, because the facet of the size is counted without it: proofs only of what the index may have wrong, and one statement for all counts, brought it this far, and the second ranking is left.',
  },
  styles: {
    title: 'Styles',
    about:
      'Each query is a product plus a style that it does not have. The figures are the precision@10 of style and category, and how similar the colors of the ten results are to those of the product. The garments are drawings, so this is a check, not a claim about photos.',
  },
  ideas: {
    title: 'Boards and diversity',
    about:
      'A is `Board.ideas`, or `visualSearch` with diversity. B is a plain `visualSearch` with a product.',
  },
  design: {
    title: 'Designs',
    about:
      'The local engine designs a garment toward the mean of a board’s pins. All cosines are those of pictures as they are kept. The pins are drawings of the same renderer, so the figures say how well the search works, not how well drawings stand for photos.',
  },
  look: {
    title: 'Latency of look',
    about:
      'A is `look` at a picture of four garments, with labels, a page of matches for each, and `complete`. B is one `visualSearch` with such a picture. The target is older than the networks that find people; `eyes-look` measures photographs of people, with a target of 4.',
  },
  'look-quality': {
    title: 'Quality of look',
    about:
      'Garments are cut out of pictures and placed, two to four at a time, on drawn boards, tiles, carpet, linen, and plaster, so that every box is known. The constants of the method were tuned on such pictures, so the figures are somewhat optimistic. The products are in the catalog, so their category is easier to tell than that of an unknown garment.',
  },
  sync: {
    title: 'From Postgres to the index',
    about:
      '`commit-to-searchable`: milliseconds from sending a stock change until a search shows it (A), compared with a bare NOTIFY and its answer (B). The benchmark queries the index directly, because polling over HTTP would dominate the measurement. `writers-with-sync`: stock changes per second with triggers, notifications, and a follower (A), and without them (B). The writers leave no core idle, so any work of the follower slows them down.',
  },
  import: {
    title: 'Importing feeds',
    about:
      'The command `vitrine import`, from its start to its end, with a feed that the bench makes up: 25,000 products in four sizes each. Nothing is encoded. For the same feed again, digests of what a product was made of, staging while the file is still read, and rows split without a parser where there are no quotes were tried, and all three are in.',
  },
  start: {
    title: 'Starting with a large catalog',
    about:
      'From the start of `vitrine serve` with 360,000 images and the embedded index until it answers. Without a snapshot, as on a new machine, it fills the index from Postgres; with one, it loads the file that it saved when it was stopped.',
  },
  holds: {
    title: 'Holds',
    about:
      'Holds per second over HTTP (A), compared with the same statement in a bare `pg` loop (B). The callers leave no core idle, so any work of the gateway slows them down. Batching several holds into one transaction was tried and gained nothing.',
  },
  'search-under-writes': {
    title: 'Search during writes',
    about: 'Latency of `visualSearch` during 2,000 stock changes per minute (A), and without them (B).',
  },
  watches: {
    title: 'Watches',
    about:
      'What many watches cost a gateway that compares every change of the catalog with them. Each asks for what looks like one product of the demo catalog, in a size and below a price.',
  },
  cost: {
    title: 'Calibration of costs',
    about:
      'Microseconds of CPU for each point of `extensions.cost.actual`, in the gateway with all its threads and in Postgres together. Costs are fair if no operation takes much more or much less than the others. The last line is the operation that is furthest from the median, as a factor. The list by words asks for those that most products of the demo catalog have.',
  },
  deadlines: {
    title: 'Answers while something hangs',
    about:
      'A is how long the slowest hundredth of the requests waits for its answer while Postgres or Qdrant accepts connections and says nothing, as after a failover. B is the deadline.',
  },
  page: {
    title: 'The page',
    about:
      'The shop at `/` in Chromium, slowed down to a phone of the middle class on a good mobile network. The time until the largest text or picture is painted, what moves by itself, the slowest answer to a tap, and the longest task while 500 products are scrolled. `box` and `live-camera` say how long a shopper waits for other products after letting go of a box, and after a frame of the camera, with all that the gateway does on the same cores.',
  },
  capacity: {
    title: 'Capacity',
    about:
      'What an image takes on disk and in memory, and what a request takes of the gateway’s CPU. [Scaling](scaling.md) is computed from these figures.',
  },
};
