/** The URL of the texts of the page's documents by their ids; set by build.js. */
declare const DOCUMENTS_URL: string;
/** The URLs of the workers of GraphiQL's editor by their labels; set by build.js. */
declare const GRAPHIQL_WORKERS: Readonly<Record<string, string>>;

declare module '*.css';
