/** Whether a link has a scheme; one without is a file in the folder of the feed. */
export const isRemote = (link: string): boolean => /^[a-z][a-z0-9+.-]+:/i.test(link);
