/** What a board counts as among pins: a pin takes 0.3 kB, and a board 1 kB with the longest title. */
export const BOARD_SIZE = 5;
/** What an uploaded picture counts as: its file of up to 10 MB is kept as long as it is pinned. */
export const PICTURE_SIZE = 500;
/**
 * Pins, and what else counts as such, of one client without a key and a shopper: an IPv4 address, or the networks of one
 * customer of IPv6. Behind one address there may be an office, or many phones. It may be 10,000 boards, or 100 pictures.
 */
export const MAX_OF_CLIENT = 50_000;
/** Of all such clients: two gigabytes in Postgres, or 10,000 pictures. */
export const MAX_OF_NOBODY = 5_000_000;
