/** Ends the description of a field that is null only when it fails. */
export const ON_ERROR = 'Null when the field fails: `errors` says why.';
