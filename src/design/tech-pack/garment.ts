import type { Design } from '../../garment/design.js';

/** The renderer's description of a garment: what a tech pack is made of. */
export type Garment = Design;
