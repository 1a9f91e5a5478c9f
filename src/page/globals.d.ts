/** The URL of the texts of the page's documents by their ids; set by build.js. */
declare const DOCUMENTS_URL: string;

declare module '*.css';
