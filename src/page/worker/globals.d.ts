/** The files without which the page does not start, and those that it loads later; set by build.js. */
declare const SHELL_FILES: readonly string[];
/** The document among them that a visit is answered with. */
declare const SHELL_DOCUMENT: string;
