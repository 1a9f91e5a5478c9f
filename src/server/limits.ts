/**
 * Limits on what one request, or all requests together, may cost. A document is measured before it is validated,
 * because validating a hostile document is the most expensive step.
 */

/** The largest upload (10 MiB) as base64 in the variables is 14.0 MB; the rest is for the surrounding JSON. */
export const MAX_GRAPHQL_BODY_BYTES = 15 * 1024 * 1024;

/** Characters of a document. Comments are not tokens, so a limit on tokens alone does not bound the text. */
export const MAX_DOCUMENT_CHARS = 20_000;

/** GraphiQL's introspection has 183 tokens; a page with its fragments has several times as many. */
export const MAX_DOCUMENT_TOKENS = 2_000;

/** Nested fields. The standard introspection query has 15. */
export const MAX_DOCUMENT_DEPTH = 16;

/** Enough for a page that queries a handful of shelves with aliases. */
export const MAX_ALIASES = 50;

/** Each use is checked at every place where it occurs; a page uses two or three. */
export const MAX_DIRECTIVES = 50;

/** Validation compares every fragment of a selection with every other one. */
export const MAX_FRAGMENTS = 50;

/** Selections with all fragments expanded: fragments within fragments grow exponentially. */
export const MAX_SELECTIONS = 5_000;

/**
 * Pairs of fields with the same response name in one selection. Validation compares each pair, which takes 1 to 2 µs;
 * twenty colocated fragments that all select `id` and `__typename` make 380 pairs. With these limits, the worst
 * documents found take 4 ms to parse and validate, instead of 40 to 220.
 */
export const MAX_REPEATED_PAIRS = 3_000;

/** Each validation error may search the schema for similar names. */
export const MAX_VALIDATION_ERRORS = 10;

/** In a call with hundreds of entries, each may be wrong. Each error quotes what was sent. */
export const MAX_VARIABLE_ERRORS = 3;

/**
 * Points of one operation: a point is about a field in the response, and takes about 30 µs of CPU, of which Postgres
 * uses a part. A page of 100 matches with 20 fields each, and five SKUs with 20 fields each, costs 12,000.
 */
export const MAX_COST = 20_000;

/**
 * Characters of an answer: its names, texts, and errors. UTF-8 takes at most three bytes for each, and JSON escapes few of
 * them, so this is about 7.5 MB at most, and 0.3 s of CPU to write and compress. A page of 100 matches with 20 fields each
 * has 50,000, and as many descriptions with 5,000 characters each have 500,000.
 */
export const MAX_ANSWER_CHARS = 2_500_000;

/**
 * Fields in lists whose length no argument limits. An estimate within MAX_COST has fewer than 20,000 of them, with the
 * lengths that it assumes; a product may have 2,000 SKUs.
 */
export const MAX_ANSWER_FIELDS = 100_000;

/** Characters of a field, its name included, that its weight pays for if that is one point. */
export const FREE_FIELD_CHARS = 100;

/**
 * Further characters of an answer that cost one point. Writing and compressing 2.5 million takes 100 ms to 330 ms,
 * depending on the script and the compression.
 */
export const ANSWER_CHARS_A_POINT = 250;

/** Characters that an error has in an answer besides its message and path. */
export const ERROR_CHARS = 100;

/** Assumed length of a list without a page size; a product has about this many SKUs and images. */
export const ASSUMED_LIST_SIZE = 5;

/** Points of any request: HTTP, JSON, and what surrounds the execution. */
export const REQUEST_COST = 50;

/** Points of a file of a tech pack: it is drafted anew, in up to 50 ms, and written, in up to 130 ms for a DXF of jeans. */
export const TECH_PACK_COST = 2_000;
/** Points of an upload, before anything is known about it. */
export const UPLOAD_COST = 500;

/** Bytes of an upload that cost one point: they are received, hashed, and stored for days. */
export const UPLOADED_BYTES_A_POINT = 1_000;

/** Characters of a new document that cost one point: the worst take 4 ms to parse and validate. */
export const DOCUMENT_CHARS_A_POINT = 50;

/** Apollo Router adds the same to each mutation. */
export const MUTATION_COST = 10;

/** Introspection reads the schema in memory, so its fields are cheaper than others. */
export const INTROSPECTED_FIELDS_A_POINT = 8;

/** Characters of a text in an argument that cost one point. Decoding 13 MB of base64 takes 40 ms. */
export const CHARS_A_POINT = 4_000;

/** Parsed and validated documents in the cache. Clients send a few dozen. */
export const MAX_KEPT_DOCUMENTS = 500;

/**
 * Total characters of all cached documents. A page has 1,000 to 5,000. A parsed document takes up to 240 bytes per
 * character (for a document of one-letter fields), so this is at most 60 MB.
 */
export const MAX_KEPT_DOCUMENT_CHARS = 250_000;

/**
 * Compiling takes as long as about ten executions by graphql-js, so it pays off only for a document that is sent
 * repeatedly. Apps send the same few dozen documents all day.
 */
export const COMPILE_FROM_EXECUTION = 5;

/**
 * Maximum selections that graphql-jit may generate code for, with fragments expanded, and once for each object type
 * of an interface. Each takes up to 0.1 ms to compile and 6 kB to keep. A page of products has 30, a home screen with
 * six shelves 200.
 */
export const MAX_COMPILED_SELECTIONS = 400;

/** Compiled operations in the cache: more than the apps of a shop have screens. */
export const MAX_KEPT_COMPILED = 200;

/** Total selections of all cached compiled operations: at most 60 MB, or 50 home screens. */
export const MAX_KEPT_COMPILED_SELECTIONS = 10_000;

/** A document within MAX_DOCUMENT_TOKENS can declare at most 400. */
export const MAX_VARIABLES = 500;

/**
 * Different field names in a JSON body. The schema has about 300, and a document declares at most MAX_VARIABLES
 * variables. Each new name costs the parser, and any code that copies the object, 100 times as much as a known name.
 */
export const MAX_BODY_NAMES = 2_000;

/**
 * Entries of all lists and objects in a JSON body. A call with 250 products has a few thousand; millions take seconds
 * to parse.
 */
export const MAX_BODY_VALUES = 50_000;

/** Lists and objects within one another in a JSON body. The deepest input of the schema has six. */
export const MAX_BODY_DEPTH = 64;

/** The same in a document, and of the types of its variables: to validate hundreds of levels takes milliseconds. */
export const MAX_VALUE_DEPTH = 16;

/** Entries of all lists in the variables, and objects in objects; the largest input, 250 products, has a few thousand. */
export const MAX_LIST_ENTRIES = 10_000;

/** How many of those entries cost a point: reading one, such as a URL, takes a few microseconds. */
export const ENTRIES_A_POINT = 5;

/** Fields of an object in the variables; the largest input has 20. */
export const MAX_OBJECT_FIELDS = 100;

/**
 * Bytes of a body that is read before anybody pays for it. It cannot contain enough names or values to be slow, and most
 * bodies are smaller.
 */
export const UNCHECKED_BODY_BYTES = 64 * 1024;

/** Bytes of a body that cost one point. Reading and parsing the worst 15 MB takes 0.1 s. */
export const BODY_BYTES_A_POINT = 4_000;

/** Larger bodies are rare and expensive: a client sends a few at once, and each counts as this much at least. */
export const LARGE_BODY_BYTES = 256 * 1024;

/** Smaller bodies are not counted: a document with its variables seldom has more. */
export const SMALL_BODY_BYTES = 16 * 1024;

/**
 * What has come of all bodies that are not small and are sent or worked on: 16 of the largest images. It is in memory as text and as a
 * value while it is read, and in that of a decoder after that.
 */
export const MAX_LARGE_BODY_BYTES = 160 * 1024 * 1024;

/** What a client may have of it and still count as modest: a few pictures of a thousand pixels. */
export const MODEST_BODY_BYTES = 2 * 1024 * 1024;

/** What is left of it for modest clients, however much the others have: 24 of them at once. */
export const RESERVED_BODY_BYTES = 24 * MODEST_BODY_BYTES;

/** A phone sends one or two at a time; four leave room to everybody else. */
export const MAX_CONCURRENT_LARGE_BODIES_A_CLIENT = 4;

/** A weak mobile connection (0.5 Mbit/s) is four times as fast. */
export const MIN_BODY_BYTES_A_SECOND = 16 * 1024;

/** Phones switch between networks, which takes a few seconds. */
export const SLOW_BODY_GRACE_MS = 5_000;

/** Ten megabytes over a weak mobile connection (3 Mbit/s) take half a minute. */
export const REQUEST_TIMEOUT_MS = 60_000;

/**
 * From when an operation has been received until it is answered, at the latest with an error. It is enough for
 * statements that run into their own timeout (8 s) and for an index that does not answer (2.5 s), and it is shorter
 * than load balancers wait (30 s and more).
 */
export const OPERATION_DEADLINE_MS = 20_000;

/**
 * A connection on which nothing is sent or received for this long is closed: it may be a client that does not read its
 * responses, which wait in memory. Longer than an operation may take.
 */
export const SILENT_CONNECTION_MS = 30_000;

/**
 * Bytes of responses of a client that it has not read yet: four of the largest answers, or 600 pages of products. Small
 * responses are not counted, because connections and requests in work are limited.
 */
export const MAX_UNSENT_BYTES_PER_CLIENT = 32 * 1024 * 1024;

/** The same of all clients together. */
export const MAX_UNSENT_BYTES = 256 * 1024 * 1024;

/** A client that may not have room for its next answer is told to read the others first. */
export const UNSENT_ROOM_BYTES = 3 * MAX_ANSWER_CHARS;

/** Responses from this size on are counted; 128 smaller ones take 8 MB. */
export const COUNTED_RESPONSE_BYTES = 64 * 1024;

/** Node's default, as a constant because it also limits the longest URL of a GET request. */
export const MAX_HEADER_BYTES = 16 * 1024;

/** Headers of a request. Browsers behind proxies send up to 40; 2,600 short ones take 7 ms to read. */
export const MAX_HEADERS = 200;

/** Characters of a header that lists what a client accepts. Browsers send 150; 1,500 types take 1 ms to compare. */
export const MAX_ACCEPT_CHARS = 1_000;

/** Parts of a form. POST /images takes one file; forms of browsers have a few fields beside it. */
export const MAX_FORM_PARTS = 100;

/** Chunks of a body that may be of any size. 2,000 take about 6 ms of the event loop. */
export const FREE_BODY_CHUNKS = 2_000;

/** Mean size of the chunks of a longer body. Networks deliver about 1,400 bytes at a time. */
export const MIN_MEAN_CHUNK_BYTES = 256;

/** The global id of an upload has 96 characters; fastify's default limit is 100. */
export const MAX_PATH_PARAMETER_CHARS = 200;

/** When the server closes, responses in flight have this long to finish. */
export const CLOSE_GRACE_MS = 10_000;

/**
 * How often a closing server checks for connections that have become idle; it delays a shutdown by at most this time.
 */
export const CLOSE_SWEEP_MS = 50;

/**
 * Connections per gateway. An idle one takes about 10 kB and a file descriptor, of which Node uses as many as the
 * system allows.
 */
export const MAX_CONNECTIONS = 4_000;

/**
 * Connections per client: an IPv4 address, or a /64 network of IPv6. A browser opens up to six, and shoppers behind one
 * address share them.
 */
export const MAX_CONNECTIONS_PER_CLIENT = MAX_CONNECTIONS / 10;

/**
 * Requests of a connection that have no response yet. Browsers and most libraries wait for each response; a few send
 * some requests ahead.
 */
export const MAX_REQUESTS_IN_WORK_PER_CONNECTION = 16;

/** Unknown credentials of a client that are checked at once; the others wait. A pool has 10 connections. */
export const CREDENTIAL_CHECKS_AT_ONCE = 4;

/**
 * Points of a request whose credentials are refused: looking up an unknown key takes 2 to 5 ms of CPU. They come from a
 * budget for nothing else, so that a network whose anonymous budget is used up can still use its keys.
 */
export const REFUSED_CREDENTIALS_COST = 100;

/** How long an answer to a readiness check is good for others. Orchestrators ask every few seconds. */
export const READINESS_MS = 500;

/**
 * Requests of a client, on all its connections, that have no response yet. A gateway answers about 1,500 small requests
 * per second, so more of them would only wait, and others with them.
 */
export const MAX_REQUESTS_IN_WORK_PER_CLIENT = 128;

/** Requests of a site that start in one round of the event loop, at about half a millisecond each. */
export const REQUESTS_A_TURN = 16;

/** How often a client is told to wait within SHUT_OUT_MS before it is shut out. */
export const MAX_TOLD_TO_WAIT = 4 * MAX_REQUESTS_IN_WORK_PER_CLIENT;

/** Clients about which something is remembered for a few seconds; a count takes about 100 bytes. */
export const MAX_CLIENTS_REMEMBERED = 10_000;

/** Requests on a connection that offer an upgrade which the gateway ignores, such as one to HTTP/2. */
export const MAX_UPGRADE_OFFERS_PER_CONNECTION = 8;

/**
 * When all connections or WebSockets are taken, whoever has more than this share of them loses one first, used or not.
 */
export const MODEST_SHARE = 1 / 40;

/** How long a client that floods the gateway gets no connection. */
export const SHUT_OUT_MS = 5_000;

/**
 * WebSockets per gateway. An idle one takes about 20 kB and a file descriptor, and systems often limit a process to
 * 1,024 of those.
 */
export const MAX_SOCKETS = 900;

/**
 * WebSockets per client: an IPv4 address, or a /64 network of IPv6. Shoppers behind one address (an office, a mobile
 * carrier) share them; ten such addresses are needed to take all places.
 */
export const MAX_SOCKETS_PER_CLIENT = MAX_SOCKETS / 10;

/**
 * A WebSocket without a subscription is closed after this time. The clients of GraphQL close it at once by default;
 * the minutes are for apps that keep it for the next screen.
 */
export const IDLE_SOCKET_MS = 5 * 60_000;

/** Subscriptions per WebSocket. A screen has one or two, and each can cover many SKUs. */
export const MAX_SUBSCRIPTIONS = 20;

/** Events of subscriptions that are executed at once. Most need no database; clients take turns. */
export const MAX_EVENTS_AT_ONCE = 16;

/** Even alone, a client leaves some to whoever comes next. */
export const MAX_EVENTS_AT_ONCE_A_CLIENT = 12;

/**
 * Messages in progress per WebSocket. A subscription that was ended counts until it has stopped, so this is more than
 * MAX_SUBSCRIPTIONS.
 */
export const MAX_MESSAGES_IN_WORK = 100;

/** A document and its variables, sent over a WebSocket; 250 ids are 5 kB. */
export const MAX_SOCKET_MESSAGE_BYTES = 64 * 1024;

/**
 * How much may wait in memory for the client of one WebSocket when another message is sent. Each subscription has at
 * most one message in flight, with a kilobyte or two; a client this far behind has requested far too much.
 */
export const MAX_SOCKET_BACKLOG_BYTES = 1024 * 1024;

/** The same for all WebSockets of a site: two of the largest messages, or hundreds of clients that are a little behind. */
export const MAX_SOCKET_BACKLOG_BYTES_PER_SITE = 16 * 1024 * 1024;

/**
 * Messages, pings, and pongs per second that all WebSockets of a site send, and how many can come at once. An app that
 * shows a page of products subscribes a few dozen times, and then says little.
 */
export const SOCKET_FRAMES = { restoreRate: 500, capacity: 5_000 };

/** Frames that a message may be split into. Libraries send one; each takes 100 bytes until the message is complete. */
export const MAX_MESSAGE_FRAGMENTS = 64;

/** Pieces of an incomplete frame, as the network delivers them: a message of 64 kB has about 50. */
export const MAX_BUFFERED_CHUNKS = 1_024;

/** The same for bytes: a message with 250 ids has 5 kB. */
export const SOCKET_BYTES = { restoreRate: 256 * 1024, capacity: 4 * 1024 * 1024 };

/** Sites whose frames are counted; forgotten ones may send the most again. */
export const MAX_SOCKET_CLIENTS = 10_000;

/** A WebSocket that does not initialize takes one of the MAX_SOCKETS places from others. */
export const CONNECTION_INIT_TIMEOUT_MS = 5_000;

/**
 * More frequent than the idle timeout of load balancers (60 s). A client that does not answer before the next ping is
 * gone or stuck.
 */
export const PING_EVERY_MS = 15_000;

/** Masked and echoed messages may quote the input, which can be megabytes of base64. */
export const MAX_ERROR_MESSAGE_CHARS = 500;

/** Label values of one metric: each is a dozen time series. */
export const MAX_OPERATION_NAMES = 100;

/** Seconds until a client should retry while the database is away: about as long as a restart or failover takes. */
export const RETRY_AFTER_SECONDS = '5';
