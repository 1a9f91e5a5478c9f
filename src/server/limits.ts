/**
 * What one request, or all requests together, may cost. A document is measured before it is validated, because
 * validating a hostile one is what costs most.
 */

/** The largest upload (10 MiB) as base64 in the variables is 14.0 MB; the rest is for what stands around it. */
export const MAX_GRAPHQL_BODY_BYTES = 15 * 1024 * 1024;

/** Characters of a document. Comments are no tokens, so that a bound on tokens alone leaves the text open. */
export const MAX_DOCUMENT_CHARS = 20_000;

/** GraphiQL's introspection has 183 tokens; a page with its fragments has several times as many. */
export const MAX_DOCUMENT_TOKENS = 2_000;

/** Nested fields. The standard introspection query has 15. */
export const MAX_DOCUMENT_DEPTH = 16;

/** Enough for a page that asks for a handful of shelves under names of its own. */
export const MAX_ALIASES = 50;

/** Each use is checked for every place it stands in; a page uses two or three. */
export const MAX_DIRECTIVES = 50;

/** Validation compares every fragment of a selection with every other one. */
export const MAX_FRAGMENTS = 50;

/** Selections with all fragments spread out: fragments within fragments grow exponentially. */
export const MAX_SELECTIONS = 5_000;

/**
 * Pairs of fields with the same response name in one selection. Validation compares each pair, at 1 to 2 µs;
 * twenty colocated fragments that all select `id` and `__typename` make 380. With these bounds the worst documents
 * found take 4 ms to parse and validate, where they took 40 to 220.
 */
export const MAX_REPEATED_PAIRS = 3_000;

/** Each validation error may look for similar names in the schema. */
export const MAX_VALIDATION_ERRORS = 10;

/** A call with hundreds of entries may be wrong in each. */
export const MAX_VARIABLE_ERRORS = 10;

/**
 * Estimated number of fields in the answer. A page of 100 matches with 20 fields each, and five SKUs with 20 fields
 * each, is estimated at 12,000.
 */
export const MAX_COST = 20_000;

/** What a list without a page size is taken to hold; SKUs and images of a product have about as many. */
export const ASSUMED_LIST_SIZE = 5;

/** An introspection of the whole schema, whatever it selects: of the order of a page with all its fields. */
export const INTROSPECTION_COST = 1_000;

/** Documents kept parsed and validated. Clients send a few dozen. */
export const MAX_KEPT_DOCUMENTS = 500;

/**
 * Characters of all kept documents together. A page has 1,000 to 5,000. A parsed document takes up to 240 bytes for
 * each character (a document of one-letter fields), so that this is at most 60 MB.
 */
export const MAX_KEPT_DOCUMENT_CHARS = 250_000;

/** Costs kept, so that the estimate is made once for a document and its page sizes. */
export const MAX_KEPT_COSTS = 5_000;

/** Characters of their keys together: a client chooses how long a name or a list of page sizes is. */
export const MAX_KEPT_COST_CHARS = 1_000_000;

/**
 * Compiling takes as long as some ten executions by graphql-js, so it pays only for a document that comes again and
 * again. Apps send the same few dozen documents all day.
 */
export const COMPILE_FROM_EXECUTION = 5;

/**
 * Selections that graphql-jit would write code for: with fragments spread out, once for each object type of an
 * interface. Each takes up to 0.1 ms to compile and 6 kB to keep. A page of products has 30, a home screen of six
 * shelves 200.
 */
export const MAX_COMPILED_SELECTIONS = 400;

/** Compiled operations kept: more than the apps of a shop have screens. */
export const MAX_KEPT_COMPILED = 200;

/** Selections of all kept compiled operations together: at most 60 MB, or 50 home screens. */
export const MAX_KEPT_COMPILED_SELECTIONS = 10_000;

/** A document within MAX_DOCUMENT_TOKENS can declare no more than 400. */
export const MAX_VARIABLES = 500;

/**
 * Different field names in a JSON body. The schema has some 300, and a document declares at most MAX_VARIABLES
 * variables. Each new name costs the parser, and everyone who copies the object, 100 times what a known one costs.
 */
export const MAX_BODY_NAMES = 2_000;

/** A body below this cannot hold enough names to be slow, and most bodies are below it. */
export const UNCHECKED_BODY_CHARS = 64 * 1024;

/** Bodies above this are few and heavy: they wait for one of MAX_CONCURRENT_LARGE_BODIES places. */
export const LARGE_BODY_BYTES = 256 * 1024;

/** Each holds up to 15 MB as text and as value while it is read, and a decoder after that. */
export const MAX_CONCURRENT_LARGE_BODIES = 16;

/** Ten megabytes over a weak mobile connection (3 Mbit/s) take half a minute. */
export const REQUEST_TIMEOUT_MS = 60_000;

/** Node's own default, named: the longest URL of a GET request is bounded by it too. */
export const MAX_HEADER_BYTES = 16 * 1024;

/** The global id of an upload has 96 characters; fastify's own bound is 100. */
export const MAX_PATH_PARAMETER_CHARS = 200;

/** Answers in flight get this long when the server closes. */
export const CLOSE_GRACE_MS = 10_000;

/** How often a closing server looks for connections that have become idle: a shutdown waits that much longer. */
export const CLOSE_SWEEP_MS = 50;

/**
 * WebSockets of one gateway. An idle one takes some 20 kB and a file descriptor, of which systems often give a process
 * no more than 1,024.
 */
export const MAX_SOCKETS = 900;

/** Subscriptions of one WebSocket. A screen has one or two, and each can be for many things at once. */
export const MAX_SUBSCRIPTIONS = 20;

/**
 * Messages of one WebSocket in work at the same time. A subscription that has been ended still is until it has noticed,
 * so that this is more than MAX_SUBSCRIPTIONS.
 */
export const MAX_MESSAGES_IN_WORK = 100;

/** A document and its variables, sent over a WebSocket; ids of 250 things are 5 kB. */
export const MAX_SOCKET_MESSAGE_BYTES = 64 * 1024;

/**
 * What may wait in memory for the reader of one WebSocket when something more is sent to it. Each subscription has one
 * message under way at most, of a kilobyte or two; a reader this far behind has asked for very much.
 */
export const MAX_SOCKET_BACKLOG_BYTES = 1024 * 1024;

/** A WebSocket that says nothing takes a place of MAX_SOCKETS from others. */
export const CONNECTION_INIT_TIMEOUT_MS = 5_000;

/** More often than load balancers drop what is idle (60 s); who does not answer until the next one is gone, or stuck. */
export const PING_EVERY_MS = 15_000;

/** Masked and echoed messages may quote the input, which can be megabytes of base64. */
export const MAX_ERROR_MESSAGE_CHARS = 500;

/** Label values of one metric: each is a dozen time series. */
export const MAX_OPERATION_NAMES = 100;

/** Seconds until a caller should try again while the database is away: it restarts or fails over in about as many. */
export const RETRY_AFTER_SECONDS = '5';
