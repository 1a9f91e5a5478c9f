/**
 * What an uploaded picture counts as among pins: its file is kept as long as it is pinned, and may have 10 MB, while a board
 * or a pin takes 0.3 kB, and with the longest title 1 kB.
 */
export const PICTURE_SIZE = 100;
/**
 * Boards and pins of one client without a key and a shopper: an IPv4 address, or the networks of one customer of IPv6. Behind
 * one address there may be an office, or many phones; of pictures, these are 200.
 */
export const MAX_OF_CLIENT = 20_000;
/** Boards and pins of all such clients: at most a gigabyte in Postgres, and at most 10,000 pictures. */
export const MAX_OF_NOBODY = 1_000_000;
