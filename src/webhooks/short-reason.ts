/** A receiver, a library, or a stored message can make a reason as long as it likes. */
const MAX_REASON_LENGTH = 300;

/** A reason as it is stored and listed: on one line, and of limited length. */
export const shortReason = (reason: string): string =>
  reason.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_REASON_LENGTH);
